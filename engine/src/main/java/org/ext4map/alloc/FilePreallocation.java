package org.ext4map.alloc;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.ext4map.model.BlockRange;
import org.jspecify.annotations.Nullable;

/**
 * Blocks set aside for one file, each for one logical block: the inode's preallocations. They exist
 * in memory only and are free on disk. One for each open inode; give them back with {@link
 * BlockAllocator#discard} when it is closed, truncated or punched.
 *
 * <pre>
 *   windows, by logical block   [ 0-511 at 9000 ]    [ 2048-4095 at 40000 ]
 *   kept: a bit for each block  [ 000000111111… ]    [ 11101111011111111… ]     0: given to the file
 * </pre>
 *
 * As the kernel's pa, a window stays as it was set aside until all of it is given. So a block that
 * is taken out of its middle costs a bit and not two windows.
 *
 * <p>Threads: any; its monitor is held for moments only, and no other lock is taken under it.
 */
public final class FilePreallocation {
  /** More windows than this are not worth keeping. */
  private static final int MAX_WINDOWS = 512;

  private static final int FEW = 4;

  /** Disjoint, by logical block; none of them is empty. */
  private Kept[] windows = new Kept[FEW];

  private int count;

  /** Blocks {@code [pblk, pblk + length)}, hidden, kept for logical blocks from {@code lblk} on. */
  private static final class Kept {
    final long lblk;
    final long pblk;
    final int length;
    private final long[] bits;
    private int left;

    Kept(long lblk, long pblk, int length) {
      this.lblk = lblk;
      this.pblk = pblk;
      this.length = length;
      this.left = length;
      this.bits = new long[(length + Long.SIZE - 1) / Long.SIZE];
      Arrays.fill(bits, ~0L);
    }

    long end() {
      return lblk + length;
    }

    boolean has(int i) {
      return i < length && (bits[i / Long.SIZE] >>> i & 1) != 0;
    }

    /** How many are kept from {@code from} on without a gap, up to {@code most}. */
    int runAt(int from, int most) {
      int run = 0;
      while (run < most && has(from + run)) {
        run++;
      }
      return run;
    }

    void give(int from, int run) {
      for (int i = from; i < from + run; i++) {
        bits[i / Long.SIZE] &= ~(1L << i);
      }
      left -= run;
    }

    void addTo(List<BlockRange> all) {
      for (int i = 0; i < length; i++) {
        int run = runAt(i, length);
        if (run > 0) {
          all.add(new BlockRange(pblk + i, run));
        }
        i += run;
      }
    }
  }

  /**
   * Takes the blocks kept for {@code lblk} and up to {@code most} after it; null if none are, or if
   * one of them does not lie before {@code limit}.
   */
  synchronized @Nullable BlockRange take(long lblk, int most, long limit) {
    int i = floor(lblk);
    if (i < 0 || lblk >= windows[i].end()) {
      return null;
    }
    Kept window = windows[i];
    int from = (int) (lblk - window.lblk);
    int run = window.runAt(from, most);
    if (run == 0 || window.pblk + from + run > limit) {
      return null;
    }
    window.give(from, run);
    if (window.left == 0) {
      remove(i);
    }
    return new BlockRange(window.pblk + from, run);
  }

  /** The last window that begins at or before {@code lblk}; −1 if none does. */
  private int floor(long lblk) {
    int low = 0;
    int high = count - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      if (windows[middle].lblk <= lblk) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return high;
  }

  private void remove(int i) {
    count--;
    System.arraycopy(windows, i + 1, windows, i, count - i);
    windows[count] = null;
  }

  /**
   * Keeps {@code length} blocks from {@code pblk} on for the logical blocks from {@code lblk} on,
   * unless there are too many windows or one that they would overlap; false then.
   */
  synchronized boolean add(long lblk, long pblk, int length) {
    int before = floor(lblk + length - 1);
    if (count == MAX_WINDOWS || (before >= 0 && windows[before].end() > lblk)) {
      return false;
    }
    if (count == windows.length) {
      windows = Arrays.copyOf(windows, count * 2);
    }
    int at = before + 1;
    System.arraycopy(windows, at, windows, at + 1, count - at);
    windows[at] = new Kept(lblk, pblk, length);
    count++;
    return true;
  }

  /**
   * Where a window that holds {@code lblk}, for which nothing is kept, can begin: at the end of the
   * one before it; at {@code lblk} itself if that lies in one.
   */
  synchronized long roomFrom(long lblk) {
    int i = floor(lblk);
    return i < 0 ? 0 : Math.min(lblk, windows[i].end());
  }

  /** Where it has to end at the latest: at the next window; the largest number if there is none. */
  synchronized long roomTo(long lblk) {
    int i = floor(lblk);
    if (i >= 0 && lblk < windows[i].end()) {
      return lblk + 1;
    }
    return i + 1 < count ? windows[i + 1].lblk : Long.MAX_VALUE;
  }

  /** Takes everything out. */
  synchronized List<BlockRange> drain() {
    List<BlockRange> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      windows[i].addTo(all);
    }
    Arrays.fill(windows, 0, count, null);
    count = 0;
    return all;
  }

  synchronized boolean isEmpty() {
    return count == 0;
  }
}
