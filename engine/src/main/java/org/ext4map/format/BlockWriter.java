package org.ext4map.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.ext4map.device.BlockDevice;
import org.ext4map.model.BlockRange;

/** Writes whole blocks of one size to a device. Not thread-safe. */
final class BlockWriter {
  private static final int CHUNK_BYTES = 1 << 20;

  private final BlockDevice device;
  private final int blockSize;

  BlockWriter(BlockDevice device, int blockSize) {
    this.device = device;
    this.blockSize = blockSize;
  }

  /** A new block of zeros. */
  ByteBuffer newBlock() {
    return ByteBuffer.allocate(blockSize);
  }

  /** Writes {@code blocks}, from index 0 to its capacity, from block {@code pblk} on. */
  void write(long pblk, ByteBuffer blocks) throws IOException {
    device.write(pblk * blockSize, blocks.duplicate().clear());
  }

  /**
   * Makes a run of blocks read as zeros. What does so already is not written: a sparse image stays
   * sparse.
   */
  void zero(BlockRange range) throws IOException {
    ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(CHUNK_BYTES, range.length() * blockSize));
    ByteBuffer zeros = ByteBuffer.allocate(chunk.capacity());
    long end = range.end() * blockSize;
    for (long at = range.start() * blockSize; at < end; at += chunk.capacity()) {
      int length = (int) Math.min(chunk.capacity(), end - at);
      device.read(at, chunk.clear().limit(length));
      chunk.flip();
      if (chunk.mismatch(zeros.clear().limit(length)) >= 0) {
        device.write(at, zeros);
      }
    }
  }

  void flush() throws IOException {
    device.flush();
  }
}
