package org.ext4map.alloc;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.ext4map.buffer.BufferCache;
import org.ext4map.buffer.MetaBlock;
import org.ext4map.model.CorruptionException;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.GroupDescriptor;

/**
 * The bitmaps of the groups: read, checked once per load, and made up where the descriptor says
 * that they were never written (ext4_read_block_bitmap, ext4_init_block_bitmap). Reading takes no
 * lock of ours; checking is done under the group's lock.
 */
final class GroupBitmaps {
  private final Geometry geometry;
  private final BufferCache cache;
  private final GroupTable table;
  private final GroupLocks locks;

  GroupBitmaps(Geometry geometry, BufferCache cache, GroupTable table, GroupLocks locks) {
    assert geometry.clusterRatio() == 1 : "bigalloc is refused before anything is written";
    this.geometry = geometry;
    this.cache = cache;
    this.table = table;
    this.locks = locks;
  }

  /** The block of the block bitmap, not yet checked. */
  MetaBlock readBlockBitmap(long group) throws IOException {
    return cache.read(table.descriptor(group).blockBitmap());
  }

  /** The block of the inode bitmap, not yet checked. */
  MetaBlock readInodeBitmap(long group) throws IOException {
    return cache.read(table.descriptor(group).inodeBitmap());
  }

  /**
   * Makes sure that {@code block} is the block bitmap of {@code group}. Under the group's lock.
   *
   * @throws CorruptionException if checksum, padding, the group's own metadata or the number of
   *     free blocks is wrong
   */
  void checkBlockBitmap(long group, MetaBlock block) throws IOException {
    long tag = MetaBlock.tag('b', group, 0);
    if (block.verifiedAs() == tag) {
      return;
    }
    GroupDescriptor descriptor = table.descriptor(group);
    if (descriptor.isBlockBitmapUninit()) {
      makeUp(descriptor, block.bytes());
    } else if (geometry.hasMetadataChecksums()) {
      int computed = descriptor.computeBlockBitmapChecksum(block.bytes());
      if (descriptor.blockBitmapChecksum() != computed) {
        throw CorruptionException.checksum(
            "block bitmap",
            "bg_block_bitmap_csum",
            descriptor.blockBitmapChecksum(),
            computed,
            place(group, block));
      }
    }
    checkContents(descriptor, block);
    block.beforeWriting(() -> storeSums(group));
    block.markVerified(tag);
  }

  /**
   * Stores what changes of the bitmap, and of the numbers beside it, have left for later: the
   * bitmap's checksum and that of its descriptor, once for all changes of a transaction.
   */
  private void storeSums(long group) throws IOException {
    MetaBlock bitmap = readBlockBitmap(group);
    MetaBlock descriptors = table.block(group);
    locks.lock(group);
    try {
      table.update(
          group, descriptors, descriptor -> descriptor.updateBlockBitmapChecksum(bitmap.bytes()));
    } finally {
      locks.unlock(group);
    }
  }

  private void checkContents(GroupDescriptor descriptor, MetaBlock block)
      throws CorruptionException {
    long group = descriptor.group();
    int bits = (int) geometry.blocksIn(group);
    FreeBits all = new FreeBits(block.bytes(), null, 8 * geometry.blockSize());
    int free = new FreeBits(block.bytes(), null, bits).count();
    int padding = all.nextFree(bits);
    if (padding < 8 * geometry.blockSize()) {
      throw CorruptionException.of(
          "block bitmap", "padding bit " + padding, 0, "1", place(group, block));
    }
    if (!geometry.has(Feature.FLEX_BG)) {
      requireUsed(group, block, all, descriptor.blockBitmap(), 1);
      requireUsed(group, block, all, descriptor.inodeBitmap(), 1);
      requireUsed(group, block, all, descriptor.inodeTable(), (int) geometry.inodeTableBlocks());
    }
    if (free != descriptor.freeClusters()) {
      throw CorruptionException.of(
          "group descriptor",
          "bg_free_blocks_count",
          descriptor.freeClusters(),
          free + " (zero bits of the bitmap)",
          place(group, block));
    }
  }

