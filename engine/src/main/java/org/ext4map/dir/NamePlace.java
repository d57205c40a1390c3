package org.ext4map.dir;

import java.nio.file.FileSystemException;
import java.util.List;
import org.ext4map.inode.Inode;
import org.ext4map.model.FileName;

/**
 * Where a name stands or could stand.
 *
 * @param path as the caller wrote it
 * @param directories from the root to the directory that the name is in, each in the one before
 * @param name the last one of the path; empty if the path is "/"
 * @param mustBeDirectory true if the path ends with a slash
 */
record NamePlace(String path, List<Inode> directories, FileName name, boolean mustBeDirectory) {

  /**
   * A place; its name is none that cannot be stored.
   *
   * @throws FileSystemException if the name is too long
   * @throws IllegalArgumentException if there is a 0 in it
   */
  static NamePlace of(String path, List<Inode> directories, FileName name, boolean mustBeDirectory)
      throws FileSystemException {
    if (name.length() > FileName.MAX_BYTES) {
      throw new FileSystemException(
          path, null, "name of " + name.length() + " bytes, allowed <= " + FileName.MAX_BYTES);
    }
    if (path.indexOf(0) >= 0) {
      throw new IllegalArgumentException("a path with a 0 in it");
    }
    return new NamePlace(path, List.copyOf(directories), name, mustBeDirectory);
  }

  /** The directory that the name is in. */
  Inode directory() {
    return directories.get(directories.size() - 1);
  }

  /** False for the root, {@code .} and {@code ..}, which always exist and always stay. */
  boolean isChangeable() {
    return name.length() > 0 && !name.isDots();
  }

  /** True if the name is in {@code inode} or somewhere below it. */
  boolean isBelow(Inode inode) {
    return directories.contains(inode);
  }
}
