package org.ext4map.alloc;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.ext4map.journal.JournalHandle;
import org.jspecify.annotations.Nullable;

/**
 * Blocks freed by transactions that may still be lost. They stay hidden until their transaction has
 * committed: if another file got them before, a crash would leave two owners.
 *
 * <p>Threads: any. Memory: 16 bytes for each call of free since the last commit.
 */
final class PendingFrees {
  private final AtomicLong blocks = new AtomicLong();
  private final Release release;

  /** Guarded by itself, as is all below. */
  private final Map<Long, Ranges> byTid = new HashMap<>();

  /** The ranges that were added to last; nearly always those that are added to next. */
  private @Nullable Ranges last;

  /** Used for the next transaction. */
  private @Nullable Ranges spare;

  /** Takes a range of blocks. */
  @FunctionalInterface
  interface Release {
    /** Blocks {@code [pblk, pblk + count)}. */
    void release(long pblk, long count);
  }

  /** What one transaction has freed: first block and number of blocks in turn. */
  private static final class Ranges {
    private static final int FEW = 64;

    private long tid;
    private long[] pairs = new long[FEW];
    private int used;

    void add(long pblk, long count) {
      if (used == pairs.length) {
        pairs = Arrays.copyOf(pairs, used * 2);
      }
      pairs[used++] = pblk;
      pairs[used++] = count;
    }
  }

  /**
   * Starts without any.
   *
   * @param release makes a range available again; called by the thread that reports the commit
   */
  PendingFrees(Release release) {
    this.release = release;
  }

  /** Blocks that wait for a commit. */
  long blocks() {
    return blocks.get();
  }

  /** Keeps blocks, already hidden, until the transaction of {@code handle} has committed. */
  void add(JournalHandle handle, long pblk, long count) {
    long tid = handle.tid();
    blocks.addAndGet(count);
    boolean first;
    synchronized (byTid) {
      Ranges ranges = rangesOf(tid);
      first = ranges.used == 0;
      ranges.add(pblk, count);
    }
    if (first) {
      handle.onCommit(() -> committed(tid));
    }
  }

  private Ranges rangesOf(long tid) {
    Ranges ranges = last;
    if (ranges == null || ranges.tid != tid) {
      ranges = byTid.get(tid);
      if (ranges == null) {
        ranges = spare == null ? new Ranges() : spare;
        spare = null;
        ranges.tid = tid;
        byTid.put(tid, ranges);
      }
      last = ranges;
    }
    return ranges;
  }

  private void committed(long tid) {
    Ranges ranges;
    synchronized (byTid) {
      ranges = Objects.requireNonNull(byTid.remove(tid), "committed twice");
      if (last == ranges) {
        last = null;
      }
    }
    for (int i = 0; i < ranges.used; i += 2) {
      release.release(ranges.pairs[i], ranges.pairs[i + 1]);
      blocks.addAndGet(-ranges.pairs[i + 1]);
    }
    ranges.used = 0;
    synchronized (byTid) {
      spare = ranges;
    }
  }
}
