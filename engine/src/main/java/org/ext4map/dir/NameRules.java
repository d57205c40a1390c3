package org.ext4map.dir;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.ext4map.inode.Inode;
import org.ext4map.inode.InodeLife;
import org.ext4map.inode.Layout;
import org.ext4map.inode.Volume;
import org.ext4map.inode.Xattrs;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.UnsupportedFeatureException;
import org.ext4map.ondisk.FileType;
import org.ext4map.ondisk.InodeRecord;

/**
 * Which names may come and go: may_create, may_delete (Linux fs/namei.c), without the permission
 * bits, for whoever has the image may do all. Nothing has changed when one of these throws.
 */
final class NameRules {
  private static final String DEFAULT_ACL = "system.posix_acl_default";

  private NameRules() {}

  /** Refuses to change the names of a directory that is gone, immutable or not ours to change. */
  static void requireChangeable(Volume volume, NamePlace place) throws IOException {
    Inode directory = place.directory();
    if (directory.record().linksCount() == 0) {
      throw new NoSuchFileException(place.path());
    }
    if (directory.record().hasFlag(InodeRecord.IMMUTABLE_FL)) {
      throw new AccessDeniedException(place.path(), null, "its directory is immutable");
    }
    refuse(directory, InodeRecord.ENCRYPT_FL, "encrypt");
    refuse(directory, InodeRecord.CASEFOLD_FL, "casefold");
    if (directory.layout() == Layout.INLINE) {
      throw new UnsupportedFeatureException(
          "inline_data", "changing an inline directory", "ino=" + directory.ino());
    }
    new Directory(volume, directory); // refuses a damaged size
  }

  private static void refuse(Inode directory, int flag, String feature)
      throws UnsupportedFeatureException {
    if (directory.record().hasFlag(flag)) {
      throw new UnsupportedFeatureException(
          feature, "changing names in the directory", "ino=" + directory.ino());
    }
  }

  /** Refuses to make inodes whose access control list would have to be made too. */
  static void requireNoDefaultAcl(Volume volume, Inode directory) throws IOException {
    for (Xattrs.Attribute attribute : Xattrs.list(volume, directory)) {
      if (attribute.name().equals(DEFAULT_ACL)) {
        throw new UnsupportedFeatureException(
            DEFAULT_ACL, "new files that inherit an access control list", "ino=" + directory.ino());
      }
    }
  }

  /** Refuses to take the name of {@code child} away. */
  static void requireRemovable(Volume volume, NamePlace place, Inode child) throws IOException {
    if (place.directory().record().hasFlag(InodeRecord.APPEND_FL)) {
      throw new AccessDeniedException(place.path(), null, "names are only added to its directory");
    }
    requireMutable(volume, place.path(), child);
  }

  /** Refuses to give {@code inode} another name, or to take one away. */
  static void requireMutable(Volume volume, String path, Inode inode) throws IOException {
    if (inode.type() == FileType.UNKNOWN) {
      throw CorruptionException.ofText(
          "inode",
          "i_mode",
          "0" + Integer.toOctalString(inode.record().mode()),
          "a type of file",
          "ino=" + inode.ino());
    }
    if (inode.record().hasFlag(InodeRecord.EA_INODE_FL)) {
      throw CorruptionException.ofText(
          "directory entry", "inode", "an EA inode", "a file", "ino=" + inode.ino());
    }
    if (inode.ino() == volume.superblock().orphanFileInum()) {
      throw new AccessDeniedException(path, null, "belongs to the file system itself");
    }
    if (inode.record().hasFlag(InodeRecord.IMMUTABLE_FL)) {
      throw new AccessDeniedException(path, null, "is immutable");
    }
    if (inode.record().hasFlag(InodeRecord.APPEND_FL)) {
      throw new AccessDeniedException(path, null, "may only grow at its end");
    }
  }

  /** Refuses to take the last name of something away that could not be deleted afterwards. */
  static void requireDeletable(Volume volume, Inode child) throws IOException {
    if (child.type() == FileType.DIRECTORY || child.record().linksCount() == 1) {
      new InodeLife(volume).requireDeletable(child);
    }
  }

  /** Refuses to change the root, {@code .} and {@code ..}. */
  static void requireName(NamePlace place) throws FileSystemException {
    if (!place.isChangeable()) {
      throw new FileSystemException(
          place.path(), null, "the root directory, . and .. can neither go nor be renamed");
    }
  }
}
