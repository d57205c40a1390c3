package org.ext4map.alloc;

import java.io.IOException;
import org.ext4map.buffer.BufferCache;
import org.ext4map.model.CorruptionException;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.GroupDescriptor;

/**
 * The group descriptors of an image, read when asked for, from the primary copies. Rules:
 * ext4_check_descriptors (Linux fs/ext4/super.c). Threads: any; nothing is held but the buffer
 * cache's blocks.
 */
public final class GroupTable {
  private static final String NAME = "group descriptor";

  private final Geometry geometry;
  private final BufferCache cache;

  private GroupTable(Geometry geometry, BufferCache cache) {
    this.geometry = geometry;
    this.cache = cache;
  }

  /** The table of the file system that {@code geometry} describes; reads nothing yet. */
  public static GroupTable load(Geometry geometry, BufferCache cache) {
    return new GroupTable(geometry, cache);
  }

  /**
   * The descriptor of {@code group}, checked: a view of the cached block, to be used and dropped.
   *
   * @throws IllegalArgumentException if there is no such group
   * @throws CorruptionException if its checksum is wrong, or it points out of the file system or,
   *     without flex_bg, out of its group
   */
  public GroupDescriptor descriptor(long group) throws IOException {
    if (group < 0 || group >= geometry.groupCount()) {
      throw new IllegalArgumentException(
          "group " + group + ", allowed 0 … " + (geometry.groupCount() - 1));
    }
    int perBlock = geometry.descsPerBlock();
    long pblk = geometry.descBlock(group / perBlock);
    int base = (int) (group % perBlock) * geometry.descSize();
    GroupDescriptor descriptor =
        new GroupDescriptor(geometry, group, cache.read(pblk).bytes(), base);
    descriptor.verifyChecksum();
    requireInside(group, "bg_block_bitmap", descriptor.blockBitmap(), 1);
    requireInside(group, "bg_inode_bitmap", descriptor.inodeBitmap(), 1);
    requireInside(group, "bg_inode_table", descriptor.inodeTable(), geometry.inodeTableBlocks());
    return descriptor;
  }

  private void requireInside(long group, String field, long pblk, long count)
      throws CorruptionException {
    boolean anywhere = geometry.has(Feature.FLEX_BG);
    long first = anywhere ? geometry.firstDataBlock() : geometry.firstBlockOf(group);
    long end = anywhere ? geometry.blocksCount() : first + geometry.blocksIn(group);
    if (pblk < first || pblk > end - count) {
      String allowed = first + " … " + (end - count);
      throw CorruptionException.of(NAME, field, pblk, allowed, "group=" + group);
    }
  }
}
