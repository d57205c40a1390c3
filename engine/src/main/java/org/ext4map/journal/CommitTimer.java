package org.ext4map.journal;

import java.time.Duration;

/**
 * Calls back later, for the engine has no thread of its own: the kernel's commit interval. Set once
 * for each transaction when its first handle starts, so an idle image costs nothing.
 */
@FunctionalInterface
public interface CommitTimer {
  /** Never calls: changes become durable when somebody asks, or there is no room for more. */
  CommitTimer NEVER = (delay, action) -> {};

  /**
   * Runs {@code action} once, about {@code delay} from now, on a thread that may wait for the
   * device. Does not wait itself. An image that is closed meanwhile does not mind.
   *
   * @throws java.util.concurrent.RejectedExecutionException if it cannot; the journal aborts
   */
  void schedule(Duration delay, Runnable action);
}
