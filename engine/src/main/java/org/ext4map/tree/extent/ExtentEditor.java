package org.ext4map.tree.extent;

import java.io.IOException;
import org.ext4map.buffer.MetaBlock;
import org.ext4map.model.Extent;
import org.ext4map.model.ExtentState;
import org.ext4map.ondisk.ExtentNode;
import org.ext4map.ondisk.Geometry;
import org.ext4map.tree.TreeEdit;

/**
 * Changes where the blocks of a file lie: adds, takes away, moves. Works under one journal handle;
 * {@link ExtentConverter} changes what they hold.
 *
 * <p>Locks: the caller holds dataSem exclusively. Errors: {@link
 * org.ext4map.model.NoSpaceException} if a node is needed and there is no block for it; the file
 * maps as before then. Any other error may leave a change half done: the journal must be aborted.
 * Source: Linux fs/ext4/extents.c, ext4_ext_insert_extent, ext4_ext_remove_space,
 * ext4_ext_shift_extents.
 */
public final class ExtentEditor {
  private static final long END = Geometry.maxLogicalBlocks();

  private final Nodes nodes;
  private final NodeEditor editor;
  private final LeafEdit leafEdit;
  private final TreeEdit edit;

  ExtentEditor(Nodes nodes, TreeEdit edit) {
    this.nodes = nodes;
    this.editor = new NodeEditor(nodes, edit);
    this.leafEdit = new LeafEdit(editor);
    this.edit = edit;
  }

  /**
   * Blocks that one {@link #insert} or one conversion of this tree changes at most: each of the two
   * splits of a conversion may add a node at every level.
   */
  public int blocksPerChange() throws IOException {
    return 2 * (2 * (nodes.root().depth() + 1) + 1);
  }

  /**
   * Maps a hole, joining the new run with its neighbours where they continue each other.
   *
   * @param extent written or unwritten; all its blocks lie in a hole
   * @param useReserved true if nodes may be taken from the blocks kept back for conversions
   */
  public void insert(Extent extent, boolean useReserved) throws IOException {
    requireLength(extent.length(), extent.state());
    TreePath path = editor.find(extent.lblk());
    int i = firstFrom(path.leaf(), extent.lblk());
    requireHole(path, i, extent);
    leafEdit.begin(path, i, i);
    leafEdit.add(extent.lblk(), extent.length(), extent.pblk(), extent.state());
    if (!leafEdit.finish(path)) {
      editor.insert(extent.lblk(), extent.length(), extent.pblk(), extent.state(), useReserved);
      joinAround(extent.lblk());
    }
  }

  private static void requireLength(int length, ExtentState state) {
    int most = LeafEdit.maxLength(state);
    if (!state.isMapped() || length > most) {
      throw new IllegalArgumentException(
          "extent of " + length + " blocks, " + state + ", allowed 1 … " + most);
    }
  }

  private static void requireHole(TreePath path, int next, Extent extent) {
    ExtentNode leaf = path.leaf();
    long limit = next < leaf.entries() ? leaf.key(next) : path.end();
    if (path.covers(extent.lblk()) || extent.end() > limit) {
      throw new IllegalArgumentException(extent + " overlaps what is mapped already");
    }
  }

  /** Joins the entry that holds {@code lblk} with those beside it in its leaf. */
  public void joinAround(long lblk) throws IOException {
    TreePath path = editor.find(lblk);
    int i = path.leafSlot();
    ExtentNode leaf = path.leaf();
    if (leaf.entries() == 0) {
      return;
    }
    leafEdit.begin(path, i, i + 1);
    leafEdit.add(leaf.key(i), leaf.length(i), leaf.pblk(i), leaf.state(i));
    leafEdit.finishIfJoined(path);
  }

  /**
   * Makes {@code lblk} the first block of an entry, if it lies inside one; states stay. On any
   * error the entry is whole again.
   */
  void splitAt(long lblk) throws IOException {
    if (lblk >= END) {
      return;
    }
    TreePath path = editor.find(lblk);
    int i = path.leafSlot();
    if (!path.covers(lblk) || path.leaf().key(i) == lblk) {
      return;
    }
    Extent whole = path.leaf().extent(i);
    int head = (int) (lblk - whole.lblk());
    editor.replace(path, i, whole.lblk(), head, whole.pblk(), whole.state());
    try {
      int tail = whole.length() - head;
      editor.insert(lblk, tail, whole.pblk() + head, whole.state(), true);
    } catch (IOException e) {
      restore(whole, e);
      throw e;
    }
  }

