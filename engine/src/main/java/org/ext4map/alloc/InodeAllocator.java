package org.ext4map.alloc;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.ext4map.buffer.MetaBlock;
import org.ext4map.journal.JournalHandle;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.NoSpaceException;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.GroupDescriptor;

/**
 * Gives and takes inode numbers: ext4_new_inode and ext4_free_inode (Linux fs/ext4/ialloc.c).
 * Directories below the root are spread over the flex groups, all else stays near its parent.
 *
 * <p>The slot of a new inode holds whatever was there; who asked for it writes all of it. Threads
 * and locks as {@link BlockAllocator}.
 */
public final class InodeAllocator {
  private static final long ROOT_INO = 2;

  private final GroupSpace space;
  private final Geometry geometry;
  private final GroupCounts counts;
  private final int groupsPerFlex;

  /** Inodes of the file system whose blocks {@code blocks} gives. */
  public InodeAllocator(BlockAllocator blocks) {
    space = blocks.space();
    geometry = space.geometry;
    counts = space.counts;
    groupsPerFlex = blocks.groupsPerFlex();
  }

  /** Free inodes on disk: what s_free_inodes_count is to say. */
  public long freeInodes() {
    return counts.allFreeInodes();
  }

  /**
   * Takes a number for a file that is no directory: in its parent's flex group if one is free
   * there.
   *
   * @throws NoSpaceException if no inode is free; nothing has changed
   * @throws IOException if the journal or the device fails; nothing has changed
   */
  public long allocateFile(JournalHandle handle, long parentIno) throws IOException {
    return take(handle, geometry.groupOfInode(parentIno), false);
  }

  /**
   * Takes a number for a directory.
   *
   * @param nameHash spreads the children of the root; any number
   * @throws NoSpaceException if no inode is free; nothing has changed
   * @throws IOException if the journal or the device fails; nothing has changed
   */
  public long allocateDirectory(JournalHandle handle, long parentIno, int nameHash)
      throws IOException {
    long group = parentIno == ROOT_INO ? spread(nameHash) : near(geometry.groupOfInode(parentIno));
    return take(handle, group, true);
  }

  private long flexGroups() {
    return (counts.groups() + groupsPerFlex - 1L) / groupsPerFlex;
  }

  /** What a flex group has, all its groups together. */
  private final class Flex {
    final long first;
    private long freeInodes;
    private long freeBlocks;
    private long directories;

    Flex(long index) {
      first = index * groupsPerFlex;
      long end = Math.min(first + groupsPerFlex, counts.groups());
      for (long group = first; group < end; group++) {
        freeInodes += counts.freeInodes(group);
        freeBlocks += counts.freeBlocks(group);
        directories += counts.directories(group);
      }
    }
  }

  /** The flex group with the fewest directories among those that have average space left. */
  private long spread(int nameHash) {
    long flexGroups = flexGroups();
    long averageInodes = counts.allFreeInodes() / flexGroups;
    long averageBlocks = counts.allFreeBlocks() / flexGroups;
    long start = Integer.toUnsignedLong(nameHash) % flexGroups;
    long best = start * groupsPerFlex;
    long fewest = Long.MAX_VALUE;
    for (long i = 0; i < flexGroups; i++) {
      Flex flex = new Flex((start + i) % flexGroups);
      if (flex.freeInodes > 0
          && flex.directories < fewest
          && flex.freeInodes >= averageInodes
          && flex.freeBlocks >= averageBlocks) {
        best = flex.first;
        fewest = flex.directories;
      }
    }
    return best;
  }

  /**
   * The first flex group from the parent's on that is not crowded; else any with average inodes.
   */
  private long near(long parentGroup) {
    long flexGroups = flexGroups();
    long inodes = geometry.inodesPerGroup() * groupsPerFlex;
    long blocks = geometry.blocksPerGroup() * groupsPerFlex;
    long averageInodes = counts.allFreeInodes() / flexGroups;
    long mostDirectories = counts.allDirectories() / flexGroups + inodes / 16;
    long leastInodes = Math.max(1, averageInodes - inodes / 4);
    long leastBlocks = Math.max(0, counts.allFreeBlocks() / flexGroups - blocks / 4);
    long parent = parentGroup / groupsPerFlex;
    for (long i = 0; i < flexGroups; i++) {
      Flex flex = new Flex((parent + i) % flexGroups);
      if (flex.directories < mostDirectories
          && flex.freeInodes >= leastInodes
          && flex.freeBlocks >= leastBlocks) {
        return i == 0 ? parentGroup : flex.first;
      }
    }
    return parentGroup;
  }

  /** The first free inode: in {@code group}, its flex group, any group. */
  private long take(JournalHandle handle, long group, boolean isDirectory) throws IOException {
    assert space.locks.noneHeld();
    long flex = group - group % groupsPerFlex;
    long flexSize = Math.min(groupsPerFlex, counts.groups() - flex);
    for (long i = 0; i < flexSize; i++) {
      long ino = takeIn(handle, flex + (group - flex + i) % flexSize, isDirectory);
      if (ino != 0) {
        return ino;
      }
    }
    for (long i = 0; i < counts.groups(); i++) {
      long ino = takeIn(handle, (group + i) % counts.groups(), isDirectory);
      if (ino != 0) {
        return ino;
      }
    }
    throw new NoSpaceException("no inode left: " + counts.allFreeInodes() + " free");
  }

