package org.ext4map.inspect;

import java.io.IOException;
import org.ext4map.Ext4File;
import org.ext4map.inspect.Difference.Change;
import org.ext4map.inspect.Difference.Range;
import org.ext4map.model.ExtentState;
import org.ext4map.model.Mapping;
import org.ext4map.ondisk.Geometry;
import org.jspecify.annotations.Nullable;

/** How one inode's contents are mapped in two images: a sweep over both maps at once. */
final class MapDiff {
  private final Ext4File before;
  private final Ext4File after;
  private final ImageDiff.Visitor visitor;
  private final Mapping one = new Mapping();
  private final Mapping other = new Mapping();

  private MapDiff(Ext4File before, Ext4File after, ImageDiff.Visitor visitor) {
    this.before = before;
    this.after = after;
    this.visitor = visitor;
  }

  static void compare(Ext4File before, Ext4File after, ImageDiff.Visitor visitor)
      throws IOException {
    new MapDiff(before, after, visitor).run();
  }

  private void run() throws IOException {
    @Nullable Range open = null;
    for (long lblk = 0; lblk < Geometry.maxLogicalBlocks(); ) {
      int most = (int) Math.min(Integer.MAX_VALUE, Geometry.maxLogicalBlocks() - lblk);
      map(before, lblk, most, one);
      map(after, lblk, Math.min(most, one.length()), other);
      Range next = range(lblk, Math.min(one.length(), other.length()));
      lblk += next.length();
      if (open != null && continues(open, next)) {
        open = joined(open, next);
      } else {
        tell(open);
        open = next;
      }
    }
    tell(open);
  }

  private static void map(Ext4File file, long lblk, int length, Mapping out) throws IOException {
    if (file.isMapped()) {
      file.map(lblk, length, out);
    } else {
      out.setHole(lblk, length);
    }
  }

  private Range range(long lblk, int length) {
    boolean was = one.state().isMapped();
    boolean is = other.state().isMapped();
    long from = was ? one.pblk() : 0;
    long to = is ? other.pblk() : 0;
    return new Range(
        before.ino(), change(was, is), lblk, length, one.state(), from, other.state(), to);
  }

  /** What the two answers say; equal ones count as moved by nothing, see {@link #isChange}. */
  private Change change(boolean was, boolean is) {
    if (!was) {
      return Change.ALLOCATED;
    }
    if (!is) {
      return Change.FREED;
    }
    if (one.state() == other.state()) {
      return Change.MOVED;
    }
    return one.pblk() == other.pblk() ? Change.CONVERTED : Change.MOVED_AND_CONVERTED;
  }

  private static boolean isChange(Range range) {
    return range.stateBefore() != range.stateAfter() || range.pblkBefore() != range.pblkAfter();
  }

  private static boolean continues(Range open, Range next) {
    return open.stateBefore() == next.stateBefore()
        && open.stateAfter() == next.stateAfter()
        && goesOn(open.stateBefore(), open.pblkBefore(), open.length(), next.pblkBefore())
        && goesOn(open.stateAfter(), open.pblkAfter(), open.length(), next.pblkAfter());
  }

  private static boolean goesOn(ExtentState state, long pblk, long length, long next) {
    return !state.isMapped() || pblk + length == next;
  }

  private static Range joined(Range open, Range next) {
    return new Range(
        open.ino(),
        open.change(),
        open.lblk(),
        open.length() + next.length(),
        open.stateBefore(),
        open.pblkBefore(),
        open.stateAfter(),
        open.pblkAfter());
  }

  private void tell(@Nullable Range range) throws IOException {
    if (range != null && isChange(range)) {
      visitor.visit(range);
    }
  }
}
