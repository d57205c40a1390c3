package org.ext4map.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.ext4map.device.BlockDevice;
import org.ext4map.device.FileBlockDevice;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ReadAheadDeviceTest {
  private static final int BYTES = 8 << 20;
  private static final int WINDOW = 1 << 20;

  @TempDir Path directory;
  private Path path;
  private byte[] image;

  @BeforeEach
  void anImage() throws IOException {
    path = directory.resolve("image");
    image = new byte[BYTES];
    new Random(20261123).nextBytes(image);
    Files.write(path, image);
  }

  @Test
  void whatIsExpectedComesIntoThePageCache() throws Exception {
    evict();
    try (FileChannel channel = FileChannel.open(path);
        BlockDevice device = new ReadAheadDevice(FileBlockDevice.open(path))) {
      MappedByteBuffer first = channel.map(FileChannel.MapMode.READ_ONLY, 0, WINDOW);
      assumeFalse(first.isLoaded(), "this file system keeps no pages apart from the cache");

      device.expect(0, BYTES);

      while (!first.isLoaded()) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
      }
      assertReadsRight(device, 0);
    }
  }

  @Test
  void expectingChangesNoByte() throws IOException {
    try (BlockDevice device = new ReadAheadDevice(FileBlockDevice.open(path))) {
      for (int i = 0; i < 100; i++) {
        device.expect(i * 70_000L, 70_000);
        assertReadsRight(device, i * 70_000);
      }
    }
  }

  @Test
  void partsOutsideAreIgnored() throws IOException {
    try (BlockDevice device = new ReadAheadDevice(FileBlockDevice.open(path))) {
      device.expect(-5, 3);
      device.expect(-5, 10);
      device.expect(BYTES - 1, WINDOW);
      device.expect(2L * BYTES, 1);
      device.expect(0, 0);

      assertReadsRight(device, 100);
    }
  }

  @Test
  void closingDoesNotWaitForWhatIsExpected() throws IOException {
    for (int i = 0; i < 50; i++) {
      evict();
      BlockDevice device = new ReadAheadDevice(FileBlockDevice.open(path));
      for (int from = 0; from < BYTES; from += 1 << 16) {
        device.expect(from, 1 << 15);
      }
      device.close();
      assertThat(path).as("closed " + i).exists();
    }
  }

  @Test
  void aFileThatHasBecomeShorterIsNoticedByWhoReadsIt() throws IOException {
    try (BlockDevice device = new ReadAheadDevice(FileBlockDevice.open(path));
        FileChannel other = FileChannel.open(path, StandardOpenOption.WRITE)) {
      other.truncate(WINDOW);
      device.expect(0, BYTES);
      device.expect(0, BYTES);

      assertReadsRight(device, 0);
    }
  }

  private void assertReadsRight(BlockDevice device, int offset) throws IOException {
    ByteBuffer read = ByteBuffer.allocate(5000);
    device.read(offset, read);
    assertThat(read.flip()).isEqualTo(ByteBuffer.wrap(image, offset, 5000));
  }

  /** Asks the kernel to forget the pages of the file; some file systems cannot. */
  private void evict() throws IOException {
    Process dd =
        new ProcessBuilder("dd", "of=" + path, "oflag=nocache", "conv=notrunc,fdatasync", "count=0")
            .redirectErrorStream(true)
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      dd.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
