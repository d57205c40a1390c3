package org.ext4map.journal;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.Extent;
import org.ext4map.model.ExtentState;

/** Where the blocks of the journal's file stand on the device. Immutable. */
final class JournalMap {
  private static final String NAME = "journal inode";

  private final Extent[] byLog;
  private final Extent[] byHome;
  private final long length;

  /**
   * Takes the journal's map as its inode has it.
   *
   * @param extents ascending by lblk
   * @param blocksCount of the file system
   * @throws CorruptionException if the map has holes, unwritten blocks, blocks outside the file
   *     system or one block twice
   */
  JournalMap(List<Extent> extents, long blocksCount) throws CorruptionException {
    long next = 0;
    for (Extent extent : extents) {
      if (extent.lblk() != next || extent.state() != ExtentState.WRITTEN) {
        throw CorruptionException.ofText(
            NAME, "block map", extent.toString(), "written blocks without a hole", "lblk=" + next);
      }
      if (extent.pblk() < 1 || extent.pblk() > blocksCount - extent.length()) {
        throw CorruptionException.ofText(
            NAME, "block map", extent.toString(), "< " + blocksCount, "lblk=" + next);
      }
      next = extent.end();
    }
    this.length = next;
    this.byLog = extents.toArray(Extent[]::new);
    this.byHome = byLog.clone();
    Arrays.sort(byHome, Comparator.comparingLong(Extent::pblk));
    for (int i = 1; i < byHome.length; i++) {
      if (byHome[i].pblk() < byHome[i - 1].pblk() + byHome[i - 1].length()) {
        throw CorruptionException.ofText(
            NAME, "block map", byHome[i].toString(), "no block twice", byHome[i - 1].toString());
      }
    }
  }

  /** Blocks of the journal. */
  long length() {
    return length;
  }

  /** The device block of log block {@code logBlock}, which must be less than {@link #length}. */
  long pblk(long logBlock) {
    int low = 0;
    int high = byLog.length - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (byLog[middle].lblk() <= logBlock) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    Extent extent = byLog[low];
    return extent.pblk() + (logBlock - extent.lblk());
  }

  /** True if device block {@code pblk} belongs to the journal. */
  boolean contains(long pblk) {
    int low = 0;
    int high = byHome.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      Extent extent = byHome[middle];
      if (pblk < extent.pblk()) {
        high = middle - 1;
      } else if (pblk >= extent.pblk() + extent.length()) {
        low = middle + 1;
      } else {
        return true;
      }
    }
    return false;
  }
}
