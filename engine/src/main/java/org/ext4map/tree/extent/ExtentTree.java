package org.ext4map.tree.extent;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import org.ext4map.buffer.MetaBlock;
import org.ext4map.model.BlockRange;
import org.ext4map.model.Extent;
import org.ext4map.model.Mapping;
import org.ext4map.model.TreeNode;
import org.ext4map.ondisk.ExtentNode;
import org.ext4map.ondisk.Geometry;
import org.ext4map.tree.BlockTree;
import org.ext4map.tree.ExtentVisitor;
import org.ext4map.tree.LeafSink;
import org.ext4map.tree.NodeVisitor;
import org.ext4map.tree.TreeContext;
import org.ext4map.tree.TreeEdit;
import org.ext4map.tree.TreeRoot;
import org.jspecify.annotations.Nullable;

/**
 * The extent tree of one inode: ext4_find_extent (Linux fs/ext4/extents.c). Changes go through
 * {@link #edit}.
 *
 * <p>Locks: the caller holds the inode's dataSem, shared at least; then any number of threads.
 * Bounds: a way down has at most {@link ExtentNode#MAX_DEPTH} steps, each to a node exactly one
 * level lower. Two index entries cannot lead to one node that is not empty, since the node's first
 * key must equal both; so a walk over all visits no more nodes than the image has blocks, and their
 * entries.
 */
public final class ExtentTree implements BlockTree {
  private static final long END = Geometry.maxLogicalBlocks();

  private final Nodes nodes;

  /** The tree whose root is {@code treeRoot}; reads nothing yet. */
  public ExtentTree(TreeContext context, TreeRoot treeRoot) {
    this(context, treeRoot, ExtentNode.capacityOf(context.geometry().blockSize()));
  }

  /** As the other one; new nodes get {@code nodeCapacity} entries, so that few make a deep tree. */
  ExtentTree(TreeContext context, TreeRoot treeRoot, int nodeCapacity) {
    this.nodes = new Nodes(context, treeRoot, nodeCapacity);
  }

  /** An empty root in {@code iBlock}: ext4_ext_tree_init. */
  public static void format(ByteBuffer iBlock) {
    new ExtentNode(iBlock, 0).format(ExtentNode.capacityOf(ExtentNode.ROOT_BYTES), 0);
  }

  /** What changes this tree under the journal handle of {@code edit}. */
  public ExtentEditor edit(TreeEdit edit) {
    return new ExtentEditor(nodes, edit);
  }

  /**
   * What changes the state of blocks under the journal handle of {@code edit}.
   *
   * @param endOfFile asked for the first logical block behind the size on disk, rounded up
   * @param maxZeroOut so many blocks at most are zeroed where a split would do: 32 KiB's worth is
   *     the kernel's choice, 0 switches it off
   */
  public ExtentConverter convert(TreeEdit edit, LongSupplier endOfFile, int maxZeroOut) {
    return new ExtentConverter(nodes, edit, endOfFile, maxZeroOut);
  }

  @Override
  public void find(long lblk, Mapping out, LeafSink sink) throws IOException {
    BlockTree.requireLblk(lblk);
    MetaBlock block = null;
    ExtentNode node = nodes.root();
    long from = 0;
    long end = END;
    for (int depth = node.depth(); depth > 0; depth--) {
      int i = node.search(lblk);
      from = i == 0 ? from : node.key(i);
      end = Nodes.endOf(node, i, end);
      block = nodes.child(block, i, end);
      node = block.extentNode();
    }
    sink.leaf(node, from, end);
    answer(node, lblk, end, out);
  }

  /** Says what {@code leaf}, which answers for all blocks around {@code lblk}, knows of it. */
  private static void answer(ExtentNode leaf, long lblk, long end, Mapping out) {
    if (leaf.entries() == 0) {
      setHole(lblk, end, out);
      return;
    }
    int i = leaf.search(lblk);
    long key = leaf.key(i);
    if (lblk < key) {
      setHole(lblk, key, out);
    } else if (lblk < key + leaf.length(i)) {
      long skip = lblk - key;
      out.setMapped(lblk, (int) (leaf.length(i) - skip), leaf.pblk(i) + skip, leaf.state(i));
    } else {
      setHole(lblk, Nodes.endOf(leaf, i, end), out);
    }
  }

  private static void setHole(long lblk, long end, Mapping out) {
    out.setHole(lblk, (int) Math.min(Integer.MAX_VALUE, end - lblk));
  }

  @Override
  public void forEach(long fromLblk, ExtentVisitor visitor) throws IOException {
    BlockTree.requireLblk(fromLblk);
    for (long lblk = fromLblk; lblk < END; ) {
      MetaBlock block = null;
      ExtentNode node = nodes.root();
      long end = END;
      for (int depth = node.depth(); depth > 0; depth--) {
        int i = node.search(lblk);
        end = Nodes.endOf(node, i, end);
        block = nodes.child(block, i, end);
        node = block.extentNode();
      }
      if (!visitLeaf(node, lblk, visitor)) {
        return;
      }
      lblk = end;
    }
  }

  private static boolean visitLeaf(ExtentNode leaf, long fromLblk, ExtentVisitor visitor) {
    for (int i = 0; i < leaf.entries(); i++) {
      boolean reached = leaf.key(i) + leaf.length(i) > fromLblk;
      if (reached && !visitor.visit(leaf.key(i), leaf.length(i), leaf.pblk(i), leaf.state(i))) {
        return false;
      }
    }
    return true;
  }

  @Override
  public int depth() throws IOException {
    return nodes.root().depth();
  }

  @Override
  public void forEachNode(NodeVisitor visitor) throws IOException {
    visitNode(null, 0, new BlockRange(0, END), visitor);
  }

  private boolean visitNode(
      @Nullable MetaBlock block, int level, BlockRange range, NodeVisitor visitor)
      throws IOException {
    ExtentNode node = block == null ? nodes.root() : block.extentNode();
    OptionalLong pblk = block == null ? OptionalLong.empty() : OptionalLong.of(block.pblk());
    List<Extent> extents = new ArrayList<>();
    List<TreeNode.Child> children = new ArrayList<>();
    for (int i = 0; i < node.entries(); i++) {
      if (node.depth() == 0) {
        extents.add(node.extent(i));
      } else {
        children.add(new TreeNode.Child(node.key(i), node.child(i)));
      }
    }
    if (!visitor.visit(new TreeNode(level, pblk, range, node.capacity(), extents, children))) {
      return false;
    }
    for (int i = 0; i < children.size(); i++) {
      long end = Nodes.endOf(node, i, range.end());
      long from = i == 0 ? range.start() : node.key(i);
      BlockRange part = new BlockRange(from, end - from);
      if (!visitNode(nodes.child(block, i, end), level + 1, part, visitor)) {
        return false;
      }
    }
    return true;
  }
}
