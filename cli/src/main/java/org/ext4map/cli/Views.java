package org.ext4map.cli;

import java.util.Optional;
import org.ext4map.Ext4Image;
import org.ext4map.journal.Replay;
import org.ext4map.journal.ReplayOutcome;

/** The view of an open image, in words. */
final class Views {
  private Views() {}

  /** {@code recovered} or {@code as-is}. */
  static String word(Ext4Image image) {
    return switch (image.view()) {
      case AS_IS -> "as-is";
      case RECOVERED -> "recovered";
      case REPLAY -> "replay";
      case READ_WRITE -> "read-write";
    };
  }

  /** What was replayed when it was opened; empty if nothing was. */
  static Optional<String> replayed(Ext4Image image) {
    return image.recovery().flatMap(Views::told);
  }

  /** What a replay did, in words; empty if nothing. */
  static Optional<String> told(ReplayOutcome outcome) {
    if (outcome instanceof ReplayOutcome.Clean) {
      return Optional.empty();
    }
    if (outcome instanceof ReplayOutcome.Torn torn) {
      return Optional.of(
          figures(torn.replay())
              + "; transaction "
              + Integer.toUnsignedString(torn.sequence())
              + " was torn off and never happened");
    }
    if (outcome instanceof ReplayOutcome.Damaged damaged) {
      return Optional.of(figures(damaged.replay()) + "; the rest is damaged: " + damaged.problem());
    }
    return Optional.of(figures(outcome.replay()));
  }

  private static String figures(Replay replay) {
    return Text.count(replay.transactions(), "transaction")
        + " of the journal replayed ("
        + Text.count(replay.blocks(), "block")
        + ", "
        + replay.revoked()
        + " revoked, "
        + Text.count(replay.fastCommits().size(), "fast-commit step")
        + ")";
  }
}
