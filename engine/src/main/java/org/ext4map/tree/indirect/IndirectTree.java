package org.ext4map.tree.indirect;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.ext4map.buffer.MetaBlock;
import org.ext4map.model.BlockRange;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.Extent;
import org.ext4map.model.ExtentState;
import org.ext4map.model.Mapping;
import org.ext4map.model.TreeNode;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.IndirectBlock;
import org.ext4map.tree.BlockTree;
import org.ext4map.tree.ExtentVisitor;
import org.ext4map.tree.LeafSink;
import org.ext4map.tree.NodeVisitor;
import org.ext4map.tree.TreeContext;
import org.ext4map.tree.TreeEdit;
import org.ext4map.tree.TreeRoot;

/**
 * The indirect map of one inode: ext4_ind_map_blocks (Linux fs/ext4/indirect.c). Changes go through
 * {@link #edit}.
 *
 * <p>Locks: the caller holds the inode's dataSem, shared at least; then any number of threads.
 * Bounds: a lookup reads at most three map blocks. A walk over all stops with a {@link
 * CorruptionException} once it has met more map blocks, or more data blocks, than the file system
 * has: then some block is used twice.
 */
public final class IndirectTree implements BlockTree {
  /** Pointers of i_block that lead to data. */
  static final int DIRECT = 12;

  /** Pointers of i_block that lead to map blocks: single, double, triple. */
  static final int LEVELS = 3;

  private static final long END = Geometry.maxLogicalBlocks();

  private final MapBlocks blocks;
  private final IndirectBlock root;
  private final IndirectBlock direct;

  /** Set after the root passed its check; a lost update costs one more check. */
  private boolean rootChecked;

  /** The map whose root is {@code treeRoot}; reads nothing yet. */
  public IndirectTree(TreeContext context, TreeRoot treeRoot) {
    this.blocks = new MapBlocks(context, treeRoot);
    this.root = new IndirectBlock(treeRoot.iBlock(), 0, DIRECT + LEVELS);
    this.direct = new IndirectBlock(treeRoot.iBlock(), 0, DIRECT);
  }

  /** What changes this map under the journal handle of {@code edit}. */
  public IndirectEditor edit(TreeEdit edit) throws CorruptionException {
    checkRoot();
    return new IndirectEditor(blocks, root, edit);
  }

  @Override
  public void find(long lblk, Mapping out, LeafSink sink) throws IOException {
    BlockTree.requireLblk(lblk);
    checkRoot();
    if (lblk < DIRECT) {
      sink.pointers(direct, 0, DIRECT);
      answer(direct, 0, lblk, out);
      return;
    }
    int slot = DIRECT;
    long base = DIRECT;
    long size = blocks.perBlock();
    while (slot < DIRECT + LEVELS - 1 && lblk >= base + size) {
      base += size;
      size *= blocks.perBlock();
      slot++;
    }
    if (lblk >= base + size || root.pointer(slot) == 0) {
      setHole(lblk, rootHoleEnd(slot, base, size), out);
    } else {
      findBelow(root.pointer(slot), base, size, lblk, out, sink);
    }
  }

  /** Goes down from a pointer of i_block that answers for {@code [top, top + size)}. */
  private void findBelow(long pblk, long top, long size, long lblk, Mapping out, LeafSink sink)
      throws IOException {
    int perBlock = blocks.perBlock();
    long base = top;
    long unit = size / perBlock;
    long above = 0;
    MetaBlock block = blocks.read(pblk);
    while (unit > 1) {
      int i = (int) ((lblk - base) / unit);
      long next = block.pointers().pointer(i);
      if (next == 0) {
        setHole(lblk, base + (i + block.pointers().holeLength(i, perBlock)) * unit, out);
        return;
      }
      blocks.requireNotAbove(next, block.pblk(), above);
      base += i * unit;
      unit /= perBlock;
      above = block.pblk();
      block = blocks.read(next);
    }
    sink.pointers(block.pointers(), base, Math.min(END, base + perBlock));
    answer(block.pointers(), base, lblk, out);
  }

  private static void answer(IndirectBlock leaf, long base, long lblk, Mapping out) {
    int i = (int) (lblk - base);
    int limit = usable(leaf, base);
    if (leaf.pointer(i) == 0) {
      setHole(lblk, lblk + leaf.holeLength(i, limit), out);
    } else {
      out.setMapped(lblk, leaf.runLength(i, limit), leaf.pointer(i), ExtentState.WRITTEN);
    }
  }

