package org.ext4map.inode;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.ext4map.dio.Waiting;
import org.ext4map.locks.ThreadClass;
import org.jspecify.annotations.Nullable;

/**
 * Counts the direct I/O of one inode that is under way: i_dio_count.
 *
 * <p>Threads: {@link #enter} by who holds the inode lock; {@link #leave} by anybody, it never
 * waits; {@link #awaitQuiet} by who holds the inode lock exclusively, so there is at most one.
 */
final class DirectGate {
  private final AtomicInteger inFlight = new AtomicInteger();
  private volatile @Nullable Thread waiter;

  /** One more. */
  void enter() {
    inFlight.incrementAndGet();
  }

  /** One less; the last one wakes who waits, and answers true. */
  boolean leave() {
    int left = inFlight.decrementAndGet();
    if (left < 0) {
      throw new AssertionError("direct I/O left twice: count " + left);
    }
    Thread waiting = waiter;
    if (left == 0 && waiting != null) {
      LockSupport.unpark(waiting);
    }
    return left == 0;
  }

  /** How many are inside now. */
  int inFlight() {
    return inFlight.get();
  }

  /**
   * Returns when nobody is inside; the caller sees to it that nobody enters.
   *
   * @param waiting how to wait; null to park
   */
  void awaitQuiet(@Nullable Waiting waiting) {
    if (inFlight.get() == 0) {
      return;
    }
    ThreadClass.assertMayWaitForRequests("waiting for direct I/O to end");
    if (waiting != null) {
      waiting.until(() -> inFlight.get() == 0);
    } else {
      park();
    }
  }

  private void park() {
    boolean interrupted = false;
    waiter = Thread.currentThread();
    while (inFlight.get() != 0) {
      LockSupport.park(this);
      interrupted |= Thread.interrupted();
    }
    waiter = null;
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
