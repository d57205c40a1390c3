package org.ext4map.journal;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * Buffers of one block for the copies that transactions leave behind, used again when their blocks
 * are home or a later copy has taken their place. One thread.
 */
final class CopyBuffers {
  private final ArrayDeque<ByteBuffer> spare = new ArrayDeque<>();
  private final int blockSize;
  private final long most;

  /** Keeps spare buffers of {@code mostBytes} at most. */
  CopyBuffers(int blockSize, long mostBytes) {
    this.blockSize = blockSize;
    this.most = mostBytes / blockSize;
  }

  /** A buffer with anything in it. */
  ByteBuffer take() {
    ByteBuffer last = spare.poll();
    return last == null ? ByteBuffer.allocate(blockSize) : last;
  }

  /** Nobody reads {@code buffer} any more. */
  void give(ByteBuffer buffer) {
    if (spare.size() < most) {
      spare.push(buffer);
    }
  }
}
