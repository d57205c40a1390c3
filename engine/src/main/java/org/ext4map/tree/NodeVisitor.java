package org.ext4map.tree;

import org.ext4map.model.TreeNode;

/** Sees the nodes of a tree top down; must not change the tree. */
@FunctionalInterface
public interface NodeVisitor {
  /**
   * One node, before its children.
   *
   * @return false to see no more
   */
  boolean visit(TreeNode node);
}
