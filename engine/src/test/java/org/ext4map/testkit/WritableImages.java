package org.ext4map.testkit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.Assertions;
import org.ext4map.OpenOptions;
import org.ext4map.View;
import org.ext4map.device.BlockDevice;
import org.ext4map.device.MemoryBlockDevice;
import org.ext4map.images.CommandResult;
import org.ext4map.images.E2fsck;
import org.ext4map.images.Judge;
import org.ext4map.journal.CommitTimer;
import org.junit.jupiter.api.Assumptions;

/** Small file systems with empty files in them, in memory, and what e2fsck thinks of them later. */
public final class WritableImages {
  private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000, 123_456_789);

  private WritableImages() {}

  /**
   * Makes a file system with mke2fs.
   *
   * @param scratch where files can be made
   * @param sizeMib its size
   * @param options of mke2fs
   * @param names empty files in the root directory
   */
  public static MemoryBlockDevice make(
      Path scratch, int sizeMib, List<String> options, String... names) throws IOException {
    Judge.E2FSPROGS.missing().ifPresent(Assumptions::abort);
    Path tree = Files.createTempDirectory(scratch, "tree");
    for (String name : names) {
      Files.createFile(tree.resolve(name));
    }
    Path image = Files.createTempFile(scratch, "image", ".ext4");
    List<String> command = new ArrayList<>(List.of("mke2fs", "-q", "-F", "-t", "ext4"));
    command.addAll(options);
    command.addAll(List.of("-d", tree.toString(), image.toString(), sizeMib + "M"));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      Assertions.assertThat(process.waitFor()).as(said).isZero();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
    return MemoryBlockDevice.of(Files.readAllBytes(image));
  }

  /** For reading and writing, by a clock that stands still, and so no timer. */
  public static OpenOptions forWriting() {
    return OpenOptions.defaults().view(View.READ_WRITE).clock(() -> NOW).timer(CommitTimer.NEVER);
  }

  /** The device's bytes in a file. */
  public static Path save(BlockDevice device, Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((int) device.sizeBytes());
    device.read(0, bytes);
    return Files.write(file, bytes.array());
  }

  /** {@code e2fsck -fn} finds nothing to say. */
  public static void assertClean(BlockDevice device, Path scratch, String context)
      throws IOException {
    CommandResult check = E2fsck.check(save(device, scratch.resolve("judged.ext4")));
    Assertions.assertThat(check.exit()).as(context + "\n" + check.text() + check.errors()).isZero();
  }
}
