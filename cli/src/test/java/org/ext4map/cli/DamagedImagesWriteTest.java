package org.ext4map.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.ext4map.images.FileTruth;
import org.ext4map.images.GoldenImage;
import org.ext4map.images.GoldenImages;
import org.ext4map.images.View;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The writing commands over damaged images: each does its work or says in one line why not. What it
 * makes of a damaged image is the engine's affair; here it counts that it ends in a known way.
 *
 * <p>{@code -Dext4map.seed=N} runs one sequence again, {@code -Dext4map.mutations=N} tries N for
 * each image.
 */
class DamagedImagesWriteTest {
  private static final long SEED = Long.getLong("ext4map.seed", 20_260_102);
  private static final int MUTATIONS = Integer.getInteger("ext4map.mutations", 4);
  private static final int MOST_PATCHES = 4;
  private static final int MOST_PATCH_BYTES = 4;
  private static final long METADATA_BLOCKS = 64L;
  private static final List<String> NAMES =
      List.of("k4-shapes", "k1-indirect", "orphan-list", "names-4k", "journal-v3-64");

  @TempDir static Path scratch;

  static Stream<GoldenImage> images() {
    return NAMES.stream().map(GoldenImages::byName);
  }

  @ParameterizedTest
  @MethodSource("images")
  void damageIsToldInOneLine(GoldenImage golden) throws IOException {
    Path image = golden.unpack(scratch);
    byte[] intact = Files.readAllBytes(image);
    SplittableRandom random = new SplittableRandom(SEED ^ golden.name().hashCode());
    List<FileTruth> files =
        golden.manifest().files(View.RECOVERED).orElseThrow().stream()
            .filter(file -> !file.path().equals("/"))
            .toList();
    for (int round = 0; round < MUTATIONS; round++) {
      Files.write(image, intact);
      damage(image, golden.manifest().blockSize(), random);
      FileTruth file = files.get(random.nextInt(files.size()));
      String about = golden + " round " + round + " seed " + SEED + " " + file.path();
      for (List<String> words : commands(image.toString(), file.path())) {
        run(about, words);
      }
    }
    Files.delete(image);
  }

  private static List<List<String>> commands(String image, String path) {
    String parent = path.substring(0, path.lastIndexOf('/') + 1);
    return List.of(
        List.of("io", image, path, "-c", "pwrite -q 3 70k", "-c", "fpunch 9k 20k", "-c", "fsync"),
        List.of("io", image, path, "-c", "falloc 40k 1m", "-c", "fzero 5k 99k"),
        List.of("io", image, path, "-c", "fcollapse 0 8k", "-c", "finsert 4k 4k"),
        List.of("io", image, path, "-c", "truncate 5000", "-c", "pwrite -q 1m 1"),
        List.of("mkdir", "-p", image, parent + "new/directory"),
        List.of("put", image, "-", parent + "new/file"),
        List.of("ln", image, path, parent + "hard"),
        List.of("mv", image, path, parent + "new/moved"),
        List.of("rm", "-r", image, parent + "new", parent + "hard"),
        List.of("recover", image));
  }

  private static void run(String about, List<String> words) {
    Ran ran = Ran.ext4map(words.toArray());

    assertThat(ran.exitCode()).as("%s %s: %s", about, words, ran.err()).isIn(0, 1, 4, 5, 8);
    assertThat(ran.err()).as("%s %s", about, words).doesNotContain("internal error", "\tat ");
    List<String> told =
        ran.errLines().stream().filter(line -> !line.contains("recovered first: ")).toList();
    assertThat(told).as("%s %s", about, words).hasSizeLessThanOrEqualTo(1);
    if (!words.get(0).equals("recover")) {
      assertThat(told.isEmpty()).as("%s %s: %s", about, words, told).isEqualTo(ran.exitCode() == 0);
    }
  }

  /** Patches a few bytes near the start, where metadata lives. */
  private static void damage(Path image, int blockSize, SplittableRandom random)
      throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      long area = Math.min(file.length() - MOST_PATCH_BYTES, METADATA_BLOCKS * blockSize);
      int patches = 1 + random.nextInt(MOST_PATCHES);
      for (int i = 0; i < patches; i++) {
        byte[] patch = new byte[1 + random.nextInt(MOST_PATCH_BYTES)];
        random.nextBytes(patch);
        file.seek(random.nextInt(8) == 0 ? 1024 + random.nextLong(1024) : random.nextLong(area));
        file.write(patch);
      }
    }
  }
}
