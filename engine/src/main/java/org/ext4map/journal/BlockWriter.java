package org.ext4map.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.ext4map.device.BlockDevice;

/** Writes single blocks, neighbours together. One thread. */
final class BlockWriter {
  private static final int BATCH_BYTES = 1 << 18;

  /** So that a direct device can take the batch as it is. */
  private static final int ALIGNMENT = 4096;

  private final BlockDevice device;
  private final int blockSize;
  private final ByteBuffer batch;
  private long firstPblk;

  BlockWriter(BlockDevice device, int blockSize) {
    this.device = device;
    this.blockSize = blockSize;
    this.batch = ByteBuffer.allocateDirect(BATCH_BYTES + ALIGNMENT - 1).alignedSlice(ALIGNMENT);
    batch.limit(BATCH_BYTES);
  }

  /** Takes a copy of {@code bytes}, one whole block from index 0; it may reach the device later. */
  void write(long pblk, ByteBuffer bytes) throws IOException {
    boolean follows = pblk == firstPblk + batch.position() / blockSize;
    if (!follows || batch.remaining() < blockSize) {
      drain();
    }
    if (batch.position() == 0) {
      firstPblk = pblk;
    }
    batch.put(bytes.duplicate().clear());
  }

  /** Writes what is still held back. */
  void drain() throws IOException {
    if (batch.position() > 0) {
      ByteBuffer full = batch.duplicate().flip();
      batch.clear().limit(BATCH_BYTES);
      device.write(firstPblk * blockSize, full);
    }
  }
}
