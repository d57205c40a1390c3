package org.ext4map.inspect;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.ext4map.Ext4Image;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.GroupDescriptor;

/**
 * The block bitmap of one group. One that was never written is made up from what the group holds
 * itself: ext4_init_block_bitmap (Linux fs/ext4/balloc.c).
 */
final class SpaceBits {
  private final Geometry geometry;
  private final long group;
  private final ByteBuffer bits;

  private SpaceBits(Geometry geometry, long group, ByteBuffer bits) {
    this.geometry = geometry;
    this.group = group;
    this.bits = bits;
  }

  /**
   * The bitmap of {@code group}.
   *
   * @throws org.ext4map.model.CorruptionException if its descriptor breaks a rule
   */
  static SpaceBits read(Ext4Image image, long group) throws IOException {
    Geometry geometry = image.geometry();
    GroupDescriptor descriptor = image.group(group);
    if (!descriptor.isBlockBitmapUninit()) {
      return new SpaceBits(geometry, group, Blocks.read(image, descriptor.blockBitmap()));
    }
    SpaceBits made = new SpaceBits(geometry, group, ByteBuffer.allocate(geometry.blockSize()));
    long first = geometry.firstBlockOf(group);
    made.set(first, geometry.baseMetaBlocks(group));
    made.set(descriptor.blockBitmap(), 1);
    made.set(descriptor.inodeBitmap(), 1);
    made.set(descriptor.inodeTable(), geometry.inodeTableBlocks());
    return made;
  }

  /** Marks those of the blocks that lie in this group. */
  private void set(long pblk, long count) {
    long first = geometry.firstBlockOf(group);
    long end = Math.min(pblk + count, first + geometry.blocksIn(group));
    for (long each = Math.max(pblk, first); each < end; each++) {
      int bit = (int) ((each - first) / geometry.clusterRatio());
      bits.put(bit >> 3, (byte) (bits.get(bit >> 3) | 1 << (bit & 7)));
    }
  }

  /** True if cluster {@code index} of the group is in use. */
  boolean isUsed(long index) {
    return Blocks.bit(bits, index);
  }

  /**
   * Where the run of clusters in one state that begins with cluster {@code from} ends; at most
   * {@code limit}.
   */
  long runEnd(long from, long limit) {
    long same = isUsed(from) ? -1L : 0;
    for (long i = from; i < limit; i = (i | Long.SIZE - 1) + 1) {
      long others = (word(i) ^ same) >>> i; // the shift takes i modulo 64
      if (others != 0) {
        return Math.min(limit, i + Long.numberOfTrailingZeros(others));
      }
    }
    return limit;
  }

  /** The 64 bits that hold bit {@code i}, the first in the lowest place. */
  private long word(long i) {
    return Long.reverseBytes(bits.getLong((int) (i / Long.SIZE) * Long.BYTES));
  }

  /** True if {@code pblk}, a block of the group, is in use. */
  boolean isBlockUsed(long pblk) {
    return isUsed((pblk - geometry.firstBlockOf(group)) / geometry.clusterRatio());
  }

  /** Bytes of the bitmap, as on disk. */
  ByteBuffer bytes() {
    return bits;
  }
}
