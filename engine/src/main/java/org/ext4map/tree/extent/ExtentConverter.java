package org.ext4map.tree.extent;

import java.io.IOException;
import java.util.function.LongSupplier;
import org.ext4map.model.Extent;
import org.ext4map.model.ExtentState;
import org.ext4map.model.Mapping;
import org.ext4map.model.NoSpaceException;
import org.ext4map.ondisk.ExtentNode;
import org.ext4map.tree.TreeEdit;

/**
 * Changes what blocks of a file hold: unwritten becomes written and the other way round. Each call
 * answers the part of the request that lies in one entry, 1 … len blocks; callers loop.
 *
 * <pre>
 *   0-7:U@100   afterIo(2, 1)   0-1:U@100 2-2:W@102 3-7:U@103
 * </pre>
 *
 * <p>A split may need a node. Nodes come from the reserved blocks if there are no others; if even
 * those are gone, zeros on the device take the place of the split, and the entry as a whole becomes
 * (or stays) written. Never does a block turn written whose bytes are neither the caller's nor
 * zeros. Rules: Linux 6.12+ fs/ext4/extents.c, ext4_split_convert_extents.
 *
 * <p>Locks: the caller holds dataSem exclusively. Errors: {@link NoSpaceException} if neither is
 * possible; the file maps as before then. Any other error may leave a change half done: the journal
 * must be aborted.
 */
public final class ExtentConverter {
  private final NodeEditor nodes;
  private final ExtentEditor editor;
  private final LeafEdit leafEdit;
  private final TreeEdit edit;
  private final LongSupplier endOfFile;
  private final int maxZeroOut;

  ExtentConverter(Nodes nodes, TreeEdit edit, LongSupplier endOfFile, int maxZeroOut) {
    this.nodes = new NodeEditor(nodes, edit);
    this.editor = new ExtentEditor(nodes, edit);
    this.leafEdit = new LeafEdit(this.nodes);
    this.edit = edit;
    this.endOfFile = endOfFile;
    this.maxZeroOut = maxZeroOut;
  }

  /** The way to the entry that holds {@code lblk}; a hole is the caller's mistake. */
  private TreePath pathTo(long lblk) throws IOException {
    TreePath path = nodes.find(lblk);
    if (!path.covers(lblk)) {
      throw new IllegalArgumentException("block " + lblk + " is a hole, allowed mapped blocks");
    }
    return path;
  }

  private Extent extentAt(long lblk) throws IOException {
    TreePath path = pathTo(lblk);
    return path.leaf().extent(path.leafSlot());
  }

  private static void answer(long lblk, long end, Extent from, ExtentState state, Mapping out) {
    out.setMapped(lblk, (int) (end - lblk), from.pblk() + (lblk - from.lblk()), state);
  }

  /**
   * The data of {@code [lblk, lblk + len)} is on the device: unwritten becomes written, written
   * stays. ext4_convert_unwritten_extents_endio.
   */
  public void afterIo(long lblk, int len, Mapping out) throws IOException {
    TreePath path = pathTo(lblk);
    ExtentNode leaf = path.leaf();
    int i = path.leafSlot();
    long skip = lblk - leaf.key(i);
    int length = (int) Math.min(len, leaf.length(i) - skip);
    long pblk = leaf.pblk(i) + skip;
    if (leaf.isUnwritten(i)) {
      toWritten(path, lblk, lblk + length);
    }
    out.setMapped(lblk, length, pblk, ExtentState.WRITTEN);
  }

  /**
   * Gives {@code [from, to)}, a part of the path's entry, its new state: the entry becomes up to
   * three, what continues a neighbour joins it.
   *
   * @return false if the leaf has no room for that; nothing has changed
   */
  private boolean changeInLeaf(TreePath path, long from, long to, ExtentState state)
      throws IOException {
    ExtentNode leaf = path.leaf();
    int i = path.leafSlot();
    long key = leaf.key(i);
    int head = (int) (from - key);
    int length = (int) (to - from);
    int tail = leaf.length(i) - head - length;
    long pblk = leaf.pblk(i);
    ExtentState before = leaf.state(i);
    leafEdit.begin(path, i, i + 1);
    leafEdit.add(key, head, pblk, before);
    leafEdit.add(from, length, pblk + head, state);
    leafEdit.add(to, tail, pblk + head + length, before);
    return leafEdit.finish(path);
  }

  /**
   * The caller is about to write {@code [lblk, lblk + len)} under this handle: unwritten becomes
   * written; short leftovers beside it are zeroed and become written too, which is cheaper than
   * more entries. ext4_ext_convert_to_initialized.
   */
  public void forWrite(long lblk, int len, Mapping out) throws IOException {
    Extent extent = extentAt(lblk);
    long end = Math.min(lblk + len, extent.end());
    if (extent.state() == ExtentState.UNWRITTEN) {
      if (end < extent.end() && mayZero(extent, end) && !continuesNeighbour(extent, lblk, end)) {
        zeroLeftovers(extent, lblk, end);
      } else {
        toWritten(pathTo(lblk), lblk, end);
      }
    }
    answer(lblk, end, extent, ExtentState.WRITTEN, out);
  }

