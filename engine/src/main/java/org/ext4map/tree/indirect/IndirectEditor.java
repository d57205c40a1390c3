package org.ext4map.tree.indirect;

import java.io.IOException;
import org.ext4map.buffer.MetaBlock;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.IndirectBlock;
import org.ext4map.tree.BlockTree;
import org.ext4map.tree.TreeEdit;
import org.jspecify.annotations.Nullable;

/**
 * Changes where the blocks of a file with an indirect map lie: ext4_ind_map_blocks with CREATE,
 * ext4_ind_truncate, ext4_ind_remove_space (Linux fs/ext4/indirect.c). Works under one journal
 * handle. The map has no unwritten state: what is mapped is readable, so the caller sees to it that
 * the blocks hold data or zeros first.
 *
 * <p>Locks: the caller holds dataSem exclusively. Errors: with a {@link
 * org.ext4map.model.NoSpaceException} nothing has changed; any other one may leave a change half
 * done: the journal must be aborted.
 */
public final class IndirectEditor {
  private static final long END = Geometry.maxLogicalBlocks();
  private static final long MAX_PBLK = 0xFFFFFFFFL;

  private final MapBlocks blocks;
  private final IndirectBlock root;
  private final TreeEdit edit;

  /** Where what {@link #remove} has still to do ends, if the handle was used up. */
  private long rest;

  /** Map blocks met by one {@link #remove}. */
  private long met;

  IndirectEditor(MapBlocks blocks, IndirectBlock root, TreeEdit edit) {
    this.blocks = blocks;
    this.root = root;
    this.edit = edit;
  }

  /** Blocks that one call of {@link #insert} changes at most, and one step of {@link #remove}. */
  public int blocksPerChange() {
    return IndirectTree.LEVELS + 1;
  }

  /**
   * Maps a run of holes. New map blocks are taken and filled first; one pointer then makes all of
   * it part of the file.
   *
   * @param pblk the first block, below 2^32 like the last one
   * @return how many blocks were mapped: fewer than {@code length} if the pointers of the rest
   *     stand in another map block
   * @throws org.ext4map.model.NoSpaceException if a map block is needed and there is none; nothing
   *     has changed
   */
  public int insert(long lblk, int length, long pblk) throws IOException {
    BlockTree.requireLblk(lblk);
    if (length < 1 || pblk < 1 || pblk + length - 1 > MAX_PBLK) {
      throw new IllegalArgumentException(
          length + " blocks from pblk=" + pblk + ", allowed >= 1 below 2^32");
    }
    if (lblk < IndirectTree.DIRECT) {
      int count = (int) Math.min(length, IndirectTree.DIRECT - lblk);
      put(root, null, (int) lblk, count, pblk, lblk);
      return count;
    }
    int slot = IndirectTree.DIRECT;
    long base = IndirectTree.DIRECT;
    long unit = blocks.perBlock();
    while (lblk >= base + unit) {
      base += unit;
      unit *= blocks.perBlock();
      slot++;
      if (slot == root.count()) {
        throw new IllegalArgumentException("lblk=" + lblk + ", allowed below " + base);
      }
    }
    return insertBelow(slot, base, unit, lblk, length, pblk);
  }

  /** Goes down from i_block[slot], which answers for {@code unit} blocks from {@code top} on. */
  private int insertBelow(int slot, long top, long size, long lblk, int length, long pblk)
      throws IOException {
    IndirectBlock node = root;
    MetaBlock block = null;
    long above = 0;
    long base = top;
    long unit = size;
    int i = slot;
    while (unit > 1) {
      if (node.pointer(i) == 0) {
        return branch(node, block, i, base, unit, lblk, length, pblk);
      }
      long holder = block == null ? 0 : block.pblk();
      blocks.requireNotAbove(node.pointer(i), holder, above);
      above = holder;
      block = blocks.read(node.pointer(i));
      node = block.pointers();
      unit /= blocks.perBlock();
      i = (int) ((lblk - base) / unit);
      base += i * unit;
    }
    int count = (int) Math.min(Math.min(length, node.count() - i), END - lblk);
    put(node, block, i, count, pblk, lblk);
    return count;
  }

  /**
   * Hangs new map blocks, one for each level below pointer {@code slot}, with the run in the last.
   */
  private int branch(
      IndirectBlock node,
      @Nullable MetaBlock block,
      int slot,
      long base,
      long unit,
      long lblk,
      int length,
      long pblk)
      throws IOException {
    MetaBlock[] fresh = edit.newNodes(levelsBelow(unit), pblk, false, MAX_PBLK);
    int last = fresh.length - 1;
    long start = base;
    long part = unit;
    int i = 0;
    for (int level = 0; level <= last; level++) {
      part /= blocks.perBlock();
      i = (int) ((lblk - start) / part);
      start += i * part;
      if (level < last) {
        fresh[level].pointers().setPointer(i, fresh[level + 1].pblk());
      }
    }
    int count = (int) Math.min(Math.min(length, blocks.perBlock() - i), END - lblk);
    for (int each = 0; each < count; each++) {
      fresh[last].pointers().setPointer(i + each, pblk + each);
    }
    for (MetaBlock each : fresh) {
      blocks.adopt(each);
      edit.journal().changed(each);
    }
    edit.watcher().changed(lblk, lblk + count);
    begin(block);
    node.setPointer(slot, fresh[0].pblk());
    finish(block);
    return count;
  }

  private int levelsBelow(long unit) {
    int levels = 0;
    for (long rest = unit; rest > 1; rest /= blocks.perBlock()) {
      levels++;
    }
    return levels;
  }

