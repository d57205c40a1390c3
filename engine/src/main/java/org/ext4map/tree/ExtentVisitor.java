package org.ext4map.tree;

import org.ext4map.model.ExtentState;

/** Sees the entries of a tree in order; must not change the tree. */
@FunctionalInterface
public interface ExtentVisitor {
  /**
   * One entry.
   *
   * @param state written or unwritten
   * @return false to see no more
   */
  boolean visit(long lblk, int length, long pblk, ExtentState state);
}
