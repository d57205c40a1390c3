package org.ext4map.journal;

import java.util.List;

/**
 * Figures of a replay.
 *
 * @param transactions committed transactions in the log
 * @param blocks copies written home; a block counts as often as it was copied
 * @param revoked copies left out because a later transaction freed the block
 * @param nextSequence the number of the first transaction to be written next
 * @param errno why the journal was aborted in an earlier life, a negative errno; 0 if it was not
 * @param fastCommits steps on top of the last transaction that the caller has to apply; without
 *     them, what an fsync promised is missing
 */
public record Replay(
    int transactions,
    long blocks,
    long revoked,
    int nextSequence,
    int errno,
    List<FastCommitOperation> fastCommits) {
  /** Copies the list. */
  public Replay {
    fastCommits = List.copyOf(fastCommits);
  }
}
