package org.ext4map.dir;

import java.nio.file.FileSystemException;
import org.ext4map.inode.Inode;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.FileType;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.InodeRecord;

/**
 * i_links_count: names of a file; of a directory its name, its {@code .} and the {@code ..} of each
 * directory in it. A hashed directory with more than 65000 says 1, which means many, if dir_nlink
 * allows that: ext4_inc_count, ext4_dec_count, EXT4_DIR_LINK_MAX (Linux fs/ext4/namei.c).
 */
final class LinkCounts {
  /** EXT4_LINK_MAX. */
  static final int MAX = 65_000;

  /** Of a new directory: its name and its {@code .}. */
  static final int OF_EMPTY_DIRECTORY = 2;

  private static final int MANY = 1;

  private LinkCounts() {}

  /**
   * Refuses one more name, or one more directory in a directory: EMLINK.
   *
   * @param path for the message
   */
  static void requireRoom(Geometry geometry, Inode inode, String path) throws FileSystemException {
    InodeRecord record = inode.record();
    boolean unlimited = geometry.has(Feature.DIR_NLINK) && isHashedDirectory(geometry, record);
    if (record.linksCount() >= MAX && !unlimited) {
      throw new FileSystemException(
          path,
          null,
          "<" + inode.ino() + "> has " + record.linksCount() + " links, allowed " + MAX);
    }
  }

  private static boolean isHashedDirectory(Geometry geometry, InodeRecord record) {
    return record.type() == FileType.DIRECTORY
        && geometry.has(Feature.DIR_INDEX)
        && record.hasFlag(InodeRecord.INDEX_FL);
  }

  /** The count after one link more. */
  static int increased(Geometry geometry, InodeRecord record) {
    int count = record.linksCount() + 1;
    boolean many = count > MAX || count == MANY + 1;
    return many && isHashedDirectory(geometry, record) ? MANY : count;
  }

  /** The count of a directory after it lost one in it. */
  static int decreasedDirectory(InodeRecord record) {
    int count = record.linksCount();
    return count > OF_EMPTY_DIRECTORY ? count - 1 : count;
  }
}