  /** Pointers of {@code leaf} that stand for logical blocks a file can have. */
  private static int usable(IndirectBlock leaf, long base) {
    return (int) Math.min(leaf.count(), END - base);
  }

  /** Where the hole ends that i_block[slot] is part of: at the next pointer, or never. */
  private long rootHoleEnd(int slot, long base, long size) {
    long end = base + size;
    long next = size * blocks.perBlock();
    for (int i = slot + 1; i < root.count(); i++) {
      if (root.pointer(i) != 0) {
        return end;
      }
      end += next;
      next *= blocks.perBlock();
    }
    return END;
  }

  private static void setHole(long lblk, long end, Mapping out) {
    out.setHole(lblk, (int) Math.min(Integer.MAX_VALUE, Math.min(END, end) - lblk));
  }

  @Override
  public void forEach(long fromLblk, ExtentVisitor visitor) throws IOException {
    BlockTree.requireLblk(fromLblk);
    checkRoot();
    Runs runs = new Runs(fromLblk, visitor);
    if (runs.visit(direct, 0)) {
      new MapWalk(blocks, fromLblk, (node, at) -> at.unit() > 1 || runs.visit(node, at.base()))
          .run(root);
    }
  }

  /** Shows the data blocks of leaves as runs, and counts them. */
  private final class Runs {
    private final long fromLblk;
    private final ExtentVisitor visitor;
    private long met;

    Runs(long fromLblk, ExtentVisitor visitor) {
      this.fromLblk = fromLblk;
      this.visitor = visitor;
    }

    boolean visit(IndirectBlock leaf, long base) throws CorruptionException {
      int limit = usable(leaf, base);
      for (int i = 0; i < limit; ) {
        boolean hole = leaf.pointer(i) == 0;
        int run = hole ? leaf.holeLength(i, limit) : leaf.runLength(i, limit);
        if (!hole && base + i + run > fromLblk) {
          met += run;
          blocks.requireFits("data blocks", met);
          if (!visitor.visit(base + i, run, leaf.pointer(i), ExtentState.WRITTEN)) {
            return false;
          }
        }
        i += run;
      }
      return true;
    }
  }

  @Override
  public int depth() throws IOException {
    checkRoot();
    int depth = LEVELS;
    while (depth > 0 && root.pointer(DIRECT + depth - 1) == 0) {
      depth--;
    }
    return depth;
  }

  @Override
  public void forEachNode(NodeVisitor visitor) throws IOException {
    checkRoot();
    List<TreeNode.Child> children = new ArrayList<>();
    long base = DIRECT;
    long size = blocks.perBlock();
    for (int slot = DIRECT; slot < root.count(); slot++) {
      if (root.pointer(slot) != 0) {
        children.add(new TreeNode.Child(base, root.pointer(slot)));
      }
      base += size;
      size *= blocks.perBlock();
    }
    BlockRange all = new BlockRange(0, END);
    TreeNode top =
        new TreeNode(0, OptionalLong.empty(), all, root.count(), extents(direct, 0), children);
    if (visitor.visit(top)) {
      new MapWalk(blocks, 0, (node, at) -> visitor.visit(treeNode(node, at))).run(root);
    }
  }

  private TreeNode treeNode(IndirectBlock node, MapWalk.Position at) throws CorruptionException {
    List<TreeNode.Child> children = new ArrayList<>();
    for (int i = 0; at.unit() > 1 && i < node.count(); i++) {
      if (node.pointer(i) != 0) {
        children.add(new TreeNode.Child(at.base() + i * at.unit(), node.pointer(i)));
      }
    }
    List<Extent> extents = at.unit() == 1 ? extents(node, at.base()) : List.of();
    long end = Math.min(END, at.base() + at.unit() * node.count());
    BlockRange range = new BlockRange(at.base(), end - at.base());
    OptionalLong pblk = OptionalLong.of(at.pblk());
    return new TreeNode(at.level(), pblk, range, node.count(), extents, children);
  }

  private List<Extent> extents(IndirectBlock leaf, long base) throws CorruptionException {
    List<Extent> extents = new ArrayList<>();
    new Runs(0, (lblk, length, pblk, state) -> extents.add(new Extent(lblk, length, pblk, state)))
        .visit(leaf, base);
    return extents;
  }

  private void checkRoot() throws CorruptionException {
    if (!rootChecked) {
      blocks.checkRoot(root);
      rootChecked = true;
    }
  }
}
