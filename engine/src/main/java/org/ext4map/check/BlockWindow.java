package org.ext4map.check;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads blocks that follow each other on the device one by one, with few requests. Not thread-safe.
 */
final class BlockWindow {
  private static final int MOST_BYTES = 1 << 17;

  private final ImageBlocks image;

  /** Made when it is first of use. */
  private @Nullable ByteBuffer window;

  private long start;
  private int count;

  BlockWindow(ImageBlocks image) {
    this.image = image;
  }

  /**
   * Block {@code pblk}, or null if the device does not have it. Valid until the next call.
   *
   * @param following so many blocks behind it will be wanted next
   */
  @Nullable ByteBuffer read(long pblk, int following) throws IOException {
    if (pblk < start || pblk >= start + count) {
      count = fill(pblk, Math.min(following, MOST_BYTES / image.blockSize() - 1) + 1);
      start = pblk;
    }
    return window == null || count == 0
        ? image.read(pblk)
        : window.slice((int) (pblk - start) * image.blockSize(), image.blockSize());
  }

  /** Reads {@code blocks} blocks; answers how many, none if not all: one may still be wanted. */
  private int fill(long pblk, int blocks) {
    if (blocks < 2) {
      return 0;
    }
    if (window == null) {
      window = ByteBuffer.allocate(MOST_BYTES);
    }
    try {
      return image.readRun(pblk, window.clear().limit(blocks * image.blockSize())) ? blocks : 0;
    } catch (IOException e) {
      return 0;
    }
  }
}
