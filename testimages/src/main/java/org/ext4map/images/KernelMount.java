package org.ext4map.images;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The kernel's own ext4 on a loop device. Needs {@link Judge#KERNEL}. Not thread-safe; several
 * mounts may exist.
 *
 * <p>A mount changes its image unless it is {@link Mode#AS_IS}; {@link #mountCopy} leaves the
 * original alone.
 */
public final class KernelMount implements AutoCloseable {
  /** How to mount. */
  public enum Mode {
    /** Replays the journal, processes orphans, allows {@link KernelMount#run}. */
    READ_WRITE("rw"),
    /** Replays the journal into the image, then only reads. */
    READ_ONLY("ro"),
    /** {@code ro,noload} on a read-only loop device: nothing is replayed, nothing written. */
    AS_IS("ro,noload");

    private final String options;

    Mode(String options) {
      this.options = options;
    }
  }

  private static final Pattern PIECES = Pattern.compile("(/.*): (\\d+) extents? found");
  private static final int UNMOUNT_TRIES = 50;
  private static final Duration BETWEEN_TRIES = Duration.ofMillis(100);
  private static final Duration SCAN_TIMEOUT = Duration.ofMinutes(2);

  private final Path point;
  private final String loop;
  private final boolean deleteImage;
  private final Path image;

  private KernelMount(Path image, Path point, String loop, boolean deleteImage) {
    this.image = image;
    this.point = point;
    this.loop = loop;
    this.deleteImage = deleteImage;
  }

  /** Mounts the image itself. */
  public static KernelMount mount(Path image, Mode mode) throws IOException {
    return mount(image, mode, "", false);
  }

  /** Mounts the image itself with more options, separated by commas. */
  public static KernelMount mount(Path image, Mode mode, String moreOptions) throws IOException {
    return mount(image, mode, "," + moreOptions, false);
  }

  /** Mounts a copy, which is deleted at the end. */
  public static KernelMount mountCopy(Path image, Mode mode) throws IOException {
    Path copy = Files.createTempFile("ext4map-copy", ".img");
    Command.of("cp", "--sparse=always", image.toString(), copy.toString()).succeed();
    return mount(copy, mode, "", true);
  }

  private static KernelMount mount(Path image, Mode mode, String moreOptions, boolean deleteImage)
      throws IOException {
    List<String> attach = new ArrayList<>(List.of("losetup", "-f", "--show"));
    if (mode == Mode.AS_IS) {
      attach.add("-r");
    }
    attach.add(image.toString());
    String loop = Command.of(attach).succeed().text().trim();
    Path point = Files.createTempDirectory("ext4map-mount");
    try {
      String options = mode.options + moreOptions;
      Command.of("mount", "-t", "ext4", "-o", options, loop, point.toString()).succeed();
    } catch (IOException refused) {
      Files.delete(point);
      detach(loop);
      if (deleteImage) {
        Files.delete(image);
      }
      throw refused;
    }
    return new KernelMount(image, point, loop, deleteImage);
  }

  /** Where it is mounted. */
  public Path root() {
    return point;
  }

  /** A file of the image as a host path. */
  public Path host(String path) {
    return point.resolve(path.substring(1));
  }

  /**
   * A knob of the mounted file system in /sys/fs/ext4, for example {@code extent_max_zeroout_kb}: 0
   * makes the kernel split extents instead of writing zeros.
   */
  public void tune(String knob, int value) throws IOException {
    Path file = Path.of("/sys/fs/ext4", Path.of(loop).getFileName().toString(), knob);
    Files.writeString(file, Integer.toString(value));
  }

  /**
   * Runs file operations, one a line, in the language of {@code tools/fileops.py}.
   *
   * @throws IOException with the line that failed
   */
  public void run(String operations) throws IOException {
    Command.of("python3", Tools.script("fileops.py"), point.toString()).input(operations).succeed();
  }

  /** A process that runs operations one at a time and says how each ended. */
  public KernelShell shell() throws IOException {
    return new KernelShell(
        List.of("python3", "-B", Tools.script("answering.py"), point.toString()));
  }

  /**
   * How many pieces filefrag counts in each of these files: runs that could be one, whatever their
   * state.
   */
  public Map<String, Integer> pieces(List<String> paths) throws IOException {
    List<String> words = new ArrayList<>(List.of("filefrag"));
    paths.forEach(path -> words.add(host(path).toString()));
    Map<String, Integer> pieces = new TreeMap<>();
    for (String line : Command.of(words).run().text().lines().toList()) {
      Matcher found = PIECES.matcher(line);
      if (found.matches()) {
        String path = found.group(1).substring(point.toString().length());
        pieces.put(path.isEmpty() ? "/" : path, Integer.valueOf(found.group(2)));
      }
    }
    return pieces;
  }

  /** What the kernel shows of every name, sorted by path. Dirty data must be synced before. */
  public List<FileTruth> scan() throws IOException {
    return scanOf(List.of());
  }

  /** What the kernel shows of one name. */
  public FileTruth scan(String path) throws IOException {
    return scanOf(List.of("--only", path)).get(0);
  }

  private List<FileTruth> scanOf(List<String> options) throws IOException {
    List<String> words =
        new ArrayList<>(List.of("python3", Tools.script("scan.py"), point.toString()));
    words.addAll(options);
    List<FileTruth> found = new ArrayList<>();
    for (String line : Command.of(words).timeout(SCAN_TIMEOUT).succeed().text().lines().toList()) {
      found.add(Json.MAPPER.readValue(line, FileTruth.class));
    }
    return found;
  }

  /**
   * Unmounts, waiting a while for others to leave; after that the mount is detached lazily and this
   * fails.
   */
  @Override
  public void close() throws IOException {
    CommandResult last = Command.of("umount", point.toString()).run();
    for (int tries = 1; last.exit() != 0 && tries < UNMOUNT_TRIES; tries++) {
      LockSupport.parkNanos(BETWEEN_TRIES.toNanos());
      last = Command.of("umount", point.toString()).run();
    }
    if (last.exit() != 0) {
      Command.of("umount", "-l", point.toString()).run();
      throw new IOException("umount " + point + ": " + last.errors());
    }
    Files.delete(point);
    detach(loop);
    if (deleteImage) {
      Files.delete(image);
    }
  }

  private static void detach(String loop) throws IOException {
    Command.of("losetup", "-d", loop).succeed();
  }

  /** The scripts of this package, unpacked once for each process. */
  private static final class Tools {
    private static final List<String> NAMES = List.of("answering.py", "fileops.py", "scan.py");
    private static final Path DIRECTORY = unpack();

    private static Path unpack() {
      try {
        Path directory = Files.createTempDirectory("ext4map-tools");
        directory.toFile().deleteOnExit();
        for (String name : NAMES) {
          Path target = directory.resolve(name);
          try (InputStream script = GoldenImages.resource("tools/" + name)) {
            Files.copy(script, target, StandardCopyOption.REPLACE_EXISTING);
          }
          target.toFile().deleteOnExit();
        }
        return directory;
      } catch (IOException problem) {
        throw new UncheckedIOException(problem);
      }
    }

    static String script(String name) {
      return DIRECTORY.resolve(name).toString();
    }
  }
}
