package org.ext4map.images;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The random images are legal, varied, and the same for the same seed. */
class RandomImagesTest {
  private static final int ROUNDS = 6;

  @TempDir Path directory;

  @BeforeEach
  void needsTheKernel() {
    TortureKitTest.needs(Judge.KERNEL);
  }

  @Test
  void imagesAreCleanFragmentedAndTellTheirTruth() throws IOException {
    long seed = RandomImages.firstSeed();
    long unwritten = 0;
    for (int round = 0; round < ROUNDS; round++) {
      RandomImage made = RandomImages.make(directory, seed + round);

      assertThat(E2fsck.check(made.image()).exit()).as(made.toString()).isZero();
      assertThat(made.files()).extracting(FileTruth::error).as(made.toString()).containsOnlyNulls();
      assertThat(made.files())
          .as(made.toString())
          .anySatisfy(file -> assertThat(file.extents()).hasSizeGreaterThan(20));
      unwritten += made.files().stream().filter(RandomImagesTest::hasUnwritten).count();
      Files.delete(made.image());
    }
    assertThat(unwritten).isPositive();
  }

  private static boolean hasUnwritten(FileTruth file) {
    return file.extents().stream().anyMatch(extent -> !extent.written());
  }

  @Test
  void sameSeedGivesTheSameWork() throws IOException {
    RandomImage one = RandomImages.make(directory, 42);
    RandomImage two = RandomImages.make(directory, 42);

    assertThat(two.mke2fs()).isEqualTo(one.mke2fs());
    assertThat(two.operations()).isEqualTo(one.operations());
    assertThat(hashes(two)).isEqualTo(hashes(one));
  }

  private static List<String> hashes(RandomImage image) {
    return image.files().stream()
        .filter(FileTruth::isFile)
        .map(file -> file.path() + " " + file.size() + " " + file.sha256())
        .toList();
  }
}
