package org.ext4map.aio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.ext4map.aio.Images.BLOCK;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.ext4map.Ext4File;
import org.ext4map.Ext4Image;
import org.ext4map.OpenOptions;
import org.ext4map.View;
import org.ext4map.aio.ring.RingFile.Engine;
import org.ext4map.device.BlockDevice;
import org.ext4map.device.FileBlockDevice;
import org.ext4map.device.FileBlockDevice.DirectMode;
import org.ext4map.device.MemoryBlockDevice;
import org.ext4map.testkit.Programs;
import org.ext4map.testkit.WritableImages;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Which queue an image gets: one of the kernel's also for a partition of a larger file. */
class ImageRingTest {
  private static final int IMAGE_MIB = 16;
  private static final long PARTITION = 1 << 20;

  @TempDir Path scratch;

  private OpenOptions options(long offset) {
    return OpenOptions.defaults()
        .view(View.READ_WRITE)
        .directMode(DirectMode.IF_POSSIBLE)
        .offsetBytes(offset);
  }

  /** The image from byte {@code offset} on; before it 0x77, behind it zeros to a whole page. */
  private Path disk(Path image, long offset) throws IOException {
    Path disk = scratch.resolve("disk");
    byte[] other = new byte[(int) offset];
    Arrays.fill(other, (byte) 0x77);
    Files.write(disk, other);
    try (FileChannel out = FileChannel.open(disk, StandardOpenOption.APPEND);
        FileChannel in = FileChannel.open(image)) {
      in.transferTo(0, in.size(), out);
      out.write(ByteBuffer.allocate((int) (-out.size() & 4095)));
    }
    return disk;
  }

  @ParameterizedTest
  @EnumSource(names = "CHANNEL", mode = Mode.EXCLUDE)
  void aPartitionOfALargerFileUsesTheKernelsQueues(Engine engine) throws Exception {
    Path image = Images.make(scratch, IMAGE_MIB, "file");
    Path disk = disk(image, PARTITION);
    try (Ext4Image opened = Ext4Image.open(disk, options(PARTITION));
        DirectIo io = DirectIo.on(opened).engine(engine).open()) {
      assertThat(io.describe()).startsWith(engine == Engine.AIO ? "kernel AIO" : "io_uring");
      Ext4File file = opened.lookup("/file");
      try (DirectFile direct = io.open(file)) {
        assertThat(direct.write(DirectIoTest.filled(2 * BLOCK, 5), 0).get()).isEqualTo(2 * BLOCK);
        assertThat(direct.writeDurably(DirectIoTest.filled(BLOCK, 6), 0).get()).isEqualTo(BLOCK);
      }
      assertThat(Images.bytes(file)[BLOCK - 1]).isEqualTo((byte) 6);
      assertThat(Images.bytes(file)[BLOCK]).isEqualTo((byte) 5);
    }
    try (RandomAccessFile bytes = new RandomAccessFile(disk.toFile(), "r")) {
      byte[] before = new byte[(int) PARTITION];
      bytes.readFully(before);
      assertThat(before).containsOnly(0x77);
      byte[] after = new byte[IMAGE_MIB << 20];
      bytes.readFully(after);
      Files.write(image, after);
    }
    Programs.assertClean(image);
  }

  @Test
  void aPartitionBetweenTheUnitsOfTheDeviceIsReachedByThreads() throws Exception {
    Path disk = disk(Images.make(scratch, IMAGE_MIB, "file"), 1000);
    try (Ext4Image opened = Ext4Image.open(disk, options(1000))) {
      try (DirectIo io = DirectIo.on(opened).open();
          DirectFile direct = io.open(opened.lookup("/file"))) {
        assertThat(io.describe()).contains("begins at byte 1000, the device's units are");
        assertThat(direct.write(DirectIoTest.filled(BLOCK, 5), 0).get()).isEqualTo(BLOCK);
      }
      assertThatThrownBy(() -> DirectIo.on(opened).engine(Engine.IO_URING).open())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("engine IO_URING: the image begins at byte 1000");
    }
  }

  @Test
  void blocksThatShareAUnitOfTheEnginesDeviceWithMetadataAreReachedByThreads() throws Exception {
    MemoryBlockDevice small = WritableImages.make(scratch, 8, List.of("-b", "1024"), "file");
    Path image = WritableImages.save(small, scratch.resolve("small"));
    try (Ext4Image opened = Ext4Image.open(image, options(0))) {
      assumeTrue(
          ((FileBlockDevice) opened.direct().device()).unitBytes() > 1024, "units are small");
      try (DirectIo io = DirectIo.on(opened).open()) {
        assertThat(io.describe())
            .startsWith("blocking calls")
            .contains("blocks of 1024 bytes, the device's units are 4096");
      }
    }
  }

  @Test
  void anImageThatIsNoFileHasNoQueueOfTheKernel() throws Exception {
    MemoryBlockDevice memory = WritableImages.make(scratch, 8, List.of(), "file");
    try (Ext4Image opened = Ext4Image.open((BlockDevice) memory, WritableImages.forWriting())) {
      try (DirectIo io = DirectIo.on(opened).open()) {
        assertThat(io.describe()).contains("no file of its own");
      }
      assertThatThrownBy(() -> DirectIo.on(opened).engine(Engine.AIO).open())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("engine AIO: the image is no file of its own");
    }
  }
}
