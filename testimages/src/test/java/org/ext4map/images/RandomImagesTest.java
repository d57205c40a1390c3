package org.ext4map.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The random images are legal, varied, and the same for the same seed. */
class RandomImagesTest {
  private static final int ROUNDS = Integer.getInteger("ext4map.images.rounds", 6);

  @BeforeEach
  void needsTheKernel() {
    TortureKitTest.needs(Judge.KERNEL);
  }

  @Test
  void imagesAreCleanFragmentedAndTellTheirTruth() throws IOException {
    long seed = RandomImages.firstSeed();
    long unwritten = 0;
    for (int round = 0; round < ROUNDS; round++) {
      try (RandomImage made = RandomImages.make(seed + round)) {
        assertThat(E2fsck.check(made.image()).exit()).as(made.toString()).isZero();
        assertReadable(made);
        assertThat(made.files(View.RECOVERED))
            .as(made.toString())
            .anySatisfy(file -> assertThat(file.extents()).hasSizeGreaterThan(20));
        unwritten +=
            made.files(View.RECOVERED).stream().filter(RandomImagesTest::hasUnwritten).count();
      }
    }
    assertThat(unwritten).isPositive();
  }

  @Test
  void crashedImagesHaveTwoViewsAndRecover() throws IOException {
    long seed = RandomImages.firstSeed();
    for (int round = 0; round < ROUNDS / 2; round++) {
      try (RandomImage made = RandomImages.makeCrashed(seed + round)) {
        assertReadable(made);
        assertThat(made.files(View.RECOVERED))
            .as(made.toString())
            .isNotEqualTo(made.files(View.AS_IS).stream().map(FileTruth::asMounted).toList());
        assertThatThrownBy(() -> made.files(View.REPLAYED))
            .isInstanceOf(IllegalArgumentException.class);
        KernelMount.mount(made.image(), KernelMount.Mode.READ_WRITE).close();
        if (hasFastCommits(made)) {
          CommandResult corrected = E2fsck.repair(made.image());
          assertThat(corrected.exit()).as(made + corrected.text()).isLessThanOrEqualTo(1);
        }
        assertThat(E2fsck.check(made.image()).exit()).as(made.toString()).isZero();
      }
    }
  }

  /**
   * After replaying fast commits the kernel leaves wrong link counts of new directories and, with
   * bigalloc, counts blocks instead of clusters in i_blocks; e2fsck corrects both.
   */
  private static boolean hasFastCommits(RandomImage made) {
    return made.mke2fs().toString().contains("fast_commit");
  }

  private static void assertReadable(RandomImage made) {
    assertThat(made.files(View.RECOVERED))
        .extracting(FileTruth::error)
        .as(made.toString())
        .containsOnlyNulls();
  }

  private static boolean hasUnwritten(FileTruth file) {
    return file.extents().stream().anyMatch(extent -> !extent.written());
  }

  @Test
  void sameSeedGivesTheSameWork() throws IOException {
    try (RandomImage one = RandomImages.make(42);
        RandomImage two = RandomImages.make(42)) {
      assertThat(two.mke2fs()).isEqualTo(one.mke2fs());
      assertThat(two.operations()).isEqualTo(one.operations());
      assertThat(hashes(two)).isEqualTo(hashes(one));
    }
  }

  private static List<String> hashes(RandomImage image) {
    return image.files(View.RECOVERED).stream()
        .filter(FileTruth::isFile)
        .map(file -> file.path() + " " + file.size() + " " + file.sha256())
        .toList();
  }
}
