package org.ext4map.images;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
   * Makes one image and asks the kernel what is in it. The image lies in memory where the host has
   * room for it.
   *
   * @throws IOException with the seed, if a tool fails
   */
  public static RandomImage make(long seed) throws IOException {
    Path image = Files.createTempFile(directory(), "ext4map-random-" + seed + "-", ".img");
    try {
      return make(image, seed);
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

  private static RandomImage make(Path image, long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    RandomGeometry geometry = RandomGeometry.pick(random);
    fill(image, geometry.sizeMib());
    List<String> mke2fs = new ArrayList<>(List.of("mke2fs", "-q", "-F"));
    mke2fs.addAll(geometry.options());
    mke2fs.add(image.toString());
    Command.of(mke2fs).succeed();
    String operations = new RandomOperations(random, geometry).script();
    try (KernelMount mount = KernelMount.mount(image, KernelMount.Mode.READ_WRITE)) {
      mount.tune("extent_max_zeroout_kb", random.nextInt(4) == 0 ? 32 : 0);
      mount.run(operations);
    }
    try (KernelMount mount = KernelMount.mount(image, KernelMount.Mode.AS_IS)) {
      return new RandomImage(
          seed, image, geometry.options(), operations, geometry.blockSize(), mount.scan());
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
