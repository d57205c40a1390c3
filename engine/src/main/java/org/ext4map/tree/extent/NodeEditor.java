package org.ext4map.tree.extent;

import java.io.IOException;
import org.ext4map.buffer.MetaBlock;
import org.ext4map.model.ExtentState;
import org.ext4map.model.NoSpaceException;
import org.ext4map.ondisk.ExtentNode;
import org.ext4map.ondisk.Geometry;
import org.ext4map.tree.TreeEdit;

/**
 * The small steps that every change of a tree is made of. After each the tree is sound, all keys
 * above included; each makes the path it was given stale. A step that needs a block takes it before
 * it changes anything.
 *
 * <pre>
 *   split at level 1:   [a|b|c]  full leaf, new entry after a         [a|x| ]  [b|c| ]
 *   grow:               root full, all below full                     root moves into a block,
 *                                                                     one index entry is left
 * </pre>
 */
final class NodeEditor {
  /** Index entries have 48 bits for a block. */
  private static final long MAX_PBLK = (1L << 48) - 1;

  private final Nodes nodes;
  private final TreeEdit edit;

  NodeEditor(Nodes nodes, TreeEdit edit) {
    this.nodes = nodes;
    this.edit = edit;
  }

  TreePath find(long lblk) throws IOException {
    return nodes.pathTo(lblk);
  }

  /** Replaces leaf entry {@code i}, which may move its start as far as its neighbours allow. */
  void replace(TreePath path, int i, long lblk, int length, long pblk, ExtentState state)
      throws IOException {
    int depth = path.depth();
    begin(path, depth);
    boolean moved = path.leaf().key(i) != lblk;
    path.leaf().setExtent(i, lblk, length, pblk, state);
    finish(path, depth);
    leafChanged(path, i == 0 && moved);
  }

  /** Puts the entries of {@code edit}, at least one, in the place of {@code [first, behind)}. */
  void replace(TreePath path, int first, int behind, LeafEdit edit) throws IOException {
    int depth = path.depth();
    ExtentNode leaf = path.leaf();
    boolean moved = first == 0 && (leaf.entries() == 0 || leaf.key(0) != edit.firstLblk());
    int grown = edit.count() - (behind - first);
    begin(path, depth);
    if (grown != 0) {
      leaf.moveEntries(behind, behind + grown);
      leaf.setEntries(leaf.entries() + grown);
    }
    edit.store(leaf, first);
    finish(path, depth);
    leafChanged(path, moved);
    if (grown < 0) {
      shrinkRoot();
    }
  }

  /** Moves leaf entries {@code [first, entries)} by {@code by} blocks of the file. */
  void shift(TreePath path, int first, long by) throws IOException {
    int depth = path.depth();
    ExtentNode leaf = path.leaf();
    begin(path, depth);
    for (int i = first; i < leaf.entries(); i++) {
      leaf.setKey(i, leaf.key(i) + by);
    }
    finish(path, depth);
    leafChanged(path, first == 0);
  }

  /** A leaf is not as it was; if its first key is another one, so are its parents. */
  private void leafChanged(TreePath path, boolean firstKeyToo) throws IOException {
    if (firstKeyToo) {
      correctKeys(path, path.depth());
      nodes.bumpShape();
    } else {
      nodes.bumpVersion();
    }
  }

  /** Adds an entry where no other is in its way, making room first if need be. */
  void insert(long lblk, int length, long pblk, ExtentState state, boolean useReserved)
      throws IOException {
    TreePath path = makeRoom(lblk, pblk, useReserved);
    int depth = path.depth();
    int i = insertPosition(path, lblk);
    begin(path, depth);
    openSlot(path.leaf(), i);
    path.leaf().setExtent(i, lblk, length, pblk, state);
    finish(path, depth);
    leafChanged(path, i == 0);
  }

  private static int insertPosition(TreePath path, long lblk) {
    ExtentNode leaf = path.leaf();
    int i = path.leafSlot();
    return leaf.entries() == 0 || lblk < leaf.key(i) ? i : i + 1;
  }

  private static void openSlot(ExtentNode node, int i) {
    node.moveEntries(i, i + 1);
    node.setEntries(node.entries() + 1);
  }

  private static void closeSlot(ExtentNode node, int i) {
    node.moveEntries(i + 1, i);
    node.setEntries(node.entries() - 1);
  }

  /** Takes leaf entry {@code i} out, and every node that is empty then. */
  void delete(TreePath path, int i) throws IOException {
    removeEntry(path, path.depth(), i);
    nodes.bumpShape();
  }

  private void removeEntry(TreePath path, int level, int i) throws IOException {
    ExtentNode node = path.node(level);
    begin(path, level);
    closeSlot(node, i);
    if (node.entries() == 0 && level == 0) {
      node.format(node.capacity(), 0);
    }
    finish(path, level);
    MetaBlock block = path.block(level);
    if (node.entries() == 0 && block != null) {
      release(block);
      removeEntry(path, level - 1, path.slot(level - 1));
    } else if (i == 0 && node.entries() > 0) {
      correctKeys(path, level);
    }
  }

  private void release(MetaBlock block) throws IOException {
    edit.journal().forget(block);
    edit.space().freeNode(block.pblk());
  }

  /** Gives the parents of the node at {@code level} its first key. */
  private void correctKeys(TreePath path, int level) throws IOException {
    setKeys(path, level, path.node(level).key(0));
  }

