package org.ext4map.alloc;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.ext4map.journal.JournalHandle;
import org.ext4map.model.BlockRange;

/**
 * Blocks freed by transactions that may still be lost. They stay hidden until their transaction has
 * committed: if another file got them before, a crash would leave two owners.
 *
 * <p>Threads: any. Memory: a range for each call of free since the last commit.
 */
final class PendingFrees {
  private final Map<Long, List<BlockRange>> byTid = new HashMap<>();
  private final AtomicLong blocks = new AtomicLong();
  private final Consumer<BlockRange> release;

  /**
   * Starts without any.
   *
   * @param release makes a range available again; called by the thread that reports the commit
   */
  PendingFrees(Consumer<BlockRange> release) {
    this.release = release;
  }

  /** Blocks that wait for a commit. */
  long blocks() {
    return blocks.get();
  }

  /** Keeps {@code range}, already hidden, until the transaction of {@code handle} has committed. */
  void add(JournalHandle handle, BlockRange range) {
    long tid = handle.tid();
    blocks.addAndGet(range.length());
    boolean first;
    synchronized (byTid) {
      List<BlockRange> ranges = byTid.get(tid);
      first = ranges == null;
      if (ranges == null) {
        ranges = new ArrayList<>();
        byTid.put(tid, ranges);
      }
      ranges.add(range);
    }
    if (first) {
      handle.onCommit(() -> committed(tid));
    }
  }

  private void committed(long tid) {
    List<BlockRange> ranges;
    synchronized (byTid) {
      ranges = Objects.requireNonNull(byTid.remove(tid), "committed twice");
    }
    for (BlockRange range : ranges) {
      release.accept(range);
      blocks.addAndGet(-range.length());
    }
  }
}
