package org.ext4map.tree.extent;

import java.io.IOException;
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
  private final TreeEdit edit;
  private final long endOfFile;
  private final int maxZeroOut;

  ExtentConverter(Nodes nodes, TreeEdit edit, long endOfFile, int maxZeroOut) {
    this.nodes = new NodeEditor(nodes, edit);
    this.editor = new ExtentEditor(nodes, edit);
    this.edit = edit;
    this.endOfFile = endOfFile;
    this.maxZeroOut = maxZeroOut;
  }

  /** The entry that holds {@code lblk}; a hole is the caller's mistake. */
  private Extent extentAt(long lblk) throws IOException {
    TreePath path = nodes.find(lblk);
    if (!path.covers(lblk)) {
      throw new IllegalArgumentException("block " + lblk + " is a hole, allowed mapped blocks");
    }
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
    Extent extent = extentAt(lblk);
    long end = Math.min(lblk + len, extent.end());
    if (extent.state() == ExtentState.UNWRITTEN) {
      toWritten(extent, lblk, end);
    }
    answer(lblk, end, extent, ExtentState.WRITTEN, out);
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
      if (end < extent.end() && mayZero(extent, end) && !canTransfer(extent, lblk, end)) {
        zeroLeftovers(extent, lblk, end);
      } else {
        toWritten(extent, lblk, end);
      }
    }
    answer(lblk, end, extent, ExtentState.WRITTEN, out);
  }

  private void zeroLeftovers(Extent extent, long lblk, long end) throws IOException {
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
    toWritten(extent, from, to);
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
        mark(rest, ExtentState.WRITTEN);
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
    if (extent.state() == ExtentState.WRITTEN) {
      edit.watcher().changed(extent.lblk(), extent.end());
      try {
        splitOut(lblk, end);
        mark(extentAt(lblk), ExtentState.UNWRITTEN);
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

  /** Turns {@code [from, to)} of an unwritten entry written, or more of it after zeroing that. */
  private void toWritten(Extent extent, long from, long to) throws IOException {
    edit.watcher().changed(extent.lblk(), extent.end());
    if (canTransfer(extent, from, to)) {
      transfer(extent, from, to);
      return;
    }
    try {
      splitOut(from, to);
      mark(extentAt(from), ExtentState.WRITTEN);
    } catch (NoSpaceException full) {
      Extent rest = rejoined(from, to, full);
      zero(rest, rest.lblk(), from);
      zero(rest, to, rest.end());
      mark(rest, ExtentState.WRITTEN);
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
    return extent.end() <= Math.max(endOfFile, writtenTo) && edit.zeroer().mayZeroBeside();
  }

  private void mark(Extent extent, ExtentState state) throws IOException {
    TreePath path = nodes.find(extent.lblk());
    nodes.replace(path, path.leafSlot(), extent.lblk(), extent.length(), extent.pblk(), state);
    editor.joinAround(extent.lblk());
  }

  /** Zeros the part {@code [from, to)} of {@code extent} on the device; none if it is empty. */
  private void zero(Extent extent, long from, long to) throws IOException {
    if (from < to) {
      edit.zeroer().zero(extent.pblk() + (from - extent.lblk()), to - from);
    }
  }

  /** True if a written neighbour in the same leaf can take {@code [from, to)} over as it is. */
  private boolean canTransfer(Extent extent, long from, long to) throws IOException {
    return takesLeft(extent, from, to) || takesRight(extent, from, to);
  }

  private boolean takesLeft(Extent extent, long from, long to) throws IOException {
    TreePath path = nodes.find(extent.lblk());
    int i = path.leafSlot();
    return from == extent.lblk()
        && to < extent.end()
        && i > 0
        && joins(path.leaf().extent(i - 1), part(extent, from, to));
  }

  private boolean takesRight(Extent extent, long from, long to) throws IOException {
    TreePath path = nodes.find(extent.lblk());
    int i = path.leafSlot();
    return to == extent.end()
        && from > extent.lblk()
        && i + 1 < path.leaf().entries()
        && joins(part(extent, from, to), path.leaf().extent(i + 1));
  }

  private static Extent part(Extent extent, long from, long to) {
    long pblk = extent.pblk() + (from - extent.lblk());
    return new Extent(from, (int) (to - from), pblk, ExtentState.WRITTEN);
  }

  private static boolean joins(Extent first, Extent second) {
    return first.isContinuedBy(second)
        && first.length() + second.length() <= ExtentNode.MAX_WRITTEN_LENGTH;
  }

  /** Shrinks the entry, then lets the neighbour grow by as much; needs no slot and no block. */
  private void transfer(Extent extent, long from, long to) throws IOException {
    int moved = (int) (to - from);
    boolean left = takesLeft(extent, from, to);
    TreePath path = nodes.find(extent.lblk());
    int i = path.leafSlot();
    long start = left ? to : extent.lblk();
    long pblk = left ? extent.pblk() + moved : extent.pblk();
    nodes.replace(path, i, start, extent.length() - moved, pblk, ExtentState.UNWRITTEN);
    path = nodes.find(start);
    int beside = left ? i - 1 : i + 1;
    Extent grown = path.leaf().extent(beside);
    nodes.replace(
        path,
        beside,
        left ? grown.lblk() : from,
        grown.length() + moved,
        left ? grown.pblk() : grown.pblk() - moved,
        ExtentState.WRITTEN);
    editor.joinAround(left ? grown.lblk() : from);
  }
}