  /**
   * Where the block {@code lblk} should lie: behind the nearest block before it whose pointer
   * stands in the same map block, or near that map block; {@code otherwise} in an empty root.
   * ext4_find_near.
   */
  public long goal(long lblk, long otherwise) throws IOException {
    BlockTree.requireLblk(lblk);
    IndirectBlock node = root;
    long near = otherwise;
    long above = 0;
    int i = (int) Math.min(lblk, IndirectTree.DIRECT);
    long base = Math.min(lblk, IndirectTree.DIRECT);
    long unit = lblk < IndirectTree.DIRECT ? 1 : blocks.perBlock();
    while (unit > 1 && lblk >= base + unit && i + 1 < root.count()) {
      base += unit;
      unit *= blocks.perBlock();
      i++;
    }
    while (unit > 1 && lblk < base + unit && node.pointer(i) != 0) {
      blocks.requireNotAbove(node.pointer(i), node == root ? 0 : near, above);
      above = node == root ? 0 : near;
      near = node.pointer(i);
      node = blocks.read(near).pointers();
      unit /= blocks.perBlock();
      i = (int) ((lblk - base) / unit);
      base += i * unit;
    }
    for (int before = i - 1; before >= 0; before--) {
      if (node.pointer(before) != 0) {
        return node.pointer(before) + 1;
      }
    }
    return near;
  }

  private void put(
      IndirectBlock node, @Nullable MetaBlock block, int i, int count, long pblk, long lblk)
      throws IOException {
    if (node.holeLength(i, i + count) < count) {
      throw new IllegalArgumentException(
          count + " blocks from " + lblk + " overlap what is mapped already");
    }
    edit.watcher().changed(lblk, lblk + count);
    begin(block);
    for (int each = 0; each < count; each++) {
      node.setPointer(i + each, pblk + each);
    }
    finish(block);
  }

  /**
   * Takes {@code [from, to)} out of the file and gives its blocks back, from the end to the
   * beginning, with the map blocks that hold nothing any more.
   *
   * @return {@code from} if all is done; otherwise where the rest ends: the journal handle is used
   *     up, and the caller goes on with a new one
   */
  public long remove(long from, long to) throws IOException {
    if (from < 0 || from >= to || to > END) {
      throw new IllegalArgumentException("blocks from " + from + " to before " + to);
    }
    edit.watcher().changed(from, to);
    met = 0;
    long[] bases = new long[root.count() + 1];
    long size = 1;
    for (int slot = 0; slot < root.count(); slot++) {
      size *= slot < IndirectTree.DIRECT ? 1 : blocks.perBlock();
      bases[slot + 1] = bases[slot] + size;
    }
    for (int slot = root.count() - 1; slot >= IndirectTree.DIRECT; slot--) {
      long unit = bases[slot + 1] - bases[slot];
      if (!clearChild(root, null, slot, bases[slot], unit, 0, from, to)) {
        return rest;
      }
    }
    if (from < IndirectTree.DIRECT && !clearRuns(root, null, 0, IndirectTree.DIRECT, from, to)) {
      return rest;
    }
    return from;
  }

  /** Clears the part of pointer {@code i}, which answers for {@code unit} blocks from base on. */
  private boolean clearChild(
      IndirectBlock node,
      @Nullable MetaBlock holder,
      int i,
      long base,
      long unit,
      long above,
      long from,
      long to)
      throws IOException {
    long pblk = node.pointer(i);
    if (pblk == 0 || base >= to || base + unit <= from) {
      return true;
    }
    long holderPblk = holder == null ? 0 : holder.pblk();
    blocks.requireNotAbove(pblk, holderPblk, above);
    blocks.requireFits("map blocks", ++met);
    MetaBlock block = blocks.read(pblk);
    IndirectBlock child = block.pointers();
    long part = unit / blocks.perBlock();
    if (part == 1) {
      if (!clearRuns(child, block, base, child.count(), from, to)) {
        return false;
      }
    } else {
      for (int j = child.count() - 1; j >= 0; j--) {
        if (!clearChild(child, block, j, base + j * part, part, holderPblk, from, to)) {
          return false;
        }
      }
    }
    if (child.holeLength(0, child.count()) == child.count()) {
      begin(holder);
      node.setPointer(i, 0);
      finish(holder);
      edit.journal().forget(block);
      edit.space().freeNode(pblk);
    }
    return true;
  }

  /** Clears data pointers of one block, run by run; all of them under this handle, or none. */
  private boolean clearRuns(
      IndirectBlock leaf, @Nullable MetaBlock block, long base, int count, long from, long to)
      throws IOException {
    int first = (int) Math.max(0, from - base);
    int limit = (int) Math.min(count, to - base);
    int i = first + leaf.holeLength(first, limit);
    if (i >= limit) {
      return true;
    }
    if (!edit.journal().extend(blocksPerChange())) {
      rest = base + limit;
      return false;
    }
    begin(block);
    while (i < limit) {
      int run = leaf.runLength(i, limit);
      edit.space().freeData(leaf.pointer(i), run);
      for (int each = i; each < i + run; each++) {
        leaf.setPointer(each, 0);
      }
      finish(block);
      i += run;
      i += leaf.holeLength(i, limit);
    }
    return true;
  }

  private void begin(@Nullable MetaBlock block) throws IOException {
    if (block != null) {
      edit.journal().willChange(block);
    }
  }

  private void finish(@Nullable MetaBlock block) throws IOException {
    if (block == null) {
      edit.journal().rootChanged();
    } else {
      edit.journal().changed(block);
    }
  }
}
