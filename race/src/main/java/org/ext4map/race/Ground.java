package org.ext4map.race;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.time.Instant;
import java.util.Arrays;
import java.util.UUID;
import org.ext4map.Ext4File;
import org.ext4map.Ext4Image;
import org.ext4map.OpenOptions;
import org.ext4map.View;
import org.ext4map.device.MemoryBlockDevice;
import org.ext4map.device.OverlayBlockDevice;
import org.ext4map.format.Mkfs;
import org.ext4map.format.MkfsOptions;
import org.ext4map.journal.CommitTimer;
import org.ext4map.model.Extent;
import org.ext4map.model.ExtentState;
import org.ext4map.model.FallocateMode;

/**
 * The image on which all trials begin, in memory: one file, blocks 0-3 written, 4-7 unwritten over
 * what somebody else had left there. Each trial has a copy-on-write overlay of its own. Threads:
 * any.
 */
final class Ground {
  static final int BLOCK = 1024;
  static final int BLOCKS = 8;
  static final byte OLD = 'a';
  static final byte STALE = (byte) 0xEE;
  private static final String FILE = "/file";
  private static final int FIRST_UNWRITTEN = 4;
  private static final long IMAGE_BYTES = 3L << 20;
  private static final int JOURNAL_BLOCKS = 1024;
  private static final Instant NOW = Instant.ofEpochSecond(1_455_235_200); // 2016-02-12

  private final MemoryBlockDevice base;

  /** Makes it. */
  Ground() throws IOException {
    base = new MemoryBlockDevice(IMAGE_BYTES);
    UUID uuid = new UUID(2016, 212);
    Mkfs.format(
        base,
        MkfsOptions.ext4(uuid, uuid, NOW)
            .blockSize(BLOCK)
            .journalBlocks(JOURNAL_BLOCKS)
            .inodes(32)
            .build());
    try (Ext4Image image = Ext4Image.open(base, options())) {
      Ext4File file = image.create(FILE, 0644);
      byte[] old = new byte[FIRST_UNWRITTEN * BLOCK];
      Arrays.fill(old, OLD);
      try (SeekableByteChannel channel = file.openForWriting()) {
        channel.write(ByteBuffer.wrap(old));
      }
      file.fallocate(FallocateMode.ALLOCATE, 0, (long) BLOCKS * BLOCK);
      leaveStaleBytes(file);
    }
  }

  private void leaveStaleBytes(Ext4File file) throws IOException {
    byte[] stale = new byte[BLOCK];
    Arrays.fill(stale, STALE);
    for (Extent extent : file.extents()) {
      for (int i = 0; extent.state() == ExtentState.UNWRITTEN && i < extent.length(); i++) {
        base.write((extent.pblk() + i) * BLOCK, ByteBuffer.wrap(stale));
      }
    }
  }

  private static OpenOptions options() {
    return OpenOptions.defaults()
        .view(View.READ_WRITE)
        .clock(() -> NOW)
        .timer(CommitTimer.NEVER)
        .bufferCacheBytes(1 << 20)
        .statusCacheBytes(1 << 20);
  }

  /** A new copy of the image, open for writing. */
  Ext4Image open() throws IOException {
    return Ext4Image.open(new OverlayBlockDevice(base), options());
  }

  /** The file of an image. */
  static Ext4File file(Ext4Image image) throws IOException {
    return image.lookup(FILE);
  }
}
