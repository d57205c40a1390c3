package org.ext4map.dir;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.ext4map.model.Extent;
import org.ext4map.model.ExtentState;
import org.ext4map.ondisk.ExtentNode;

/** The extents of one file in memory, disjoint and in order; each fits one entry of a tree. */
final class ExtentRuns {
  private final NavigableMap<Long, Extent> byStart = new TreeMap<>();

  /** The same extents, once more. */
  ExtentRuns copy() {
    ExtentRuns copy = new ExtentRuns();
    copy.byStart.putAll(byStart);
    return copy;
  }

  /** Adds an extent as it stands in a tree, behind all others. */
  void append(Extent extent) {
    byStart.put(extent.lblk(), extent);
  }

  /** Maps the extent's range so, whatever was there before; joins what continues. */
  void put(Extent extent) {
    remove(extent.lblk(), extent.end());
    Extent joined = extent;
    Map.Entry<Long, Extent> before = byStart.lowerEntry(extent.lblk());
    if (before != null && fitsOne(before.getValue(), joined)) {
      joined = join(before.getValue(), joined);
    }
    Extent after = byStart.get(extent.end());
    if (after != null && fitsOne(joined, after)) {
      byStart.remove(after.lblk());
      joined = join(joined, after);
    }
    byStart.put(joined.lblk(), joined);
  }

  private static boolean fitsOne(Extent first, Extent second) {
    int most =
        first.state() == ExtentState.WRITTEN
            ? ExtentNode.MAX_WRITTEN_LENGTH
            : ExtentNode.MAX_UNWRITTEN_LENGTH;
    return first.isContinuedBy(second) && first.length() + second.length() <= most;
  }

  private static Extent join(Extent first, Extent second) {
    return part(first, first.lblk(), second.end());
  }

  /** Unmaps {@code [from, to)}. */
  void remove(long from, long to) {
    Map.Entry<Long, Extent> before = byStart.lowerEntry(from);
    if (before != null && before.getValue().end() > from) {
      Extent cut = before.getValue();
      byStart.put(cut.lblk(), part(cut, cut.lblk(), from));
      if (cut.end() > to) {
        byStart.put(to, part(cut, to, cut.end()));
      }
    }
    NavigableMap<Long, Extent> inside = byStart.subMap(from, true, to, false);
    if (!inside.isEmpty()) {
      Extent last = inside.lastEntry().getValue();
      inside.clear();
      if (last.end() > to) {
        byStart.put(to, part(last, to, last.end()));
      }
    }
  }

  /** The blocks of {@code whole}, continued if need be, that {@code [from, to)} names. */
  private static Extent part(Extent whole, long from, long to) {
    long pblk = whole.pblk() + (from - whole.lblk());
    return new Extent(from, Math.toIntExact(to - from), pblk, whole.state());
  }

  /** The block that {@code lblk} is mapped to; 0 if it is in a hole. */
  long pblkOf(long lblk) {
    Map.Entry<Long, Extent> at = byStart.floorEntry(lblk);
    if (at == null || at.getValue().end() <= lblk) {
      return 0;
    }
    return at.getValue().pblk() + (lblk - at.getKey());
  }

  /** All extents in order. */
  List<Extent> list() {
    return new ArrayList<>(byStart.values());
  }
}