  /**
   * Makes {@code length} blocks from {@code lblk} on an entry of their own; they lie in one. As
   * {@link #splitAt}: a failure leaves an entry in two pieces at most.
   */
  public void isolate(long lblk, int length) throws IOException {
    splitAt(lblk);
    splitAt(lblk + length);
  }

  /**
   * Puts other blocks, or another state, in the place of an entry's: one side of a swap between two
   * files. Needs no block. Does not join, see {@link #joinAround}.
   *
   * @param replacement begins and ends where an entry does, see {@link #isolate}
   * @return what the entry was; its blocks are the caller's now
   */
  public Extent exchange(Extent replacement) throws IOException {
    requireLength(replacement.length(), replacement.state());
    TreePath path = editor.find(replacement.lblk());
    Extent old = path.covers(replacement.lblk()) ? path.leaf().extent(path.leafSlot()) : null;
    if (old == null || old.lblk() != replacement.lblk() || old.end() != replacement.end()) {
      throw new IllegalArgumentException(replacement + " is to take the place of " + old);
    }
    edit.watcher().changed(old.lblk(), old.end());
    editor.replace(
        path,
        path.leafSlot(),
        replacement.lblk(),
        replacement.length(),
        replacement.pblk(),
        replacement.state());
    return old;
  }

  /**
   * Where the block {@code lblk} should lie: as far from the entry beside it on the device as in
   * the file; near the leaf if that is empty; {@code otherwise} in an empty root.
   * ext4_ext_find_goal.
   */
  public long goal(long lblk, long otherwise) throws IOException {
    TreePath path = editor.find(lblk);
    if (path.leaf().entries() > 0) {
      Extent beside = path.leaf().extent(path.leafSlot());
      return Math.max(0, beside.pblk() + lblk - beside.lblk());
    }
    MetaBlock block = path.block(path.depth());
    return block == null ? otherwise : block.pblk();
  }

