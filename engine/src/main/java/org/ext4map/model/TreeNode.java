package org.ext4map.model;

import java.util.List;
import java.util.OptionalLong;

/**
 * One node of a tree, for people. A leaf has extents, the others have children; a root of an
 * indirect map has both.
 *
 * @param level 0 for the root, one more for each level below
 * @param pblk the block that holds the node; empty for the root, which stands in the inode
 * @param range the logical blocks that the node answers for
 * @param capacity entries or pointers that fit
 * @param extents entries of a leaf; contiguous pointers of an indirect map count as one
 * @param children entries of an index node
 */
public record TreeNode(
    int level,
    OptionalLong pblk,
    BlockRange range,
    int capacity,
    List<Extent> extents,
    List<Child> children) {

  /**
   * One pointer to a node below.
   *
   * @param lblk the first logical block it answers for
   * @param pblk the block that holds it
   */
  public record Child(long lblk, long pblk) {}

  /** Keeps its own copies. */
  public TreeNode {
    extents = List.copyOf(extents);
    children = List.copyOf(children);
  }
}
