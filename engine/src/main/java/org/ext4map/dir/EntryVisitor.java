package org.ext4map.dir;

import org.ext4map.ondisk.DirEntry;

/** Sees the entries of a directory in the order they are stored. */
@FunctionalInterface
public interface EntryVisitor {
  /**
   * One entry in use.
   *
   * @return false to see no more
   */
  boolean visit(DirEntry entry);
}
