package org.ext4map.check;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.GroupDescriptor;

/**
 * All group descriptors, the blocks they stand in, and what of each group may be believed: a
 * descriptor with a wrong checksum cannot excuse its bitmaps from being read.
 */
final class Groups {
  private final Geometry geometry;
  private final ByteBuffer[] blocks;
  private final boolean readable;
  private final boolean backup;
  private final Bits distrusted;
  private final Bits unusableTable;

  private Groups(Geometry geometry, ByteBuffer[] blocks, boolean readable, boolean backup) {
    this.geometry = geometry;
    this.blocks = blocks;
    this.readable = readable;
    this.backup = backup;
    this.distrusted = new Bits(geometry.groupCount());
    this.unusableTable = new Bits(geometry.groupCount());
  }

  /** The primary descriptors; blocks that the device does not have count as zeros. */
  static Groups primary(Geometry geometry, ImageBlocks image) throws IOException {
    return load(geometry, image, -1);
  }

  /** The copy of the descriptors that stands behind the superblock of {@code group}. */
  static Groups backup(Geometry geometry, ImageBlocks image, long group) throws IOException {
    return load(geometry, image, group);
  }

  /**
   * The copy in {@code group} to go by: as old as it is, it is not believed where it says that
   * something is unused.
   */
  static Groups fromBackup(Geometry geometry, ImageBlocks image, long group) throws IOException {
    Groups groups = load(geometry, image, group);
    if (geometry.features().hasGroupChecksums()) {
      for (long other = 0; other < geometry.groupCount(); other++) {
        groups.get(other).claimAllUsed();
      }
    }
    return groups;
  }

  private static Groups load(Geometry geometry, ImageBlocks image, long backup) throws IOException {
    ByteBuffer[] blocks = new ByteBuffer[Math.toIntExact(geometry.descBlockCount())];
    boolean readable = true;
    for (int i = 0; i < blocks.length; i++) {
      ByteBuffer block = image.read(blockOf(geometry, i, backup));
      readable &= block != null;
      blocks[i] = block == null ? ByteBuffer.allocate(geometry.blockSize()) : block;
    }
    return new Groups(geometry, blocks, readable, backup >= 0);
  }

  private static long blockOf(Geometry geometry, int index, long backup) {
    if (backup < 0) {
      return geometry.descBlock(index);
    }
    if (!geometry.isMetaBg(index)) {
      return geometry.firstBlockOf(backup) + 1 + index;
    }
    long second = (long) index * geometry.descsPerBlock() + 1;
    if (second >= geometry.groupCount()) {
      return geometry.descBlock(index);
    }
    return geometry.firstBlockOf(second) + (geometry.hasSuper(second) ? 1 : 0);
  }

  /** True if these are not the primary descriptors. */
  boolean isBackup() {
    return backup;
  }

  /** True if all blocks could be read. */
  boolean isReadable() {
    return readable;
  }

  /** Descriptor block {@code index}. */
  ByteBuffer block(int index) {
    return blocks[index];
  }

  GroupDescriptor get(long group) {
    int perBlock = geometry.descsPerBlock();
    int base = (int) (group % perBlock) * geometry.descSize();
    return new GroupDescriptor(geometry, group, blocks[(int) (group / perBlock)], base);
  }

  /** From now on nothing that {@code group}'s descriptor says about being unused is believed. */
  void distrust(long group) {
    distrusted.set(group);
  }

  /** True if {@code group}'s descriptor is not believed. */
  boolean isDistrusted(long group) {
    return distrusted.get(group);
  }

  /** From now on {@code group}'s inode table is not read. */
  void dropTable(long group) {
    unusableTable.set(group);
  }

  /** True if {@code group}'s inode table lies where it can be read. */
  boolean hasTable(long group) {
    return !unusableTable.get(group);
  }

  /** True if {@code group} has no block bitmap and a believable descriptor that says so. */
  boolean isBlockUninit(long group) {
    return !distrusted.get(group) && get(group).isBlockBitmapUninit();
  }

  /** True if {@code group} has no inodes and a believable descriptor that says so. */
  boolean isInodeUninit(long group) {
    return !distrusted.get(group) && get(group).isInodeTableUninit();
  }

  /**
   * Inodes of {@code group} that can be in use: those before the never-used rest, which may hold
   * anything. So the descriptor is believed here even if its checksum is wrong: a name that leads
   * to an inode behind them is told.
   */
  long inodesToRead(long group) {
    if (!hasTable(group) || get(group).isInodeTableUninit()) {
      return 0;
    }
    if (!geometry.features().hasGroupChecksums()) {
      return geometry.inodesPerGroup();
    }
    long unused = Integer.toUnsignedLong(get(group).itableUnused());
    return unused > geometry.inodesPerGroup()
        ? geometry.inodesPerGroup()
        : geometry.inodesPerGroup() - unused;
  }
}
