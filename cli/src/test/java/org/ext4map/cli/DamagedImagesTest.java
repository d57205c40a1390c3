package org.ext4map.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.ext4map.images.FileTruth;
import org.ext4map.images.GoldenImage;
import org.ext4map.images.GoldenImages;
import org.ext4map.images.View;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The whole command over damaged images: it answers or says in one line why not, and its output
 * stays in proportion. The engine's own tests try far more damage than this.
 *
 * <p>{@code -Dext4map.seed=N} runs one sequence again, {@code -Dext4map.mutations=N} tries N for
 * each image.
 */
class DamagedImagesTest {
  private static final long SEED = Long.getLong("ext4map.seed", 20_260_101);
  private static final int MUTATIONS = Integer.getInteger("ext4map.mutations", 12);
  private static final String CORPUS = "shared/fsck-corpus";
  private static final Duration AT_MOST = Duration.ofSeconds(30);
  private static final int PIECE = 1 << 16;
  private static final int MOST_PATCHES = 4;
  private static final int MOST_PATCH_BYTES = 4;
  private static final long METADATA_BLOCKS = 64L;
  private static final long MOST_OUTPUT_BYTES = 64L << 20;
  private static final List<String> NAMES =
      List.of("k4-shapes", "k1-indirect", "k4-inline", "names-4k", "journal-v3-64");

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
    List<FileTruth> files = golden.manifest().files(View.RECOVERED).orElseThrow();
    for (int round = 0; round < MUTATIONS; round++) {
      long[] places = damage(image, golden.manifest().blockSize(), random);
      FileTruth file = files.get(random.nextInt(files.size()));
      String about = golden + " round " + round + " seed " + SEED + " " + file.path();
      for (List<String> words : commands(image.toString(), file.path())) {
        run(about, words);
      }
      repair(image, intact, places);
    }
    Files.delete(image);
  }

  /** The corpus that the judge is held to, where it lies beside the checkout. */
  static Stream<Path> corpus() throws IOException {
    Path directory = Path.of("").toAbsolutePath();
    while (directory != null && !Files.exists(directory.resolve(CORPUS))) {
      directory = directory.getParent();
    }
    if (directory == null) {
      System.err.println("no " + CORPUS + " above the working directory: its images are not tried");
      return Stream.of();
    }
    try (Stream<Path> files = Files.list(directory.resolve(CORPUS))) {
      return files.filter(file -> file.toString().endsWith(".img.gz")).sorted().toList().stream();
    }
  }

  @Tag("slow")
  @ParameterizedTest(name = "{0}", allowZeroInvocations = true)
  @MethodSource("corpus")
  void damageMadeByOthersIsToldInOneLine(Path packed) throws IOException {
    Path image = scratch.resolve("damaged.img");
    try (InputStream in = new GZIPInputStream(Files.newInputStream(packed))) {
      unpack(in, image);
    }
    for (List<String> words : commands(image.toString(), "/")) {
      long begin = System.nanoTime();
      run(packed + " " + words, words);
      assertThat(Duration.ofNanos(System.nanoTime() - begin))
          .as("%s %s", packed, words)
          .isLessThan(AT_MOST);
    }
    Files.delete(image);
  }

  /** Zeros become holes: some of the images are large. */
  private static void unpack(InputStream in, Path image) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      long size = 0;
      for (byte[] piece = in.readNBytes(PIECE); piece.length > 0; piece = in.readNBytes(PIECE)) {
        if (!Arrays.equals(piece, new byte[piece.length])) {
          file.seek(size);
          file.write(piece);
        }
        size += piece.length;
      }
      file.setLength(size);
    }
  }

  private static List<List<String>> commands(String image, String path) {
    return List.of(
        List.of("explain", "--view=as-is", image, "3"),
        List.of("explain", "--json", image, "12:0"),
        List.of("frag", "--json", image),
        List.of("report", "-o", image + ".html", image),
        List.of("diff", "--json", image, image),
        List.of("frag", "--view=as-is", image, "/"),
        List.of("journal", "--json", "--view=as-is", image),
        List.of("info", "--groups", image),
        List.of("info", "--json", "--view=as-is", image),
        List.of("ls", "-l", "-a", image, "/"),
        List.of("stat", "--json", image, path),
        List.of("extents", image, path),
        List.of("extents", "--tree", "--view=as-is", image, path),
        List.of("extents", "--json", "--merged", image, "<8>"),
        List.of("map", image, path, "7", "9"),
        List.of("cat", "--limit=8M", image, path));
  }

  private static void run(String about, List<String> words) {
    Measure out = new Measure();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int exitCode = Main.run(new Console(out, err, false), words.toArray(new String[0]));
    String said = err.toString(StandardCharsets.UTF_8);

    assertThat(exitCode).as("%s %s: %s", about, words, said).isIn(0, 1, 8);
    assertThat(said.lines().count()).as("%s %s: %s", about, words, said).isLessThanOrEqualTo(1);
    assertThat(said).as("%s %s", about, words).doesNotContain("internal error", "\tat ");
    boolean told = !said.isEmpty() && !said.startsWith("ext4map: view recovered, in memory");
    assertThat(told).as("%s %s: %s", about, words, said).isEqualTo(exitCode != 0);
    assertThat(out.bytes).as("%s %s", about, words).isLessThan(MOST_OUTPUT_BYTES);
  }

  /** Patches a few bytes near the start, where metadata lives; answers where. */
  private static long[] damage(Path image, int blockSize, SplittableRandom random)
      throws IOException {
    long[] places = new long[1 + random.nextInt(MOST_PATCHES)];
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      for (int i = 0; i < places.length; i++) {
        long area = Math.min(file.length() - MOST_PATCH_BYTES, METADATA_BLOCKS * blockSize);
        places[i] = random.nextInt(8) == 0 ? 1024 + random.nextLong(1024) : random.nextLong(area);
        byte[] patch = new byte[1 + random.nextInt(MOST_PATCH_BYTES)];
        random.nextBytes(patch);
        file.seek(places[i]);
        file.write(patch);
      }
    }
    return places;
  }

  private static void repair(Path image, byte[] intact, long[] places) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      for (long place : places) {
        file.seek(place);
        file.write(intact, (int) place, MOST_PATCH_BYTES);
      }
    }
  }

  private static final class Measure extends OutputStream {
    private long bytes;

    @Override
    public void write(int one) {
      bytes++;
    }

    @Override
    public void write(byte[] source, int offset, int length) {
      bytes += length;
    }
  }
}