  private void requireUsed(long group, MetaBlock block, FreeBits all, long pblk, int count)
      throws CorruptionException {
    int first = (int) (pblk - geometry.firstBlockOf(group));
    int free = all.nextFree(first);
    if (free < first + count) {
      throw CorruptionException.of(
          "block bitmap",
          "bit " + free + ", the group's own metadata,",
          0,
          "1",
          place(group, block));
    }
  }

  private static String place(long group, MetaBlock block) {
    return "group=" + group + " pblk=" + block.pblk();
  }

  /** Base metadata, and what of the group's tables lies in the group itself. */
  private void makeUp(GroupDescriptor descriptor, ByteBuffer bytes) {
    long group = descriptor.group();
    int bits = (int) geometry.blocksIn(group);
    clear(bytes);
    set(bytes, 0, (int) Math.min(bits, geometry.baseMetaBlocks(group)));
    setOwn(descriptor, bytes, descriptor.blockBitmap(), 1);
    setOwn(descriptor, bytes, descriptor.inodeBitmap(), 1);
    setOwn(descriptor, bytes, descriptor.inodeTable(), geometry.inodeTableBlocks());
    set(bytes, bits, 8 * geometry.blockSize());
  }

  private void setOwn(GroupDescriptor descriptor, ByteBuffer bytes, long pblk, long count) {
    long first = geometry.firstBlockOf(descriptor.group());
    long end = first + geometry.blocksIn(descriptor.group());
    long from = Math.max(first, pblk);
    long to = Math.min(end, pblk + count);
    if (from < to) {
      set(bytes, (int) (from - first), (int) (to - first));
    }
  }

  /**
   * Makes sure that {@code block} is the inode bitmap of {@code group}. Under the group's lock.
   *
   * @throws CorruptionException if checksum or padding is wrong
   */
  void checkInodeBitmap(long group, MetaBlock block) throws IOException {
    long tag = MetaBlock.tag('i', group, 0);
    if (block.verifiedAs() == tag) {
      return;
    }
    GroupDescriptor descriptor = table.descriptor(group);
    int bits = (int) geometry.inodesPerGroup();
    if (descriptor.isInodeTableUninit()) {
      clear(block.bytes());
      set(block.bytes(), bits, 8 * geometry.blockSize());
    } else if (geometry.hasMetadataChecksums()) {
      int computed = descriptor.computeInodeBitmapChecksum(block.bytes());
      if (descriptor.inodeBitmapChecksum() != computed) {
        throw CorruptionException.checksum(
            "inode bitmap",
            "bg_inode_bitmap_csum",
            descriptor.inodeBitmapChecksum(),
            computed,
            place(group, block));
      }
    }
    block.markVerified(tag);
  }

  private static void clear(ByteBuffer bytes) {
    bytes.put(0, new byte[bytes.capacity()]);
  }

  /** Sets bits {@code [from, to)}. */
  static void set(ByteBuffer bytes, int from, int to) {
    for (int bit = from; bit < to; ) {
      if (bit % 8 == 0 && to - bit >= 8) {
        bytes.put(bit / 8, (byte) 0xFF);
        bit += 8;
      } else {
        bytes.put(bit / 8, (byte) (bytes.get(bit / 8) | 1 << bit % 8));
        bit++;
      }
    }
  }

  /** Clears bits {@code [from, to)}. */
  static void clear(ByteBuffer bytes, int from, int to) {
    for (int bit = from; bit < to; ) {
      if (bit % 8 == 0 && to - bit >= 8) {
        bytes.put(bit / 8, (byte) 0);
        bit += 8;
      } else {
        bytes.put(bit / 8, (byte) (bytes.get(bit / 8) & ~(1 << bit % 8)));
        bit++;
      }
    }
  }

  /** True if bits {@code [from, to)} are all set. */
  static boolean allSet(ByteBuffer bytes, int from, int to) {
    return new FreeBits(bytes, null, 8 * bytes.capacity()).nextFree(from) >= to;
  }
}
