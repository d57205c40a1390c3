package org.ext4map.alloc;

import java.io.IOException;
import java.util.function.Consumer;
import org.ext4map.buffer.BufferCache;
import org.ext4map.buffer.MetaBlock;
import org.ext4map.model.CorruptionException;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.GroupDescriptor;

/**
 * The group descriptors of an image, read when asked for, from the primary copies, and changed in
 * place. Rules: ext4_check_descriptors (Linux fs/ext4/super.c). Threads: any; nothing is held but
 * the buffer cache's blocks. Fields that change (counts, flags) are only stable under the lock of
 * the group.
 */
public final class GroupTable {
  private static final String NAME = "group descriptor";

  /** What a block of descriptors is marked with that has passed all checks as a whole. */
  private static final long SOUND = MetaBlock.tag('g', 0, 0);

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
    MetaBlock block = block(group);
    GroupDescriptor descriptor = view(group, block);
    if (!isSoundAsAWhole(block)) {
      verify(block, descriptor);
    }
    return descriptor;
  }

  private static boolean isSoundAsAWhole(MetaBlock block) {
    return block.verifiedAs() == SOUND;
  }

  private GroupDescriptor view(long group, MetaBlock block) {
    int base = (int) (group % geometry.descsPerBlock()) * geometry.descSize();
    return new GroupDescriptor(geometry, group, block.bytes(), base);
  }

  /** The block that holds the descriptor of {@code group}. */
  MetaBlock block(long group) throws IOException {
    return cache.read(geometry.descBlock(group / geometry.descsPerBlock()));
  }

  /**
   * Changes the descriptor of {@code group} in {@code block}, checksum last. The caller holds the
   * group's lock and has write access to the block.
   */
  void update(long group, MetaBlock block, Consumer<GroupDescriptor> change) {
    GroupDescriptor descriptor = view(group, block);
    synchronized (block) {
      change.accept(descriptor);
      descriptor.updateChecksum();
    }
  }

  /**
   * Counts {@code change} more free blocks in the descriptor of {@code group}, whose bitmap is
   * about to change as much. Its checksum is left to {@link #update}, as is the bitmap's, unless
   * somebody may look at it before. Locks: as there.
   */
  void addFreeClusters(long group, MetaBlock block, int change) {
    GroupDescriptor descriptor = view(group, block);
    synchronized (block) {
      descriptor.setFlags(descriptor.flags() & ~GroupDescriptor.BLOCK_UNINIT);
      descriptor.setFreeClusters(descriptor.freeClusters() + change);
      if (!isSoundAsAWhole(block)) {
        descriptor.updateChecksum();
      }
    }
  }

  /**
   * Checks all descriptors of the block when it is first seen, so that nobody later meets one that
   * is being changed. If something is wrong, each is checked whenever it is asked for.
   */
  private void verify(MetaBlock block, GroupDescriptor asked) throws CorruptionException {
    synchronized (block) {
      if (isSound(block, asked.group())) {
        block.markVerified(SOUND);
      } else {
        asked.verifyChecksum();
        requireInside(asked);
      }
    }
  }

  private boolean isSound(MetaBlock block, long group) {
    long first = group - group % geometry.descsPerBlock();
    long end = Math.min(first + geometry.descsPerBlock(), geometry.groupCount());
    for (long each = first; each < end; each++) {
      GroupDescriptor descriptor = view(each, block);
      if (geometry.features().hasGroupChecksums()
          && descriptor.checksum() != descriptor.computeChecksum()) {
        return false;
      }
      if (!isInside(each, descriptor.blockBitmap(), 1)
          || !isInside(each, descriptor.inodeBitmap(), 1)
          || !isInside(each, descriptor.inodeTable(), geometry.inodeTableBlocks())) {
        return false;
      }
    }
    return true;
  }

  private void requireInside(GroupDescriptor descriptor) throws CorruptionException {
    long group = descriptor.group();
    requireInside(group, "bg_block_bitmap", descriptor.blockBitmap(), 1);
    requireInside(group, "bg_inode_bitmap", descriptor.inodeBitmap(), 1);
    requireInside(group, "bg_inode_table", descriptor.inodeTable(), geometry.inodeTableBlocks());
  }

  private long firstAllowed(long group) {
    return geometry.has(Feature.FLEX_BG) ? geometry.firstDataBlock() : geometry.firstBlockOf(group);
  }

  private long endAllowed(long group) {
    return geometry.has(Feature.FLEX_BG)
        ? geometry.blocksCount()
        : geometry.firstBlockOf(group) + geometry.blocksIn(group);
  }

  private boolean isInside(long group, long pblk, long count) {
    return pblk >= firstAllowed(group) && pblk <= endAllowed(group) - count;
  }

  private void requireInside(long group, String field, long pblk, long count)
      throws CorruptionException {
    if (!isInside(group, pblk, count)) {
      String allowed = firstAllowed(group) + " … " + (endAllowed(group) - count);
      throw CorruptionException.of(NAME, field, pblk, allowed, "group=" + group);
    }
  }
}
