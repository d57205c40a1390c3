package org.ext4map.images;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Makes images with the live kernel: random geometry, then random writes, preallocation, punching,
 * zeroing, shifting and cutting of a few files until they are badly fragmented. Needs {@link
 * Judge#KERNEL}; takes about a second.
 *
 * <p>Free space is filled with 0xA5 first. The seed fixes geometry and operations; where the kernel
 * puts the blocks is its own affair.
 */
public final class RandomImages {
  /** System property that takes a seed back. */
  public static final String SEED_PROPERTY = "ext4map.images.seed";

  private static final Path MEMORY = Path.of("/dev/shm");
  private static final long ROOMY_BYTES = 1L << 30;
  private static final int MIB = 1 << 20;
  private static final byte FILL = (byte) 0xA5;

  private RandomImages() {}

  /** The seed of the first round: from the system property, else a new one. It is printed. */
  public static long firstSeed() {
    Long given = Long.getLong(SEED_PROPERTY);
    long seed = given != null ? given : new SecureRandom().nextInt(Integer.MAX_VALUE);
    System.out.println("random images: first seed -D" + SEED_PROPERTY + "=" + seed);
    return seed;
  }

  /**
   * Makes one image, unmounts it and asks the kernel what is in it; all views agree. The image lies
   * in memory where the host has room for it.
   *
   * @throws IOException with the seed, if a tool fails
   */
  public static RandomImage make(long seed) throws IOException {
    return make(seed, false);
  }

  /**
   * As {@link #make(long)}, but the machine stops in the middle: the log is dirty, perhaps with
   * fast commits and orphans.
   *
   * <p>On some the kernel's own replay of fast commits walks a hole for minutes
   * (ext4_ext_replay_shrink_inode, Linux 6.18); of these there is no truth, and the image of
   * another seed, which follows from the given one, takes their place. That is printed.
   */
  public static RandomImage makeCrashed(long seed) throws IOException {
    try {
      return make(seed, true);
    } catch (IOException problem) {
      if (!(problem.getCause() instanceof Command.TooSlow slow)) {
        throw problem;
      }
      System.out.println("random images: " + ~seed + " for " + seed + ", " + slow.getMessage());
      return make(~seed, true);
    }
  }

  private static RandomImage make(long seed, boolean crash) throws IOException {
    Path image = Files.createTempFile(directory(), "ext4map-random-" + seed + "-", ".img");
    try {
      SplittableRandom random = new SplittableRandom(seed);
      RandomGeometry geometry = RandomGeometry.pick(random, crash);
      fill(image, geometry.sizeMib());
      List<String> mke2fs = new ArrayList<>(List.of("mke2fs", "-q", "-F"));
      mke2fs.addAll(geometry.options());
      mke2fs.add(image.toString());
      Command.of(mke2fs).succeed();
      RandomOperations work = new RandomOperations(random, geometry);
      String operations = crash ? work.halfDone() : work.synced();
      int zeroOutKib = random.nextInt(4) == 0 ? 32 : 0;
      run(image, operations, zeroOutKib, crash);
      Map<View, List<FileTruth>> truth = crash ? bothViews(image) : oneView(image);
      return new RandomImage(
          seed, image, geometry.options(), operations, geometry.blockSize(), truth);
    } catch (IOException problem) {
      Files.delete(image);
      throw new IOException("-D" + SEED_PROPERTY + "=" + seed, problem);
    }
  }

  private static Path directory() throws IOException {
    boolean roomy =
        Files.isWritable(MEMORY) && Files.getFileStore(MEMORY).getUsableSpace() > ROOMY_BYTES;
    return roomy ? MEMORY : Path.of(System.getProperty("java.io.tmpdir"));
  }

  private static void run(Path image, String operations, int zeroOutKib, boolean crash)
      throws IOException {
    Path stopped = image.resolveSibling(image.getFileName() + ".stopped");
    try (KernelMount mount = KernelMount.mount(image, KernelMount.Mode.READ_WRITE)) {
      mount.tune("extent_max_zeroout_kb", zeroOutKib);
      String end = crash ? "shutdown 2\nsnapshot " + image + " " + stopped + "\n" : "";
      mount.run(operations + end);
    }
    if (crash) {
      Files.move(stopped, image, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static Map<View, List<FileTruth>> oneView(Path image) throws IOException {
    List<FileTruth> seen = look(image);
    return Map.of(View.AS_IS, seen, View.REPLAYED, seen, View.RECOVERED, seen);
  }

  /** Times are left out: recovery sets some itself. */
  private static Map<View, List<FileTruth>> bothViews(Path image) throws IOException {
    Path copy = image.resolveSibling(image.getFileName() + ".copy");
    try {
      Files.copy(image, copy, StandardCopyOption.REPLACE_EXISTING);
      KernelMount.mount(copy, KernelMount.Mode.READ_WRITE).close();
      List<FileTruth> recovered = look(copy).stream().map(FileTruth::asMounted).toList();
      return Map.of(View.AS_IS, look(image), View.RECOVERED, recovered);
    } finally {
      Files.deleteIfExists(copy);
    }
  }

  private static List<FileTruth> look(Path image) throws IOException {
    try (KernelMount mount = KernelMount.mount(image, KernelMount.Mode.AS_IS)) {
      return mount.scan();
    }
  }

  private static void fill(Path image, int sizeMib) throws IOException {
    byte[] chunk = new byte[MIB];
    Arrays.fill(chunk, FILL);
    try (OutputStream out = Files.newOutputStream(image)) {
      for (int i = 0; i < sizeMib; i++) {
        out.write(chunk);
      }
    }
  }
}
