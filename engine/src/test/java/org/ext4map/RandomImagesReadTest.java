package org.ext4map;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.ext4map.images.FileTruth;
import org.ext4map.images.Judge;
import org.ext4map.images.RandomImage;
import org.ext4map.images.RandomImages;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Images that the live kernel has just made at random, against what it shows of them. */
class RandomImagesReadTest {
  private static final int ROUNDS_OF_CI = 50;
  private static final int ROUNDS_WHEN_SLOW = 400;

  @Test
  void everyFileIsAsTheKernelShowsIt() throws IOException {
    compare(ROUNDS_OF_CI);
  }

  @Test
  @Tag("slow")
  void everyFileOfManyImagesIsAsTheKernelShowsIt() throws IOException {
    compare(ROUNDS_WHEN_SLOW);
  }

  private void compare(int rounds) throws IOException {
    Judge.KERNEL.missing().ifPresent(Assumptions::abort);
    long firstSeed = RandomImages.firstSeed();
    List<String> differences = new ArrayList<>();
    int files = 0;
    for (int round = 0; round < rounds; round++) {
      RandomImage made = RandomImages.make(firstSeed + round);
      files += made.files().size();
      compare(made, differences);
      Files.delete(made.image());
    }
    assertThat(differences).isEmpty();
    assertThat(files).as("files compared").isGreaterThan(2 * rounds);
  }

  private static void compare(RandomImage made, List<String> differences) throws IOException {
    try (Ext4Image image = Ext4Image.open(made.image())) {
      Truth truth = Truth.of(image);
      for (FileTruth file : made.files()) {
        try {
          truth.check(file);
        } catch (IOException | AssertionError difference) {
          differences.add(made + " " + file.path() + ": " + difference);
        }
      }
    }
  }
}