  /** The first free inode of the group; 0 if there is none to be had. */
  private long takeIn(JournalHandle handle, long group, boolean isDirectory) throws IOException {
    if (counts.freeInodes(group) == 0 || space.isDamaged(group)) {
      return 0;
    }
    MetaBlock bitmap;
    MetaBlock descriptors;
    try {
      bitmap = space.bitmaps.readInodeBitmap(group);
      descriptors = space.table.block(group);
      if (firstFree(group, bitmap) < 0) {
        return 0;
      }
    } catch (IOException e) {
      space.skip(group, e);
      return 0;
    }
    handle.getWriteAccess(bitmap);
    handle.getWriteAccess(descriptors);
    int bit = mark(group, bitmap, descriptors, isDirectory);
    handle.markDirty(bitmap);
    handle.markDirty(descriptors);
    return bit < 0 ? 0 : group * geometry.inodesPerGroup() + bit + 1;
  }

  private int firstFree(long group, MetaBlock bitmap) throws IOException {
    space.locks.lock(group);
    try {
      return firstFreeLocked(group, bitmap);
    } finally {
      space.locks.unlock(group);
    }
  }

  private int firstFreeLocked(long group, MetaBlock bitmap) throws IOException {
    assert space.locks.isHeld(group);
    space.bitmaps.checkInodeBitmap(group, bitmap);
    int inodes = (int) geometry.inodesPerGroup();
    long reserved = Math.max(0, geometry.firstIno() - 1 - group * inodes);
    int bit = new FreeBits(bitmap.bytes(), null, inodes).nextFree((int) Math.min(reserved, inodes));
    return bit < inodes ? bit : -1;
  }

  private int mark(long group, MetaBlock bitmap, MetaBlock descriptors, boolean isDirectory)
      throws IOException {
    space.locks.lock(group);
    try {
      int bit = firstFreeLocked(group, bitmap);
      if (bit >= 0) {
        GroupBitmaps.set(bitmap.bytes(), bit, bit + 1);
        space.table.update(
            group, descriptors, each -> taken(each, bitmap.bytes(), bit, isDirectory));
        counts.addInodes(group, -1, isDirectory ? 1 : 0);
      }
      return bit;
    } finally {
      space.locks.unlock(group);
    }
  }

  private void taken(GroupDescriptor descriptor, ByteBuffer bitmap, int bit, boolean isDirectory) {
    descriptor.setFlags(descriptor.flags() & ~GroupDescriptor.INODE_UNINIT);
    descriptor.setFreeInodes(descriptor.freeInodes() - 1);
    descriptor.setUsedDirs(descriptor.usedDirs() + (isDirectory ? 1 : 0));
    if (geometry.features().hasGroupChecksums()) {
      int behind = (int) geometry.inodesPerGroup() - bit - 1;
      descriptor.setItableUnused(Math.min(descriptor.itableUnused(), behind));
    }
    descriptor.updateInodeBitmapChecksum(bitmap);
  }

  /**
   * Gives a number back. In a damaged group nothing happens: the inode is lost until a check.
   *
   * @throws CorruptionException if it is not in use
   * @throws IllegalArgumentException if it is reserved, or no inode of this file system
   * @throws IOException if the journal or the device fails
   */
  public void free(JournalHandle handle, long ino, boolean isDirectory) throws IOException {
    if (ino < geometry.firstIno() || ino > geometry.inodesCount()) {
      throw new IllegalArgumentException(
          "inode " + ino + ", allowed " + geometry.firstIno() + " … " + geometry.inodesCount());
    }
    long group = geometry.groupOfInode(ino);
    if (space.isDamaged(group)) {
      return;
    }
    MetaBlock bitmap = space.bitmaps.readInodeBitmap(group);
    MetaBlock descriptors = space.table.block(group);
    handle.getWriteAccess(bitmap);
    handle.getWriteAccess(descriptors);
    try {
      unmark(group, (int) geometry.indexInGroup(ino), bitmap, descriptors, isDirectory);
    } catch (CorruptionException e) {
      space.leaveOut(group, e);
      throw e;
    }
    handle.markDirty(bitmap);
    handle.markDirty(descriptors);
  }

  private void unmark(
      long group, int bit, MetaBlock bitmap, MetaBlock descriptors, boolean isDirectory)
      throws IOException {
    space.locks.lock(group);
    try {
      space.bitmaps.checkInodeBitmap(group, bitmap);
      if (!GroupBitmaps.allSet(bitmap.bytes(), bit, bit + 1)) {
        throw CorruptionException.of(
            "inode bitmap", "bit " + bit + " of an inode to be freed", 0, "1", "group=" + group);
      }
      GroupBitmaps.clear(bitmap.bytes(), bit, bit + 1);
      space.table.update(group, descriptors, each -> given(each, bitmap.bytes(), isDirectory));
      counts.addInodes(group, 1, isDirectory ? -1 : 0);
    } finally {
      space.locks.unlock(group);
    }
  }

  private static void given(GroupDescriptor descriptor, ByteBuffer bitmap, boolean isDirectory) {
    descriptor.setFreeInodes(descriptor.freeInodes() + 1);
    descriptor.setUsedDirs(descriptor.usedDirs() - (isDirectory ? 1 : 0));
    descriptor.updateInodeBitmapChecksum(bitmap);
  }
}
