package org.ext4map.inspect;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.ext4map.Ext4Image;
import org.ext4map.journal.FastCommitOperation;
import org.ext4map.journal.JournalReader;
import org.ext4map.journal.JournalRecovery;
import org.ext4map.journal.ReplayOutcome;
import org.ext4map.journal.RevokeTable;
import org.ext4map.model.Ext4Exception;
import org.ext4map.ondisk.Feature;

/** The log of an image, before recovery, and what recovery makes of its parts. */
public final class LogView {
  private final JournalReader reader;
  private final Optional<ReplayOutcome> outcome;
  private final boolean needsRecovery;
  private final String problem;
  private final RevokeTable revokes;

  private LogView(
      JournalReader reader,
      Optional<ReplayOutcome> outcome,
      boolean needsRecovery,
      String problem,
      RevokeTable revokes) {
    this.reader = reader;
    this.outcome = outcome;
    this.needsRecovery = needsRecovery;
    this.problem = problem;
    this.revokes = revokes;
  }

  /** What becomes of a copy in the log. */
  public enum Fate {
    /** Recovery writes it home, unless a later copy does. */
    REPLAYED,
    /** A later transaction freed the block. */
    REVOKED,
    /** Its transaction has no commit block that counts: it never happened. */
    NOT_COMMITTED,
    /** It does not match its checksum. */
    DAMAGED,
    /** The image does not say that it needs recovery, or recovery refuses the log. */
    NOT_REPLAYED
  }

  /**
   * The log of {@code image}; empty if it has none, or one on another device.
   *
   * @throws org.ext4map.model.CorruptionException if the journal cannot be read at all
   */
  public static Optional<LogView> open(Ext4Image image) throws IOException {
    long ino = image.superblock().journalInum();
    if (!image.geometry().has(Feature.HAS_JOURNAL) || ino == 0) {
      return Optional.empty();
    }
    JournalRecovery recovery =
        JournalRecovery.open(image.device(), image.geometry(), image.inode(ino).extents());
    JournalReader reader = recovery.reader();
    boolean dirty =
        image
            .recovery()
            .map(outcome -> !(outcome instanceof ReplayOutcome.Clean))
            .orElse(image.geometry().has(Feature.RECOVER) && reader.start() != 0);
    Optional<ReplayOutcome> outcome = image.recovery();
    String problem = "";
    if (outcome.isEmpty()) {
      try {
        outcome = Optional.of(recovery.inspect());
      } catch (Ext4Exception refused) {
        problem = String.valueOf(refused.getMessage());
      }
    }
    if (outcome.orElse(null) instanceof ReplayOutcome.Damaged damaged) {
      problem = damaged.problem();
    }
    return Optional.of(new LogView(reader, outcome, dirty, problem, reader.revokes()));
  }

  /** A walk through the log. */
  public JournalReader reader() {
    return reader;
  }

  /** What recovery finds; empty if it refuses the log. */
  public Optional<ReplayOutcome> outcome() {
    return outcome;
  }

  /** True if the next mount replays the log. */
  public boolean needsRecovery() {
    return needsRecovery;
  }

  /** Why recovery refuses the log or distrusts a part of it; empty if it does not. */
  public String problem() {
    return problem;
  }

  /** True if transaction {@code sequence} of the log is committed. */
  public boolean isCommitted(int sequence) {
    return outcome.isPresent()
        && sequence - reader.sequence() >= 0
        && sequence - reader.sequence() < outcome.get().replay().transactions();
  }

  /** What becomes of {@code copy}. */
  public Fate fate(JournalReader.Copy copy) {
    if (!needsRecovery || outcome.isEmpty()) {
      return Fate.NOT_REPLAYED;
    }
    if (!isCommitted(copy.sequence())) {
      return Fate.NOT_COMMITTED;
    }
    if (revokes.revokes(copy.target(), copy.sequence())) {
      return Fate.REVOKED;
    }
    return copy.intact() ? Fate.REPLAYED : Fate.DAMAGED;
  }

  /** The steps of the fast commits that recovery applies. */
  public List<FastCommitOperation> fastCommits() {
    return outcome.map(found -> found.replay().fastCommits()).orElse(List.of());
  }
}