  private void restore(Extent whole, IOException cause) {
    try {
      TreePath path = editor.find(whole.lblk());
      editor.replace(
          path, path.leafSlot(), whole.lblk(), whole.length(), whole.pblk(), whole.state());
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  /**
   * Takes {@code [from, to)} out of the file and gives its blocks back, from the end to the
   * beginning: ext4_ext_remove_space.
   *
   * @return {@code from} if all is done; otherwise where the rest ends: the journal handle is used
   *     up, and the caller goes on with a new one
   */
  public long remove(long from, long to) throws IOException {
    requireRange(from, to);
    edit.watcher().changed(from, to);
    if (cutOut(from, to)) {
      return from;
    }
    long end = to;
    trimHead(from, to);
    while (end > from) {
      if (!edit.journal().extend(blocksPerChange())) {
        return end;
      }
      TreePath path = editor.find(end - 1);
      ExtentNode leaf = path.leaf();
      int i = path.leafSlot();
      if (leaf.entries() == 0 || leaf.key(i) >= end) {
        end = path.from();
      } else if (leaf.key(i) + leaf.length(i) <= from) {
        end = from;
      } else {
        end = removeTail(path, leaf.extent(i), from);
      }
    }
    editor.shrinkRoot();
    return from;
  }

  /**
   * Takes {@code [from, to)} out of the one entry that holds it, if something of that stays and the
   * leaf has room for it.
   */
  private boolean cutOut(long from, long to) throws IOException {
    TreePath path = editor.find(from);
    if (!path.covers(from)) {
      return false;
    }
    ExtentNode leaf = path.leaf();
    int i = path.leafSlot();
    long key = leaf.key(i);
    long pblk = leaf.pblk(i);
    int head = (int) (from - key);
    long tail = key + leaf.length(i) - to;
    if (tail < 0 || head + tail == 0) {
      return false;
    }
    int gone = (int) (to - from);
    leafEdit.begin(path, i, i + 1);
    leafEdit.add(key, head, pblk, leaf.state(i));
    leafEdit.add(to, (int) tail, pblk + head + gone, leaf.state(i));
    if (!leafEdit.finish(path)) {
      return false;
    }
    edit.space().freeData(pblk + head, gone);
    return true;
  }

  /**
   * If an entry goes on behind {@code to}, takes what it has in the range away. Only an entry that
   * begins before {@code from} too becomes two, which can need a node.
   */
  private void trimHead(long from, long to) throws IOException {
    TreePath path = editor.find(to - 1);
    int i = path.leafSlot();
    if (to == END || !path.covers(to - 1) || path.leaf().extent(i).end() == to) {
      return;
    }
    Extent extent = path.leaf().extent(i);
    if (extent.lblk() < from) {
      splitAt(to);
      return;
    }
    int gone = (int) (to - extent.lblk());
    long kept = extent.pblk() + gone;
    edit.space().freeData(extent.pblk(), gone);
    editor.replace(path, i, to, extent.length() - gone, kept, extent.state());
  }

  /** Takes the part of {@code extent} from {@code from} on away; answers where that begins. */
  private long removeTail(TreePath path, Extent extent, long from) throws IOException {
    long cut = Math.max(from, extent.lblk());
    int kept = (int) (cut - extent.lblk());
    edit.space().freeData(extent.pblk() + kept, extent.length() - kept);
    if (kept == 0) {
      editor.delete(path, path.leafSlot());
    } else {
      editor.replace(path, path.leafSlot(), extent.lblk(), kept, extent.pblk(), extent.state());
    }
    return cut;
  }

  /**
   * Moves everything from {@code from} on {@code by} blocks towards the beginning, over a hole:
   * FALLOC_FL_COLLAPSE_RANGE's second half.
   *
   * @return 2^32−1 if all is done; otherwise where the rest begins: the caller goes on there, with
   *     the same {@code by}, under a new handle
   * @throws IllegalArgumentException if {@code [from - by, from)} is not a hole
   */
  public long shiftLeft(long from, long by) throws IOException {
    requireRange(from, END);
    if (by < 1 || by > from || !isHole(from - by, from)) {
      throw new IllegalArgumentException("shift from " + from + " by -" + by + ": no hole there");
    }
    edit.watcher().changed(from - by, END);
    long next = from;
    while (next < END) {
      if (!edit.journal().extend(blocksPerChange())) {
        return next;
      }
      TreePath path = editor.find(next);
      long end = path.end();
      int first = firstFrom(path.leaf(), next);
      if (first < path.leaf().entries()) {
        long joint = path.leaf().key(first) - by;
        editor.shift(path, first, -by);
        joinAround(joint);
      }
      next = end;
    }
    return END;
  }

  private boolean isHole(long from, long to) throws IOException {
    for (long lblk = from; lblk < to; ) {
      TreePath path = editor.find(lblk);
      int i = firstFrom(path.leaf(), lblk);
      if (path.covers(lblk) || (i < path.leaf().entries() && path.leaf().key(i) < to)) {
        return false;
      }
      lblk = path.end();
    }
    return true;
  }

  /**
   * Moves everything from {@code from} on {@code by} blocks towards the end, splitting what
   * straddles it: FALLOC_FL_INSERT_RANGE.
   *
   * @param to only what lies before it; 2^32−1 at first, then what the last call answered
   * @return {@code from} if all is done; otherwise where the rest ends: the caller goes on there
   *     under a new handle
   * @throws IllegalArgumentException if the last block would leave the range of a file
   */
  public long shiftRight(long from, long to, long by) throws IOException {
    requireRange(from, to);
    if (to == END && (by < 1 || lastEnd() > END - by)) {
      throw new IllegalArgumentException("shift by " + by + " of a file that ends at " + lastEnd());
    }
    splitAt(from);
    edit.watcher().changed(from, END);
    long end = to;
    while (end > from) {
      if (!edit.journal().extend(blocksPerChange())) {
        return end;
      }
      TreePath path = editor.find(end - 1);
      long start = path.from();
      int first = firstFrom(path.leaf(), from);
      if (first < path.leaf().entries()) {
        editor.shift(path, first, by);
      }
      end = Math.max(from, start);
    }
    return from;
  }

  private static int firstFrom(ExtentNode leaf, long lblk) {
    int i = leaf.entries() == 0 ? 0 : leaf.search(lblk);
    return i < leaf.entries() && leaf.key(i) < lblk ? i + 1 : i;
  }

  private long lastEnd() throws IOException {
    ExtentNode leaf = editor.find(END - 1).leaf();
    int last = leaf.entries() - 1;
    return last < 0 ? 0 : leaf.key(last) + leaf.length(last);
  }

  private static void requireRange(long from, long to) {
    if (from < 0 || from >= to || to > END) {
      throw new IllegalArgumentException("blocks from " + from + " to before " + to);
    }
  }
}
