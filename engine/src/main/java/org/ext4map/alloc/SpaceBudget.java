package org.ext4map.alloc;

import java.util.concurrent.atomic.AtomicLong;
import org.ext4map.model.NoSpaceException;

/**
 * How many blocks are still to be given: those that a search can find, less those promised to
 * requests under way. Hidden blocks do not count: who hides blocks has claimed them before, and who
 * shows them again adds them after that. So whoever holds a promise finds the blocks. Below the
 * line are the reserves. Threads: any.
 *
 * <pre>
 *   |-- pool --|-- super-user --|-------------- everybody --------------|
 *   0                                                            available
 * </pre>
 */
final class SpaceBudget {
  /** ext4 keeps a fiftieth, at most this, for tree blocks of conversions. */
  private static final long MAX_POOL_BLOCKS = 4096;

  /** Blocks are set aside for one file if so many times as many are left. */
  private static final long PLENTY = 16;

  private final AtomicLong available = new AtomicLong();
  private final long pool;
  private final long superUser;

  SpaceBudget(long blocks, long superUserBlocks) {
    pool = Math.min(blocks / 50, MAX_POOL_BLOCKS);
    superUser = superUserBlocks;
  }

  /**
   * Promises up to {@code want} blocks, at least one.
   *
   * @throws NoSpaceException if there is none for this privilege
   */
  int claim(int want, Privilege privilege) throws NoSpaceException {
    long floor =
        switch (privilege) {
          case ORDINARY -> pool + superUser;
          case SUPER_USER -> pool;
          case RESERVED_POOL -> 0;
        };
    while (true) {
      long now = available.get();
      if (now <= floor) {
        throw new NoSpaceException(
            "no block left for " + privilege + ": " + now + " available, " + floor + " kept back");
      }
      int claimed = (int) Math.min(want, now - floor);
      if (available.compareAndSet(now, now - claimed)) {
        return claimed;
      }
    }
  }

  /**
   * Takes back a promise, or counts blocks that have become reusable; negative if they are lost.
   */
  void add(long blocks) {
    available.addAndGet(blocks);
  }

  long available() {
    return available.get();
  }

  /** Promises all of {@code count} blocks, if they will not be missed by others. */
  boolean claimIfPlentiful(int count) {
    while (true) {
      long now = available.get();
      if (now - pool - superUser < PLENTY * count) {
        return false;
      }
      if (available.compareAndSet(now, now - count)) {
        return true;
      }
    }
  }
}