  /** Sets the first key of the node at {@code level} in its parents, as far up as it is first. */
  private void setKeys(TreePath path, int level, long key) throws IOException {
    for (int above = level - 1; above >= 0; above--) {
      int slot = path.slot(above);
      begin(path, above);
      path.node(above).setKey(slot, key);
      finish(path, above);
      if (slot > 0) {
        return;
      }
    }
  }

  /** Moves the only child of the root into it, as long as that fits: ext4_ext_try_to_merge_up. */
  void shrinkRoot() throws IOException {
    ExtentNode root = nodes.root();
    while (root.depth() > 0 && root.entries() == 1) {
      MetaBlock block = nodes.child(null, 0, Geometry.maxLogicalBlocks());
      ExtentNode child = block.extentNode();
      if (child.entries() > root.capacity()) {
        return;
      }
      child.copyEntries(0, child.entries(), root, 0);
      root.setDepth(child.depth());
      root.setEntries(child.entries());
      edit.journal().rootChanged();
      release(block);
      nodes.bumpShape();
    }
  }

  /** The way to the leaf for {@code lblk}, which has a free slot: ext4_ext_create_new_leaf. */
  private TreePath makeRoom(long lblk, long goal, boolean useReserved) throws IOException {
    TreePath path = find(lblk);
    while (isFull(path.leaf())) {
      int level = path.depth() - 1;
      while (level >= 0 && isFull(path.node(level))) {
        level--;
      }
      if (level < 0) {
        grow(path, goal, useReserved);
      } else {
        split(path, level, lblk, goal, useReserved);
      }
      path = find(lblk);
    }
    return path;
  }

  private static boolean isFull(ExtentNode node) {
    return node.entries() >= node.capacity();
  }

  /** Moves the root's entries into a new block and leaves one entry for it in the root. */
  private void grow(TreePath path, long goal, boolean useReserved) throws IOException {
    ExtentNode root = path.node(0);
    if (root.depth() == ExtentNode.MAX_DEPTH) {
      throw new NoSpaceException("extent tree: all " + root.depth() + " levels are full");
    }
    assert root.entries() <= nodes.nodeCapacity();
    MetaBlock block = newBlocks(1, goal, useReserved)[0];
    ExtentNode below = block.extentNode();
    below.format(nodes.nodeCapacity(), root.depth());
    root.copyEntries(0, root.entries(), below, 0);
    below.setEntries(root.entries());
    edit.journal().changed(block);
    long key = root.key(0);
    root.setDepth(root.depth() + 1);
    root.setIndex(0, key, block.pblk());
    root.setEntries(1);
    edit.journal().rootChanged();
    nodes.bumpShape();
  }

  /**
   * Splits the leaf and all full nodes above it, up to {@code level}, which has a free slot: what
   * follows the place of {@code lblk} moves to new nodes. If that is all there is, the leaf is
   * empty and keeps its key until the new entry corrects it.
   */
  private void split(TreePath path, int level, long lblk, long goal, boolean useReserved)
      throws IOException {
    int depth = path.depth();
    MetaBlock[] blocks = newBlocks(depth - level, goal, useReserved);
    ExtentNode leaf = path.leaf();
    int cut = insertPosition(path, lblk);
    long border = cut < leaf.entries() ? leaf.key(cut) : lblk;
    MetaBlock below = blocks[0];
    moveTail(path, depth, cut, below.extentNode(), 0);
    edit.journal().changed(below);
    for (int at = depth - 1; at > level; at--) {
      MetaBlock block = blocks[depth - at];
      moveTail(path, at, path.slot(at) + 1, block.extentNode(), 1);
      block.extentNode().setIndex(0, border, below.pblk());
      edit.journal().changed(block);
      below = block;
    }
    int slot = path.slot(level) + 1;
    begin(path, level);
    openSlot(path.node(level), slot);
    path.node(level).setIndex(slot, border, below.pblk());
    finish(path, level);
    if (cut == 0) {
      setKeys(path, depth, lblk);
    }
    nodes.bumpShape();
  }

  /** Formats {@code target} and moves entries from {@code cut} on to its slots from {@code to}. */
  private void moveTail(TreePath path, int level, int cut, ExtentNode target, int to)
      throws IOException {
    ExtentNode node = path.node(level);
    int moved = node.entries() - cut;
    target.format(nodes.nodeCapacity(), node.depth());
    node.copyEntries(cut, node.entries(), target, to);
    target.setEntries(to + moved);
    if (moved > 0) {
      begin(path, level);
      node.setEntries(cut);
      finish(path, level);
    }
  }

  private MetaBlock[] newBlocks(int count, long goal, boolean useReserved) throws IOException {
    MetaBlock[] blocks = edit.newNodes(count, goal, useReserved, MAX_PBLK);
    for (MetaBlock block : blocks) {
      nodes.adopt(block);
    }
    return blocks;
  }

  private void begin(TreePath path, int level) throws IOException {
    MetaBlock block = path.block(level);
    if (block != null) {
      edit.journal().willChange(block);
      nodes.adopt(block);
    }
  }

  private void finish(TreePath path, int level) throws IOException {
    MetaBlock block = path.block(level);
    if (block == null) {
      edit.journal().rootChanged();
    } else {
      edit.journal().changed(block);
    }
  }
}
