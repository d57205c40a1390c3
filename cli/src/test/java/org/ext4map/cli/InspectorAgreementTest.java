package org.ext4map.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ext4map.cli.Ran.ext4map;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.ext4map.images.AgedShape;
import org.ext4map.images.Debugfs;
import org.ext4map.images.Dumpe2fs;
import org.ext4map.images.ExtentTruth;
import org.ext4map.images.FileTruth;
import org.ext4map.images.FreeSpaceReport;
import org.ext4map.images.Judge;
import org.ext4map.images.KernelMount;
import org.ext4map.images.RandomImage;
import org.ext4map.images.RandomImages;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What {@code extents}, {@code frag} and {@code explain} answer on images that the kernel has aged:
 * the same as its FIEMAP, filefrag, debugfs, dumpe2fs and e2freefrag.
 */
class InspectorAgreementTest {
  private static final int RANDOM_IMAGES = 5;
  private static final int RANDOM_IMAGES_WHEN_SLOW = Integer.getInteger("ext4map.aged", 300);

  /** Blocks of an image that are explained: so many of each sort. */
  private static final int BLOCKS = 4;

  /** Files of an image that are asked for. */
  private static final int FILES = 6;

  private static final int MOST_NAMES = 16;
  private static final long RESIZE_INO = 7;
  private static final long ROOT_INO = 2;

  private static long firstSeed;

  @TempDir Path scratch;

  private SplittableRandom random = new SplittableRandom(firstSeed);
  private int files;
  private int blocks;

  @BeforeAll
  static void judgesAreHere() {
    Judge.KERNEL.missing().ifPresent(Assumptions::abort);
    firstSeed = RandomImages.firstSeed();
  }

