package org.ext4map.inode;

import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.FileType;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.InodeRecord;

/** What the 60 bytes of i_block are. */
public enum Layout {
  /** The root of an extent tree. */
  EXTENTS,
  /** Twelve block numbers and three roots of trees of block numbers. */
  INDIRECT,
  /** The first bytes of the contents; the others stand in the attribute system.data. */
  INLINE,
  /** No map: a device number, the target of a short symlink, nothing. */
  NONE;

  private static final int SECTOR_BYTES = 512;

  /** What i_block of {@code record} is, by its type and flags. */
  public static Layout of(Geometry geometry, InodeRecord record) {
    boolean hasMap =
        switch (record.type()) {
          case REGULAR, DIRECTORY -> true;
          case SYMLINK -> !isFastSymlink(geometry, record);
          // inodes 1 … 10 hold maps without being files
          case UNKNOWN -> record.mode() == 0;
          case CHARACTER_DEVICE, BLOCK_DEVICE, FIFO, SOCKET -> false;
        };
    if (!hasMap) {
      return NONE;
    }
    if (record.hasFlag(InodeRecord.INLINE_DATA_FL)) {
      return INLINE;
    }
    return record.hasFlag(InodeRecord.EXTENTS_FL) ? EXTENTS : INDIRECT;
  }

  /** ext4_inode_is_fast_symlink: the target stands in i_block. */
  static boolean isFastSymlink(Geometry geometry, InodeRecord record) {
    if (record.type() != FileType.SYMLINK || record.hasFlag(InodeRecord.INLINE_DATA_FL)) {
      return false;
    }
    if (geometry.has(Feature.EA_INODE)) {
      return record.size() > 0 && record.size() < InodeRecord.I_BLOCK_BYTES;
    }
    long clusterSectors = (long) geometry.clusterRatio() * geometry.blockSize() / SECTOR_BYTES;
    return record.sectors() == (record.fileAcl() == 0 ? 0 : clusterSectors);
  }
}
