package org.ext4map.journal;

/** How the journal was found and what recovery made of it. */
public sealed interface ReplayOutcome {
  /** What was (or, by {@link JournalRecovery#inspect}, would be) replayed. */
  Replay replay();

  /**
   * There is nothing to replay: the image was unmounted cleanly, or it does not say that it needs
   * recovery, in which case Linux ignores the log too.
   *
   * @param replay nothing but the next sequence
   */
  record Clean(Replay replay) implements ReplayOutcome {}

  /**
   * The log ended with a whole transaction.
   *
   * @param replay all of the log
   */
  record Replayed(Replay replay) implements ReplayOutcome {}

  /**
   * The normal end of a crash, not an error: the last transaction has no valid commit block and
   * never happened.
   *
   * @param replay all transactions before it
   * @param sequence of the torn transaction
   * @param logBlock where the log could not be followed any further
   */
  record Torn(Replay replay, int sequence, long logBlock) implements ReplayOutcome {}

  /**
   * A transaction that was committed cannot be replayed as it was: Linux refuses to mount the
   * image. What is intact before the damage is shown by an overlay; replay onto the image itself is
   * refused.
   *
   * @param replay what is intact
   * @param problem what does not match, and where
   */
  record Damaged(Replay replay, String problem) implements ReplayOutcome {}
}