  /** But for one that the kernel cannot mount any more, and one over which tools sleep for 22 s. */
  static Stream<AgedShape> shapes() {
    return AgedShape.all().stream()
        .filter(shape -> !Set.of("casefold", "sums-4k-everything").contains(shape.name()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("shapes")
  void onEachShape(AgedShape shape) throws IOException {
    Path image = scratch.resolve("aged.img");
    shape.make(image);
    judge(image);
    Files.delete(image);
  }

  @Test
  void onRandomImages() throws IOException {
    judgeRandom(RANDOM_IMAGES);
  }

  @Test
  @Tag("slow")
  void onManyRandomImages() throws IOException {
    judgeRandom(RANDOM_IMAGES_WHEN_SLOW);
  }

  private void judgeRandom(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      random = new SplittableRandom(firstSeed + i);
      try (RandomImage made = RandomImages.make(firstSeed + i)) {
        judge(made.image());
      }
    }
    System.out.printf("%d random images: %d files, %d blocks explained%n", count, files, blocks);
  }

  private void judge(Path image) throws IOException {
    List<FileTruth> truths;
    Map<String, Integer> pieces;
    try (KernelMount mount = KernelMount.mount(image, KernelMount.Mode.AS_IS)) {
      truths = mount.scan().stream().filter(InspectorAgreementTest::isMapped).toList();
      assertThat(truths).isNotEmpty();
      truths = some(truths, FILES);
      pieces = mount.pieces(truths.stream().map(FileTruth::path).toList());
    }
    Map<Long, List<ExtentTruth>> entries =
        Debugfs.on(image).entries(truths.stream().map(FileTruth::inode).distinct().toList());
    for (FileTruth truth : truths) {
      List<ExtentTruth> tree = entries.get(truth.inode());
      List<ExtentTruth> joined = agreeOnExtents(image, truth, tree == null ? List.of() : tree);
      assertThat(pieces.get(truth.path()))
          .as("filefrag %s: %s", truth.path(), joined)
          .isEqualTo("inline".equals(truth.mapping()) ? 1 : pieces(joined));
    }
    agreeOnFreeSpace(image);
    agreeOnBlocks(image);
    files += truths.size();
  }

  private static boolean isMapped(FileTruth truth) {
    return truth.error() == null && (truth.isFile() || truth.isDirectory());
  }

  private static List<ExtentTruth> agreeOnExtents(
      Path image, FileTruth truth, List<ExtentTruth> tree) {
    JsonNode joined = document("extents", "--json", "--merged", image, truth.path());
    assertThat(joined.path("inode").asLong()).isEqualTo(truth.inode());
    assertThat(joined.path("size").asLong()).isEqualTo(truth.size());
    assertThat(joined.path("mapping").asText().replace("pointers", "indirect"))
        .as(truth.path())
        .isEqualTo(truth.mapping());
    assertThat(extents(joined)).as("FIEMAP of %s", truth.path()).isEqualTo(truth.extents());
    if ("extents".equals(truth.mapping())) {
      JsonNode asStored = document("extents", "--json", image, "<" + truth.inode() + ">");
      assertThat(extents(asStored)).as("debugfs ex %s", truth.path()).isEqualTo(tree);
    }
    if (truth.isFile()) {
      JsonNode frag = document("frag", "--json", image, truth.path()).path("files");
      assertThat(frag.path("fragments").asInt()).isEqualTo(truth.extents().size());
    }
    return extents(joined);
  }

  private static List<ExtentTruth> extents(JsonNode document) {
    List<ExtentTruth> extents = new ArrayList<>();
    for (JsonNode one : document.path("extents")) {
      extents.add(
          new ExtentTruth(
              one.path("logical").asLong(),
              one.path("physical").asLong(),
              one.path("length").asLong(),
              one.path("state").asText().equals("written")));
    }
    return extents;
  }

  /**
   * As filefrag counts: a piece ends neither where the state changes, nor at a hole, be room left
   * for it on the device or not. Contents in the inode are one.
   */
  private static int pieces(List<ExtentTruth> extents) {
    int pieces = 0;
    long end = Long.MIN_VALUE;
    long distance = Long.MIN_VALUE;
    for (ExtentTruth extent : extents) {
      boolean goesOn = extent.physical() == end || extent.physical() - extent.logical() == distance;
      pieces += goesOn ? 0 : 1;
      end = extent.physical() + extent.length();
      distance = extent.physical() - extent.logical();
    }
    return pieces;
  }

  private static void agreeOnFreeSpace(Path image) throws IOException {
    JsonNode ours = document("frag", "--json", image);
    JsonNode space = ours.path("free_space");
    assertThat(space.path("unread_groups").asInt()).isZero();
    JsonNode info = document("info", "--json", image);
    assertThat(space.path("blocks").asLong()).isEqualTo(info.path("free_blocks").asLong());
    if (info.path("cluster_size").asLong() > info.path("block_size").asLong()) {
      agreeOnRuns(image, info, space); // e2freefrag 1.47.0 multiplies clusters twice
      return;
    }
    long kib = ours.path("block_size").asLong() / 1024;
    FreeSpaceReport theirs = FreeSpaceReport.of(image);
    assertThat(space.path("blocks").asLong()).isEqualTo(theirs.free());
    assertThat(space.path("runs").asLong()).isEqualTo(theirs.runs());
    assertThat(space.path("shortest").asLong()).isEqualTo(theirs.shortestKib() / kib);
    assertThat(space.path("longest").asLong()).isEqualTo(theirs.longestKib() / kib);
    assertThat(space.path("average").asLong()).isEqualTo(theirs.averageKib() / kib);
    Map<Long, String> buckets = new TreeMap<>();
    for (JsonNode bucket : space.path("buckets")) {
      buckets.put(
          bucket.path("least").asLong() * kib,
          bucket.path("runs").asText() + " runs, " + bucket.path("blocks").asText() + " blocks");
    }
    assertThat(buckets).as(theirs.text()).isEqualTo(theirs.buckets());
  }

  /** Runs of blocks whose bits debugfs finds clear. */
  private static void agreeOnRuns(Path image, JsonNode info, JsonNode space) throws IOException {
    long count = info.path("blocks").asLong();
    Set<Long> used = Debugfs.on(image).used(1, count - 1);
    List<Long> runs = new ArrayList<>();
    long open = 0;
    for (long block = 1; block <= count; block++) {
      if (block < count && !used.contains(block)) {
        open++;
      } else if (open > 0) {
        runs.add(open);
        open = 0;
      }
    }
    assertThat(space.path("runs").asInt()).isEqualTo(runs.size());
    assertThat(space.path("blocks").asLong()).isEqualTo(runs.stream().mapToLong(n -> n).sum());
    assertThat(space.path("shortest").asLong()).isEqualTo(Collections.min(runs));
    assertThat(space.path("longest").asLong()).isEqualTo(Collections.max(runs));
  }

  private void agreeOnBlocks(Path image) throws IOException {
    JsonNode info = document("info", "--json", image);
    long count = info.path("blocks").asLong();
    List<Long> all = LongStream.range(1, count).boxed().toList();
    Debugfs debugfs = Debugfs.on(image);
    Map<Long, Long> owners = debugfs.owners(all);
    Map<Long, Set<String>> metadata = Dumpe2fs.metadata(image);
    Set<Long> used = debugfs.used(1, count - 1);
    Map<Long, Set<String>> names = debugfs.names(List.copyOf(new HashSet<>(owners.values())));
    Set<Long> asked = new TreeSet<>(some(List.copyOf(owners.keySet()), BLOCKS));
    asked.addAll(some(List.copyOf(metadata.keySet()), BLOCKS));
    asked.addAll(some(all, BLOCKS));
    asked.remove(0L); // debugfs takes it for no number
    for (long block : asked) {
      JsonNode ours = document("explain", "--json", image, block);
      assertThat(ours.path("bitmap").asText())
          .as("bitmap of %d", block)
          .isEqualTo(used.contains(block) ? "in_use" : "free");
      assertThat(ours.path("contradictory").asBoolean()).as(ours.toString()).isFalse();
      assertThat(ours.path("unread").asInt()).as(ours.toString()).isZero();
      assertThat(fixed(ours)).isEqualTo(metadata.getOrDefault(block, Set.of()));
      assertThat(owners(ours)).contains(owners.getOrDefault(block, 0L));
      agreeOnNames(ours, names);
    }
    blocks += asked.size();
  }

  private <T> List<T> some(List<T> pool, int most) {
    return random.ints(most, 0, pool.size()).distinct().mapToObj(pool::get).toList();
  }

  /** As {@link Dumpe2fs} says it. */
  private static Set<String> fixed(JsonNode explanation) {
    Set<String> fixed = new TreeSet<>();
    for (JsonNode role : explanation.path("roles")) {
      if (role.has("group") && !role.path("role").asText().equals("boot_block")) {
        fixed.add(role.path("role").asText() + " " + role.path("group").asText());
      }
    }
    return fixed;
  }

  /** As icheck says it; 0 if nobody owns the block. */
  private static Set<Long> owners(JsonNode explanation) {
    Set<Long> owners = new TreeSet<>();
    for (JsonNode role : explanation.path("roles")) {
      boolean set = role.path("role").asText().equals("reserved_descriptors");
      owners.add(set ? RESIZE_INO : role.path("inode").asLong());
    }
    return owners.isEmpty() ? Set.of(0L) : owners;
  }

  private static void agreeOnNames(JsonNode explanation, Map<Long, Set<String>> names) {
    for (JsonNode role : explanation.path("roles")) {
      long ino = role.path("inode").asLong();
      if (role.has("inode") && ino != ROOT_INO) {
        Set<String> paths = new TreeSet<>();
        role.path("paths").forEach(path -> paths.add(path.path("path").asText()));
        Set<String> theirs = names.getOrDefault(ino, Set.of());
        assertThat(theirs).containsAll(paths);
        assertThat(paths).hasSize(Math.min(theirs.size(), MOST_NAMES));
      }
    }
  }

  private static JsonNode document(Object... words) {
    Ran ran = ext4map(words);
    assertThat(ran.exitCode()).as("%s: %s", List.of(words), ran.err()).isZero();
    return Documents.valid(ran);
  }
}
