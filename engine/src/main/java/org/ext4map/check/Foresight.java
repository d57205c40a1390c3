package org.ext4map.check;

import org.ext4map.ondisk.Geometry;

/**
 * Tells the device what a check is going to read, as soon as that is known and in the order of the
 * reading. Small images are read too soon for that.
 */
final class Foresight {
  private static final long LEAST_BYTES = 1 << 16;

  private final Geometry geometry;
  private final ImageBlocks image;
  private final Groups groups;
  private final boolean worthwhile;

  Foresight(Geometry geometry, ImageBlocks image, Groups groups) {
    this.geometry = geometry;
    this.image = image;
    this.groups = groups;
    long bytes = 0;
    for (long group = 0; group < geometry.groupCount() && bytes < LEAST_BYTES; group++) {
      bytes += tableBlocks(group) * geometry.blockSize();
    }
    this.worthwhile = bytes >= LEAST_BYTES;
  }

  /** Blocks of the inode table of {@code group} that can hold inodes in use. */
  private long tableBlocks(long group) {
    long bytes = groups.inodesToRead(group) * geometry.inodeSize();
    return (bytes + geometry.blockSize() - 1) / geometry.blockSize();
  }

  /** The walk over the inodes comes next. */
  void tellTables() {
    for (long group = 0; worthwhile && group < geometry.groupCount(); group++) {
      image.expect(groups.get(group).inodeTable(), tableBlocks(group));
    }
  }

  /** A directory lies in these blocks. */
  void tellDirectory(long pblk, long count) {
    if (worthwhile) {
      image.expect(pblk, count);
    }
  }

  /** The bitmaps come next. */
  void tellBitmaps() {
    for (long group = 0; worthwhile && group < geometry.groupCount(); group++) {
      image.expect(groups.get(group).blockBitmap(), 1);
    }
    for (long group = 0; worthwhile && group < geometry.groupCount(); group++) {
      image.expect(groups.get(group).inodeBitmap(), 1);
    }
  }
}
