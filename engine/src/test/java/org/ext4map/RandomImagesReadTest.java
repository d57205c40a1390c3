package org.ext4map;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.ext4map.images.CommandResult;
import org.ext4map.images.E2fsck;
import org.ext4map.images.FileTruth;
import org.ext4map.images.Judge;
import org.ext4map.images.RandomImage;
import org.ext4map.images.RandomImages;
import org.ext4map.images.View;
import org.ext4map.model.CorruptionException;
import org.ext4map.ondisk.Feature;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Images that the live kernel has just made at random, against what it shows of them. */
class RandomImagesReadTest {
  private static final int ROUNDS_OF_CI = 50;
  private static final int CRASHES_OF_CI = 10;
  private static final int ROUNDS_WHEN_SLOW = 400;

  /** Makes one image. */
  @FunctionalInterface
  private interface Maker {
    RandomImage make(long seed) throws IOException;
  }

  @Test
  void everyFileIsAsTheKernelShowsIt() throws IOException {
    compare(ROUNDS_OF_CI, RandomImages::make);
  }

  @Test
  void everyFileOfACrashedImageIsAsTheKernelRecoversIt() throws IOException {
    compare(CRASHES_OF_CI, RandomImages::makeCrashed);
  }

  @Test
  @Tag("slow")
  void everyFileOfManyImagesIsAsTheKernelShowsIt() throws IOException {
    compare(ROUNDS_WHEN_SLOW, RandomImages::make);
    compare(ROUNDS_WHEN_SLOW, RandomImages::makeCrashed);
  }

  private static void compare(int rounds, Maker maker) throws IOException {
    Judge.KERNEL.missing().ifPresent(Assumptions::abort);
    long firstSeed = RandomImages.firstSeed();
    List<String> differences = new ArrayList<>();
    int files = 0;
    for (int round = 0; round < rounds; round++) {
      try (RandomImage made = maker.make(firstSeed + round)) {
        files += made.files(View.RECOVERED).size();
        compare(made, View.AS_IS, org.ext4map.View.AS_IS, differences);
        compare(made, View.RECOVERED, org.ext4map.View.RECOVERED, differences);
        replayAndAskE2fsck(made, differences);
      }
    }
    assertThat(differences).isEmpty();
    assertThat(files).as("files compared").isGreaterThan(2 * rounds);
  }

  private static void compare(
      RandomImage made, View judged, org.ext4map.View view, List<String> differences)
      throws IOException {
    if (!made.views().containsKey(judged)) {
      return;
    }
    try (Ext4Image image = Ext4Image.open(made.image(), OpenOptions.defaults().view(view))) {
      Truth truth = Truth.of(image);
      for (FileTruth file : made.files(judged)) {
        try {
          truth.check(file);
        } catch (CorruptionException damage) {
          if (!kernelMayNotHaveLooked(made, judged, damage)) {
            differences.add(made + " " + view + " " + file.path() + ": " + damage);
          }
        } catch (IOException | AssertionError difference) {
          differences.add(made + " " + view + " " + file.path() + ": " + difference);
        }
      }
    }
  }

  /**
   * Without its journal a crashed image may be damaged. The kernel looks at a block of pointers
   * when it reads it, but not at one that it finds in memory (ext4_get_branch), say because a probe
   * for file systems has read it before the mount. Here it is always looked at.
   */
  private static boolean kernelMayNotHaveLooked(
      RandomImage made, View view, CorruptionException damage) {
    return view == View.AS_IS
        && made.views().containsKey(View.RECOVERED)
        && damage.structure().equals("indirect map");
  }

  /** Clusters that a replay took are counted as e2fsck counts them. */
  private static void replayAndAskE2fsck(RandomImage made, List<String> differences)
      throws IOException {
    boolean pending;
    try (Ext4Image image =
        Ext4Image.open(made.image(), OpenOptions.defaults().view(org.ext4map.View.REPLAY))) {
      pending =
          image.superblock().lastOrphan() != 0 || image.geometry().has(Feature.ORPHAN_PRESENT);
      if (!image.geometry().has(Feature.BIGALLOC)) {
        return; // ReplayViewTest has the others
      }
      countInBlocks(image, made.toString());
    }
    CommandResult verdict = E2fsck.check(made.image());
    if (!pending && verdict.exit() != 0) { // e2fsck -n does not finish what the orphan list names
      differences.add(made + " after replay: " + verdict);
    }
  }

  /** Descriptors count clusters, the superblock blocks; e2fsck takes any sum there for stale. */
  private static void countInBlocks(Ext4Image image, String about) throws IOException {
    long clusters = 0;
    for (long group = 0; group < image.geometry().groupCount(); group++) {
      clusters += image.group(group).freeClusters();
    }
    assertThat(image.superblock().freeBlocksCount()).as(about).isGreaterThan(clusters);
  }
}
