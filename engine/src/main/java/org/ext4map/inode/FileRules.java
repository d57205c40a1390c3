package org.ext4map.inode;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.ext4map.model.UnsupportedFeatureException;
import org.ext4map.ondisk.InodeRecord;

/** Which files may be changed, and how far they reach. */
final class FileRules {
  private FileRules() {}

  /**
   * Refuses files whose contents are not ours to change.
   *
   * @param atEndOnly true if only bytes behind the end are added
   */
  static void requireChangeable(Volume volume, Inode inode, boolean atEndOnly) throws IOException {
    int flags = inode.flags();
    if (isGone(volume, inode)) {
      throw new NoSuchFileException(name(inode), null, "is deleted");
    }
    if (!inode.isRegularFile()) {
      throw new FileSystemException(name(inode), null, "no regular file: " + inode.type());
    }
    if (!volume.isForUsers(inode.ino()) || inode.ino() == volume.superblock().orphanFileInum()) {
      throw new AccessDeniedException(name(inode), null, "belongs to the file system itself");
    }
    if ((flags & InodeRecord.IMMUTABLE_FL) != 0) {
      throw new AccessDeniedException(name(inode), null, "is immutable");
    }
    if ((flags & InodeRecord.APPEND_FL) != 0 && !atEndOnly) {
      throw new AccessDeniedException(name(inode), null, "may only grow at its end");
    }
    refuse(inode, flags, InodeRecord.ENCRYPT_FL, "encrypt");
    refuse(inode, flags, InodeRecord.VERITY_FL, "verity");
    refuse(inode, flags, InodeRecord.INLINE_DATA_FL, "inline_data");
    refuse(inode, flags, InodeRecord.JOURNAL_DATA_FL, "journal_data");
    refuse(inode, flags, InodeRecord.EA_INODE_FL, "ea_inode");
  }

  /** True if nothing keeps the inode: it has no name, and nobody had it open when it lost that. */
  private static boolean isGone(Volume volume, Inode inode) {
    return inode.isDeleted()
        || (volume.isForUsers(inode.ino())
            && inode.linksCount() == 0
            && !volume.writeContext().orphans().contains(inode));
  }

  private static String name(Inode inode) {
    return "<" + inode.ino() + ">";
  }

  private static void refuse(Inode inode, int flags, int flag, String feature) throws IOException {
    if ((flags & flag) != 0) {
      throw new UnsupportedFeatureException(
          feature, "changing the contents", "ino=" + inode.ino() + " i_flags");
    }
  }

  /** Refuses bytes that the map cannot reach: EFBIG. */
  static void requireReach(Volume volume, Inode inode, long position, long count)
      throws IOException {
    long most = inode.maxBlocks() * volume.geometry().blockSize();
    if (position < 0 || count < 0) {
      throw new IllegalArgumentException("position " + position + ", count " + count);
    }
    if (position > most - count) {
      throw new FileSystemException(
          "<" + inode.ino() + ">",
          null,
          "too large: " + position + "+" + count + ", allowed <= " + most);
    }
  }
}
