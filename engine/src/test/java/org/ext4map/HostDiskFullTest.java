package org.ext4map;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.ext4map.device.BlockDevice;
import org.ext4map.device.FileBlockDevice;
import org.ext4map.format.Mkfs;
import org.ext4map.format.MkfsOptions;
import org.ext4map.images.CommandResult;
import org.ext4map.images.E2fsck;
import org.ext4map.images.Judge;
import org.ext4map.testkit.Programs;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A sparse image on a disk of the host that gets full: the image has space, the host has none. What
 * fsync had acknowledged is there afterwards, whichever write was the one that failed.
 */
class HostDiskFullTest {
  private static final long IMAGE_BYTES = 64L << 20;
  private static final int FILE_BYTES = 200_000;

  @TempDir Path disk;

  @BeforeEach
  void aSmallDisk() {
    Programs.require(Judge.KERNEL);
    mount("mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", disk.toString());
  }

  @AfterEach
  void noDisk() {
    mount("umount", disk.toString());
  }

  private static void mount(String... command) {
    Programs.Verdict verdict = Programs.run(command);
    assertThat(verdict.exitCode()).as(verdict.output()).isZero();
  }

  private void resize(String size) {
    mount("mount", "-o", "remount,size=" + size, disk.toString());
  }

  /** Where the host's space ends differs: in data, in the journal, in metadata on its way home. */
  @ParameterizedTest
  @ValueSource(ints = {0, 100, 800, 3_000, 6_000})
  void whatWasAcknowledgedIsThereAfterwards(int spareKib) throws IOException {
    Path image = disk.resolve("sparse.img");
    Files.createFile(image);
    MkfsOptions options =
        MkfsOptions.ext4(new UUID(1, 2), new UUID(3, 4), Instant.ofEpochSecond(1_700_000_000))
            .build();
    try (BlockDevice device = FileBlockDevice.openBlank(image, IMAGE_BYTES, before -> {})) {
      Mkfs.format(device, options);
    }
    long usedKib = (Files.getFileStore(disk).getTotalSpace() - freeBytes()) / 1024;
    resize(usedKib + spareKib + "k");

    List<byte[]> acknowledged = new ArrayList<>();
    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(60), () -> assertThat(fill(image, acknowledged)).isNotEmpty());

    resize("128m");
    requireAll(image, acknowledged);
    CommandResult repaired = E2fsck.repair(image);
    assertThat(repaired.exit()).as(repaired.toString()).isLessThan(4);
    CommandResult clean = E2fsck.check(image);
    assertThat(clean.exit()).as(clean.toString()).isZero();
    requireAll(image, acknowledged);
  }

  private long freeBytes() throws IOException {
    return Files.getFileStore(disk).getUnallocatedSpace();
  }

  /** Makes files, each durable, until something fails; answers all that failed. */
  private static List<String> fill(Path image, List<byte[]> acknowledged) {
    List<String> failures = new ArrayList<>();
    try (Ext4Image opened = Ext4Image.open(image, OpenOptions.defaults().view(View.READ_WRITE))) {
      for (int number = 0; failures.isEmpty(); number++) {
        byte[] bytes = new byte[FILE_BYTES];
        Arrays.fill(bytes, (byte) (number + 1));
        try {
          Ext4File file = opened.create("/f" + number, 0600);
          try (SeekableByteChannel channel = file.openForWriting()) {
            channel.write(ByteBuffer.wrap(bytes));
          }
          file.fsync();
          acknowledged.add(bytes);
        } catch (IOException full) {
          failures.add(String.valueOf(full.getMessage()));
        }
      }
    } catch (IOException atOpenOrClose) {
      failures.add(String.valueOf(atOpenOrClose.getMessage()));
    }
    assertThat(failures).anyMatch(message -> message.contains("No space left on device"));
    return failures;
  }

  private static void requireAll(Path image, List<byte[]> acknowledged) throws IOException {
    try (Ext4Image opened = Ext4Image.open(image)) {
      for (int number = 0; number < acknowledged.size(); number++) {
        ByteBuffer bytes = ByteBuffer.allocate(FILE_BYTES + 1);
        try (SeekableByteChannel channel = opened.lookup("/f" + number).open()) {
          while (channel.read(bytes) >= 0) {
            assertThat(bytes.hasRemaining()).isTrue();
          }
        }
        assertThat(Arrays.copyOf(bytes.array(), bytes.position()))
            .isEqualTo(acknowledged.get(number));
      }
    }
  }
}
