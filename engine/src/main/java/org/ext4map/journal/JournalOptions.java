package org.ext4map.journal;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Executor;

/**
 * What a journal borrows and what it may use.
 *
 * @param executor runs commits and checkpoints, one task at a time; a task may wait for handles of
 *     other threads, so it must not be a thread that holds one. {@code Runnable::run} is fine: then
 *     whoever asks for a commit makes it
 * @param clock tells the time for commit blocks and ages
 * @param maxTransactionBytes blocks of one transaction together, a copy of them comes on top
 * @param maxPendingBytes committed blocks that are not yet home and are held in memory
 * @param commitAge how long a change waits for its commit at most, if nobody asks for it earlier
 * @param timer calls back then; may ignore the age, and never call
 */
public record JournalOptions(
    Executor executor,
    InstantSource clock,
    long maxTransactionBytes,
    long maxPendingBytes,
    Duration commitAge,
    CommitTimer timer) {
  private static final long MOST_BYTES = 16L << 20;
  private static final int PART_OF_HEAP = 32;

  /** Limits that fit the heap, and Linux' five seconds. */
  public static JournalOptions of(Executor executor, InstantSource clock, CommitTimer timer) {
    long bytes = Math.min(MOST_BYTES, Runtime.getRuntime().maxMemory() / PART_OF_HEAP);
    return new JournalOptions(executor, clock, bytes, 2 * bytes, Duration.ofSeconds(5), timer);
  }
}
