package org.ext4map.check;

import java.io.IOException;

/** Hears what the map of one inode says, in the order of the file's blocks. */
interface MapVisitor {
  /**
   * A block of the map itself, inside the file system, before what stands in it.
   *
   * @return true to go into it; false if it was seen before or must not be believed
   */
  boolean node(long pblk) throws IOException;

  /**
   * True if {@code pblk}, a block of the map itself, lies in metadata of the file system, so that
   * nothing in it can be trusted; told before {@link #node} and before what stands in it.
   */
  default boolean isCritical(long pblk) {
    return false;
  }

  /**
   * A run of the file's blocks, inside the file system.
   *
   * @return false if the run is not to count; the walk goes on
   */
  boolean run(long lblk, long pblk, long count, boolean unwritten) throws IOException;

  /** The tree has {@code levels} levels, more than the largest file needs. */
  default void deep(int levels) {}

  /** Something is wrong with the map at block {@code pblk}. */
  void wrong(Problem problem, long pblk, String detail);
}
