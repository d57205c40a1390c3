package org.ext4map.bench;

import java.util.Arrays;
import java.util.List;
import org.ext4map.model.Extent;
import org.ext4map.model.ExtentState;

/**
 * The baseline: extents in sorted arrays and the ways that plain Java has to search them. Each
 * answers with the physical block, its state in the top bit, or {@link #HOLE}.
 */
final class SortedExtents {
  /** The answer for a block of no extent. */
  static final long HOLE = -1;

  private static final long UNWRITTEN = 1L << 62;

  private final int[] lblks;
  private final int[] lengths;
  private final long[] pblks;

  SortedExtents(List<Extent> extents) {
    int count = extents.size();
    lblks = new int[count];
    lengths = new int[count];
    pblks = new long[count];
    for (int i = 0; i < count; i++) {
      Extent extent = extents.get(i);
      lblks[i] = Math.toIntExact(extent.lblk());
      lengths[i] = extent.length();
      pblks[i] = extent.pblk() | (extent.state() == ExtentState.UNWRITTEN ? UNWRITTEN : 0);
    }
  }

  /** The library's binary search. */
  long library(int lblk) {
    int found = Arrays.binarySearch(lblks, lblk);
    return answer(found >= 0 ? found : -found - 2, lblk);
  }

  /** Binary search with a branch on each comparison. */
  long branching(int lblk) {
    int low = 0;
    int high = lblks.length;
    while (high - low > 1) {
      int middle = (low + high) >>> 1;
      if (lblks[middle] <= lblk) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return answer(low, lblk);
  }

  /** Binary search with a conditional move, if the compiler likes. */
  long conditional(int lblk) {
    int base = 0;
    int length = lblks.length;
    while (length > 1) {
      int half = length >>> 1;
      base = lblks[base + half] <= lblk ? base + half : base;
      length -= half;
    }
    return answer(base, lblk);
  }

  /** Binary search with arithmetic in the place of the branch. */
  long branchFree(int lblk) {
    int base = 0;
    int length = lblks.length;
    while (length > 1) {
      int half = length >>> 1;
      base += ~((lblk - lblks[base + half]) >> 31) & half;
      length -= half;
    }
    return answer(base, lblk);
  }

  /** Search that cuts into four: three comparisons a step that do not wait for each other. */
  long fourWay(int lblk) {
    int base = 0;
    int length = lblks.length;
    while (length > 3) {
      int quarter = length >>> 2;
      int first = ~((lblk - lblks[base + quarter]) >> 31) & quarter;
      int second = ~((lblk - lblks[base + 2 * quarter]) >> 31) & quarter;
      int third = ~((lblk - lblks[base + 3 * quarter]) >> 31) & quarter;
      base += first + second + third;
      length -= 3 * quarter;
    }
    for (; length > 1; length--) {
      base += ~((lblk - lblks[Math.min(base + 1, lblks.length - 1)]) >> 31) & 1;
    }
    return answer(Math.min(base, lblks.length - 1), lblk);
  }

  /** Searches for the first block of every extent in order; the sum of the answers. */
  long sweep() {
    long sum = 0;
    for (int lblk : lblks) {
      sum += branchFree(lblk);
    }
    return sum;
  }

  private long answer(int i, int lblk) {
    int offset = lblk - (i < 0 ? 0 : lblks[i]);
    return i >= 0 && offset >= 0 && offset < lengths[i] ? pblks[i] + offset : HOLE;
  }
}
