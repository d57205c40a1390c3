package org.ext4map;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.util.List;
import org.ext4map.device.MemoryBlockDevice;
import org.ext4map.model.FallocateMode;
import org.ext4map.testkit.WritableImages;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Blocks that are kept for a file that grows. */
class PreallocationTest {
  private static final int BLOCK = 1024;

  @TempDir Path scratch;

  /** More blocks than that, and the allocator thinks that the file grows. */
  private static final int SMALL_FILE_BLOCKS = 16;

  private static void write(SeekableByteChannel channel, int blocks) throws IOException {
    channel.write(ByteBuffer.allocate(blocks * BLOCK));
  }

  /** Writes one block to an empty file; where it lies. */
  private static long writeOne(Ext4File file) throws IOException {
    try (SeekableByteChannel channel = file.openForWriting()) {
      write(channel, 1);
    }
    return file.extents().get(0).pblk();
  }

  @Test
  void whatIsKeptForAGrowingFileIsForOthersOnceItIsClosed() throws IOException {
    MemoryBlockDevice device = image();
    try (Ext4Image image = Ext4Image.open(device, WritableImages.forWriting())) {
      Ext4File a = image.lookup("/a");
      int length = SMALL_FILE_BLOCKS + 1;
      long first;
      try (SeekableByteChannel channel = a.openForWriting()) {
        write(channel, length);
        first = a.extents().get(0).pblk();
        assertThat(writeOne(image.lookup("/b"))).as("not there").isNotEqualTo(first + length);
        write(channel, 1);
        assertThat(a.mergedExtents()).as("a goes on where it stopped").hasSize(1);
      }
      assertThat(writeOne(image.lookup("/c"))).isEqualTo(first + length + 1);
    }
    WritableImages.assertClean(device, scratch, "closed");
  }

  @Test
  void nothingIsKeptForAFileThatNobodyHasOpen() throws IOException {
    MemoryBlockDevice device = image();
    try (Ext4Image image = Ext4Image.open(device, WritableImages.forWriting())) {
      Ext4File a = image.lookup("/a");
      a.fallocate(FallocateMode.ALLOCATE, 0, (SMALL_FILE_BLOCKS + 1) * BLOCK);
      long end = a.extents().get(0).pblk() + SMALL_FILE_BLOCKS + 1;
      assertThat(writeOne(image.lookup("/b"))).isEqualTo(end);
    }
    WritableImages.assertClean(device, scratch, "not open");
  }

  private MemoryBlockDevice image() throws IOException {
    return WritableImages.make(scratch, 8, List.of("-b", "" + BLOCK), "a", "b", "c");
  }
}
