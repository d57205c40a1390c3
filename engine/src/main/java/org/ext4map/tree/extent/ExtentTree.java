package org.ext4map.tree.extent;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.ext4map.buffer.MetaBlock;
import org.ext4map.model.BlockRange;
import org.ext4map.model.CorruptionException;
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
import org.ext4map.tree.TreeRoot;

/**
 * The extent tree of one inode, for looking: ext4_find_extent (Linux fs/ext4/extents.c).
 *
 * <p>Locks: the caller holds the inode's dataSem, shared at least; then any number of threads.
 * Bounds: a way down has at most {@link ExtentNode#MAX_DEPTH} steps, each to a node exactly one
 * level lower. Two index entries cannot lead to one node that is not empty, since the node's first
 * key must equal both; so a walk over all visits no more nodes than the image has blocks, and their
 * entries.
 */
public final class ExtentTree implements BlockTree {
  private static final long END = Geometry.maxLogicalBlocks();

  private final TreeContext context;
  private final ExtentNode root;
  private final NodeCheck check;
  private final long nodeTag;

  /** Set after the root passed its check; a lost update costs one more check. */
  private boolean rootChecked;

  /** The tree whose root is {@code treeRoot}; reads nothing yet. */
  public ExtentTree(TreeContext context, TreeRoot treeRoot) {
    this.context = context;
    this.root = new ExtentNode(treeRoot.iBlock(), 0);
    this.check = new NodeCheck(context, treeRoot.ino(), treeRoot.generation());
    this.nodeTag = MetaBlock.tag('E', treeRoot.ino(), treeRoot.generation());
  }

  @Override
  public void find(long lblk, Mapping out, LeafSink sink) throws IOException {
    BlockTree.requireLblk(lblk);
    ExtentNode node = root();
    long from = 0;
    long end = END;
    for (int depth = node.depth(); depth > 0; depth--) {
      int i = node.search(lblk);
      from = i == 0 ? from : node.key(i);
      end = endOf(node, i, end);
      node = child(node, i, end);
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
      setHole(lblk, endOf(leaf, i, end), out);
    }
  }

  private static void setHole(long lblk, long end, Mapping out) {
    out.setHole(lblk, (int) Math.min(Integer.MAX_VALUE, end - lblk));
  }

  @Override
  public void forEach(long fromLblk, ExtentVisitor visitor) throws IOException {
    BlockTree.requireLblk(fromLblk);
    for (long lblk = fromLblk; lblk < END; ) {
      ExtentNode node = root();
      long end = END;
      for (int depth = node.depth(); depth > 0; depth--) {
        int i = node.search(lblk);
        end = endOf(node, i, end);
        node = child(node, i, end);
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
    return root().depth();
  }

  @Override
  public void forEachNode(NodeVisitor visitor) throws IOException {
    visitNode(root(), 0, OptionalLong.empty(), new BlockRange(0, END), visitor);
  }

  private boolean visitNode(
      ExtentNode node, int level, OptionalLong pblk, BlockRange range, NodeVisitor visitor)
      throws IOException {
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
      long end = endOf(node, i, range.end());
      long from = i == 0 ? range.start() : node.key(i);
      OptionalLong below = OptionalLong.of(node.child(i));
      BlockRange part = new BlockRange(from, end - from);
      if (!visitNode(child(node, i, end), level + 1, below, part, visitor)) {
        return false;
      }
    }
    return true;
  }

  /** Where the part of entry {@code i} ends: at the next key, or where its node's part ends. */
  private static long endOf(ExtentNode node, int i, long end) {
    return i + 1 < node.entries() ? node.key(i + 1) : end;
  }

  private ExtentNode root() throws CorruptionException {
    if (!rootChecked) {
      check.checkRoot(root);
      rootChecked = true;
    }
    return root;
  }

  /** The child of entry {@code i}, checked; {@code end} is where the entry's part ends. */
  private ExtentNode child(ExtentNode parent, int i, long end) throws IOException {
    long pblk = parent.child(i);
    MetaBlock block = context.cache().read(pblk);
    ExtentNode node = block.extentNode();
    if (block.verifiedAs() != nodeTag) {
      check.checkBlock(node, pblk);
      block.markVerified(nodeTag);
    }
    check.checkPlace(node, pblk, parent.depth() - 1, parent.key(i), end);
    return node;
  }
}
