package org.ext4map.tree.extent;

import java.io.IOException;
import org.ext4map.buffer.MetaBlock;
import org.ext4map.ondisk.ExtentNode;
import org.ext4map.ondisk.Geometry;
import org.jspecify.annotations.Nullable;

/**
 * The way from the root to the leaf that answers for one block: struct ext4_ext_path. Good until
 * the tree changes; to use it afterwards is a mistake of ours, and found at once.
 */
final class TreePath {
  private final Nodes nodes;
  private final int version;
  private final ExtentNode[] levels;
  private final @Nullable MetaBlock[] blocks;
  private final int[] slots;
  private final long from;
  private final long end;

  /** Walks down to the leaf for {@code lblk}; its slot is the last entry at or before it. */
  TreePath(Nodes nodes, long lblk) throws IOException {
    this.nodes = nodes;
    this.version = nodes.version();
    ExtentNode node = nodes.root();
    int depth = node.depth();
    levels = new ExtentNode[depth + 1];
    blocks = new MetaBlock[depth + 1];
    slots = new int[depth + 1];
    levels[0] = node;
    long low = 0;
    long high = Geometry.maxLogicalBlocks();
    for (int level = 0; level < depth; level++) {
      int i = node.search(lblk);
      slots[level] = i;
      low = i == 0 ? low : node.key(i);
      high = Nodes.endOf(node, i, high);
      MetaBlock block = nodes.child(node, i, high);
      node = block.extentNode();
      blocks[level + 1] = block;
      levels[level + 1] = node;
    }
    slots[depth] = node.entries() == 0 ? 0 : node.search(lblk);
    from = low;
    end = high;
  }

  private void requireFresh() {
    if (version != nodes.version()) {
      throw new IllegalStateException("a search path from before the last change of the tree");
    }
  }

  int depth() {
    requireFresh();
    return levels.length - 1;
  }

  ExtentNode node(int level) {
    requireFresh();
    return levels[level];
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
    return node(levels.length - 1);
  }

  int leafSlot() {
    return slot(levels.length - 1);
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