  /** True if a written neighbour in the same leaf can take {@code [lblk, end)} over as it is. */
  private boolean continuesNeighbour(Extent extent, long lblk, long end) throws IOException {
    TreePath path = nodes.find(lblk);
    int i = path.leafSlot();
    if (lblk > extent.lblk() || i == 0) {
      return false;
    }
    Extent before = path.leaf().extent(i - 1);
    int length = (int) (end - lblk);
    return before.isContinuedBy(new Extent(lblk, length, extent.pblk(), ExtentState.WRITTEN))
        && before.length() + length <= ExtentNode.MAX_WRITTEN_LENGTH;
  }

  private void zeroLeftovers(Extent extent, long lblk, long end) throws IOException {
    edit.watcher().changed(extent.lblk(), extent.end());
    long from = lblk;
    long to = end;
    if (extent.end() - lblk <= maxZeroOut) {
      zero(extent, end, extent.end());
      to = extent.end();
    }
    if (to - extent.lblk() < maxZeroOut) {
      zero(extent, extent.lblk(), lblk);
      from = extent.lblk();
    }
    toWritten(pathTo(lblk), from, to);
  }

  /**
   * Makes {@code [lblk, lblk + len)} an unwritten entry of its own, so that a later conversion
   * needs no split: the historical EXT4_GET_BLOCKS_PRE_IO. If there is no room for that, the whole
   * entry is zeroed and becomes written.
   */
  public void isolate(long lblk, int len, Mapping out) throws IOException {
    Extent extent = extentAt(lblk);
    long end = Math.min(lblk + len, extent.end());
    ExtentState state = extent.state();
    if (state == ExtentState.UNWRITTEN) {
      edit.watcher().changed(extent.lblk(), extent.end());
      try {
        splitOut(lblk, end);
      } catch (NoSpaceException full) {
        Extent rest = rejoined(lblk, end, full);
        zero(rest, rest.lblk(), rest.end());
        mark(lblk, ExtentState.WRITTEN);
        state = ExtentState.WRITTEN;
      }
    }
    answer(lblk, end, extent, state, out);
  }

  /**
   * {@code [lblk, lblk + len)} shall read as zeros and keep its blocks: written becomes unwritten.
   * Without room for the split, a short range is zeroed on the device instead and stays written.
   * convert_initialized_extent.
   */
  public void toUnwritten(long lblk, int len, Mapping out) throws IOException {
    Extent extent = extentAt(lblk);
    int most = ExtentNode.MAX_UNWRITTEN_LENGTH;
    long end = Math.min(lblk + (len > most ? most / 2 : len), extent.end());
    ExtentState state = ExtentState.UNWRITTEN;
    if (extent.state() == ExtentState.WRITTEN
        && !changeInLeaf(pathTo(lblk), lblk, end, ExtentState.UNWRITTEN)) {
      edit.watcher().changed(extent.lblk(), extent.end());
      try {
        splitOut(lblk, end);
        mark(lblk, ExtentState.UNWRITTEN);
      } catch (NoSpaceException full) {
        editor.joinAround(lblk);
        if (end - lblk > maxZeroOut) {
          throw full;
        }
        zero(extent, lblk, end);
        state = ExtentState.WRITTEN;
      }
    }
    answer(lblk, end, extent, state, out);
  }

  /**
   * Turns {@code [from, to)} of the path's unwritten entry written, or more of it after zeroing
   * that.
   */
  private void toWritten(TreePath path, long from, long to) throws IOException {
    if (changeInLeaf(path, from, to, ExtentState.WRITTEN)) {
      return;
    }
    Extent extent = path.leaf().extent(path.leafSlot());
    edit.watcher().changed(extent.lblk(), extent.end());
    try {
      splitOut(from, to);
      mark(from, ExtentState.WRITTEN);
    } catch (NoSpaceException full) {
      Extent rest = rejoined(from, to, full);
      zero(rest, rest.lblk(), from);
      zero(rest, to, rest.end());
      mark(from, ExtentState.WRITTEN);
    }
  }

  /** Makes {@code [from, to)}, which lies in one entry, an entry of its own. */
  private void splitOut(long from, long to) throws IOException {
    editor.splitAt(to);
    editor.splitAt(from);
  }

  /**
   * After a split that failed half way: the entry that holds {@code from} now, whole again if that
   * was possible.
   *
   * @throws NoSpaceException {@code full}, if zeros must not take the place of the split because
   *     blocks behind the end of the file would turn written, or others are being written
   */
  private Extent rejoined(long from, long to, NoSpaceException full) throws IOException {
    Extent rest = extentAt(from);
    if (!mayZero(rest, to)) {
      editor.joinAround(from);
      throw full;
    }
    return rest;
  }

  /**
   * True if the whole entry may become written: nothing of it lies behind the end of the file, and
   * nobody else is writing to it.
   */
  private boolean mayZero(Extent extent, long writtenTo) {
    return extent.end() <= Math.max(endOfFile.getAsLong(), writtenTo)
        && edit.zeroer().mayZeroBeside();
  }

  /** Gives the whole entry that holds {@code lblk} a state. */
  private void mark(long lblk, ExtentState state) throws IOException {
    TreePath path = pathTo(lblk);
    long key = path.leaf().key(path.leafSlot());
    boolean fits = changeInLeaf(path, key, key + path.leaf().length(path.leafSlot()), state);
    assert fits : "no entry more";
  }

  /** Zeros the part {@code [from, to)} of {@code extent} on the device; none if it is empty. */
  private void zero(Extent extent, long from, long to) throws IOException {
    if (from < to) {
      edit.zeroer().zero(extent.pblk() + (from - extent.lblk()), to - from);
    }
  }
}
