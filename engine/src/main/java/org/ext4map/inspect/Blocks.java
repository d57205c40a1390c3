package org.ext4map.inspect;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.ext4map.Ext4Image;

/** Whole blocks of an image, as its view shows them. */
final class Blocks {
  private Blocks() {}

  /** Block {@code pblk}, which the file system has; ready to be read from index 0. */
  static ByteBuffer read(Ext4Image image, long pblk) throws IOException {
    int blockSize = image.geometry().blockSize();
    ByteBuffer block = ByteBuffer.allocate(blockSize);
    image.device().read(pblk * blockSize, block);
    return block.clear();
  }

  /** Bit {@code i} of a bitmap block. */
  static boolean bit(ByteBuffer bitmap, long i) {
    return (bitmap.get((int) (i >> 3)) >>> (i & 7) & 1) != 0;
  }

  static boolean isZero(ByteBuffer block) {
    for (int i = 0; i < block.capacity(); i++) {
      if (block.get(i) != 0) {
        return false;
      }
    }
    return true;
  }
}
