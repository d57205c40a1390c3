package org.ext4map.check;

import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.GroupDescriptor;

/**
 * Where the file system's own structures stand: superblock copies, descriptors with the room kept
 * for more, bitmaps and inode tables. Units: blocks.
 */
final class FixedBlocks {
  /** Hears runs of blocks. */
  interface Visitor {
    void run(long pblk, long count);
  }

  /** Sets the bits of the blocks it hears of. */
  private record Marks(Bits bits) implements Visitor {
    @Override
    public void run(long pblk, long count) {
      bits.setAll(pblk, pblk + count);
    }
  }

  private final Geometry geometry;

  FixedBlocks(Geometry geometry) {
    this.geometry = geometry;
  }

  /** Superblock copy and descriptors at the start of {@code group}. */
  void baseOf(long group, Visitor visitor) {
    long start = geometry.firstBlockOf(group);
    if (start == 0 && geometry.blockSize() == 1024) {
      visitor.run(0, 1);
      start = 1;
    }
    boolean hasSuper = geometry.hasSuper(group);
    if (hasSuper) {
      visitor.run(start, 1);
    }
    long next = hasSuper ? start + 1 : start;
    long metaGroup = group / geometry.descsPerBlock();
    if (!geometry.has(Feature.META_BG) || metaGroup < geometry.firstMetaBg()) {
      long descs =
          geometry.has(Feature.META_BG)
              ? geometry.firstMetaBg()
              : geometry.descBlockCount() + geometry.reservedGdtBlocks();
      if (hasSuper && descs > 0) {
        visitor.run(next, Math.min(descs, geometry.blocksCount() - next));
      }
      return;
    }
    long place = group % geometry.descsPerBlock();
    if (place == 0 || place == 1 || place == geometry.descsPerBlock() - 1) {
      visitor.run(next, 1);
    }
  }

  /** True if {@code count} blocks from {@code pblk} may be bitmaps or tables of {@code group}. */
  boolean mayHold(long group, long pblk, long count) {
    boolean flexible = geometry.has(Feature.FLEX_BG);
    long first = flexible ? geometry.firstDataBlock() : geometry.firstBlockOf(group);
    long end =
        flexible ? geometry.blocksCount() : geometry.firstBlockOf(group) + geometry.blocksIn(group);
    return pblk >= first && pblk <= end - count;
  }

  /** True if {@code descriptor} keeps both bitmaps and the inode table where they may be. */
  boolean isInPlace(GroupDescriptor descriptor) {
    long group = descriptor.group();
    return mayHold(group, descriptor.blockBitmap(), 1)
        && mayHold(group, descriptor.inodeBitmap(), 1)
        && mayHold(group, descriptor.inodeTable(), geometry.inodeTableBlocks());
  }

  /**
   * True if every group keeps its structures in place and no two of them share a block. {@code
   * scratch} has a bit a block and is used up.
   */
  boolean isSound(Groups groups, Bits scratch) {
    for (long group = 0; group < geometry.groupCount(); group++) {
      baseOf(group, new Marks(scratch));
    }
    for (long group = 0; group < geometry.groupCount(); group++) {
      GroupDescriptor descriptor = groups.get(group);
      if (!isInPlace(descriptor)
          || !claim(scratch, descriptor.blockBitmap(), 1)
          || !claim(scratch, descriptor.inodeBitmap(), 1)
          || !claim(scratch, descriptor.inodeTable(), geometry.inodeTableBlocks())) {
        return false;
      }
    }
    return true;
  }

  private static boolean claim(Bits scratch, long pblk, long count) {
    boolean free = !scratch.anyIn(pblk, pblk + count);
    scratch.setAll(pblk, pblk + count);
    return free;
  }
}
