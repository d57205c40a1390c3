package org.ext4map.tree.extent;

import java.io.IOException;
import java.util.Arrays;
import org.ext4map.buffer.MetaBlock;
import org.ext4map.ondisk.ExtentNode;
import org.ext4map.ondisk.Geometry;
import org.jspecify.annotations.Nullable;

/**
 * The way from the root to the leaf that answers for one block: struct ext4_ext_path. Good until
 * the tree changes; to use it afterwards is a mistake of ours, and found at once. Reused. Between
 * uses it keeps the few blocks that it leads through in memory.
 */
final class TreePath {
  /** No version of a tree. */
  private static final int NOWHERE = -1;

  private final Nodes nodes;
  private final ExtentNode root;
  private final @Nullable MetaBlock[] blocks = new MetaBlock[ExtentNode.MAX_DEPTH + 1];
  private final int[] slots = new int[ExtentNode.MAX_DEPTH + 1];
  private int version = NOWHERE;
  private int shape = NOWHERE;
  private int depth;
  private long from;
  private long end;

  TreePath(Nodes nodes, ExtentNode root) {
    this.nodes = nodes;
    this.root = root;
  }

  /**
   * Leads to the leaf for {@code lblk}; its slot is the last entry at or before it. If that is the
   * leaf where the way led before, and only leaves have changed since, there is nothing to walk.
   */
  void lead(long lblk) throws IOException {
    version = NOWHERE;
    if (shape != nodes.shape() || lblk < from || lblk >= end) {
      walk(lblk);
    }
    MetaBlock block = blocks[depth];
    ExtentNode leaf = block == null ? root : block.extentNode();
    slots[depth] = leaf.entries() == 0 ? 0 : leaf.search(lblk);
    version = nodes.version();
  }

  private void walk(long lblk) throws IOException {
    shape = NOWHERE;
    ExtentNode node = nodes.root();
    depth = node.depth();
    long low = 0;
    long high = Geometry.maxLogicalBlocks();
    for (int level = 0; level < depth; level++) {
      int i = node.search(lblk);
      slots[level] = i;
      low = i == 0 ? low : node.key(i);
      high = Nodes.endOf(node, i, high);
      MetaBlock block = nodes.child(blocks[level], i, high);
      node = block.extentNode();
      blocks[level + 1] = block;
    }
    from = low;
    end = high;
    shape = nodes.shape();
  }

  /** The tree has another shape. Blocks that only the way holds may leave memory. */
  void expire() {
    Arrays.fill(blocks, null);
  }

  private void requireFresh() {
    if (version != nodes.version()) {
      throw new IllegalStateException("a search path from before the last change of the tree");
    }
  }

  int depth() {
    requireFresh();
    return depth;
  }

  ExtentNode node(int level) {
    MetaBlock block = block(level);
    return block == null ? root : block.extentNode();
  }

  /** The block of the node at {@code level}; null for the root, which stands in the inode. */
  @Nullable MetaBlock block(int level) {
    requireFresh();
    return blocks[level];
  }

  /** The entry that the way goes through; in the leaf, the last one at or before the block. */
  int slot(int level) {
    requireFresh();
    return slots[level];
  }

  ExtentNode leaf() {
    return node(depth);
  }

  int leafSlot() {
    return slot(depth);
  }

  /** The first logical block that the leaf answers for. */
  long from() {
    requireFresh();
    return from;
  }

  /** The first logical block that the leaf no longer answers for. */
  long end() {
    requireFresh();
    return end;
  }

  /** True if an entry of the leaf holds {@code lblk}; it is the one in {@link #leafSlot}. */
  boolean covers(long lblk) {
    ExtentNode leaf = leaf();
    int i = leafSlot();
    return leaf.entries() > 0 && leaf.key(i) <= lblk && lblk < leaf.key(i) + leaf.length(i);
  }
}
