package org.ext4map.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.ext4map.Ext4Image;
import org.ext4map.OpenOptions;
import org.ext4map.images.FileTruth;
import org.ext4map.images.FreeSpaceReport;
import org.ext4map.images.GoldenImage;
import org.ext4map.images.GoldenImages;
import org.ext4map.images.Judge;
import org.ext4map.images.View;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Free runs are those of e2freefrag, fragments those of the kernel's FIEMAP. */
class FragmentationAgreementTest {
  /** e2freefrag reads the bitmaps of these as if their bits were blocks, or not at all. */
  private static final Pattern NOT_FOR_E2FREEFRAG =
      Pattern.compile("feature-(bigalloc.*|unknown.*|journal-dev|external-journal)");

  @TempDir Path scratch;

  static Stream<GoldenImage> images() {
    return GoldenImages.list().stream()
        .filter(image -> !NOT_FOR_E2FREEFRAG.matcher(image.name()).matches());
  }

  @ParameterizedTest
  @MethodSource("images")
  void freeRunsAreE2freefrags(GoldenImage golden) throws IOException {
    Judge.E2FSPROGS.missing().ifPresent(Assumptions::abort);
    Path file = golden.unpack(scratch);
    try (Ext4Image image = open(file)) {
      FreeSpace ours = FreeSpace.of(image, Progress.NONE);
      FreeSpaceReport theirs = FreeSpaceReport.of(file);

      long kibPerBlock = golden.manifest().blockSize() / 1024;
      Map<Long, String> found = new TreeMap<>();
      for (FreeSpace.Bucket bucket : ours.buckets()) {
        found.put(
            bucket.least() * kibPerBlock, bucket.runs() + " runs, " + bucket.blocks() + " blocks");
      }
      assertThat(found).as(theirs.text()).isNotEmpty().isEqualTo(theirs.buckets());
      assertThat(ours.runs()).isEqualTo(theirs.runs());
      assertThat(ours.shortest() * kibPerBlock).isEqualTo(theirs.shortestKib());
      assertThat(ours.longest() * kibPerBlock).isEqualTo(theirs.longestKib());
      assertThat(ours.blocks() / ours.runs() * kibPerBlock).isEqualTo(theirs.averageKib());
      assertThat(ours.unread().count()).isZero();
    }
    Files.delete(file);
  }

  private static Ext4Image open(Path file) throws IOException {
    return Ext4Image.open(file, OpenOptions.defaults().view(org.ext4map.View.AS_IS));
  }

  static Stream<GoldenImage> imagesWithFiles() {
    return Stream.of("k4-shapes", "k1-shapes", "k1-indirect", "k4-ext3-mixed", "k1-long-extents")
        .map(GoldenImages::byName);
  }

  @ParameterizedTest
  @MethodSource("imagesWithFiles")
  void fragmentsAreTheKernels(GoldenImage golden) throws IOException {
    Path file = golden.unpack(scratch);
    List<FileTruth> truths = golden.manifest().files(View.AS_IS).orElseThrow();
    int compared = 0;
    try (Ext4Image image = open(file)) {
      for (FileTruth truth : truths) {
        if (truth.isFile() && truth.error() == null && !"inline".equals(truth.mapping())) {
          FileFragments ours = FileFragments.of(image.lookup(truth.path()));
          assertThat(ours.fragments()).as(truth.path()).isEqualTo(truth.extents().size());
          if ("extents".equals(truth.mapping())) {
            assertThat(ours.extents()).as(truth.path()).isEqualTo(truth.entries().size());
          }
          assertThat(ours.least())
              .as(truth.path())
              .isBetween(ours.blocks() == 0 ? 0L : 1L, ours.extents());
          compared++;
        }
      }
      FragmentationScan.Result all = FragmentationScan.ofImage(image, 5, Progress.NONE);
      long files =
          truths.stream().filter(FileTruth::isFile).map(FileTruth::inode).distinct().count();
      assertThat(all.files()).isEqualTo(files);
      assertThat(all.worst()).hasSizeLessThanOrEqualTo(5).isSortedAccordingTo(WORST_FIRST);
      FragmentationScan.Result below =
          FragmentationScan.below(image, image.root(), 5, Progress.NONE);
      assertThat(below.worst()).isEqualTo(all.worst());
    }
    assertThat(compared).isPositive();
    Files.delete(file);
  }

  private static final java.util.Comparator<FileFragments> WORST_FIRST =
      java.util.Comparator.comparingLong(FileFragments::excess).reversed();

  @ParameterizedTest
  @MethodSource("imagesWithFiles")
  void groupsAddUpToTheWhole(GoldenImage golden) throws IOException {
    Path file = golden.unpack(scratch);
    try (Ext4Image image = open(file)) {
      long[] sums = new long[2];
      FreeSpace all =
          FreeSpace.of(
              image,
              Progress.NONE,
              group -> {
                sums[0] += group.blocks();
                sums[1] += group.free();
              });
      long first = image.geometry().firstDataBlock();
      assertThat(sums[0]).isEqualTo(image.geometry().blocksCount() - first);
      assertThat(sums[1]).isEqualTo(all.blocks()).isPositive();
    }
    Files.delete(file);
  }
}
