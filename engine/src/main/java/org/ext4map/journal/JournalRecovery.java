package org.ext4map.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.ext4map.device.BlockDevice;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.Extent;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.Jbd2Superblock;
import org.ext4map.ondisk.Superblock;
import org.ext4map.ondisk.SuperblockEditor;
import org.jspecify.annotations.Nullable;

/**
 * Brings an image to the state its log promises: jbd2_journal_recover (Linux fs/jbd2/recovery.c).
 *
 * <p>The journal cannot ask the tree where its own blocks are (it lies below it), so they are
 * handed in. A look at a dirty image is {@link #replayInto} an overlay; repairing it is {@link
 * #replayInto} the image, applying the fast commits, and {@link #markClean}.
 *
 * <p>Bounded for any bytes: each pass goes round the ring once at most. Threads: one at a time; the
 * image must not change meanwhile except by this.
 */
public final class JournalRecovery {
  private final JournalLog log;
  private final Geometry geometry;
  private @Nullable CopyPass pass;

  private JournalRecovery(JournalLog log) {
    this.log = log;
    this.geometry = log.geometry();
  }

  /**
   * Reads and checks the journal's superblock.
   *
   * @param image where the log is read from
   * @param geometry from the image's superblock before recovery
   * @param journal the map of the journal's inode, ascending from logical block 0
   * @throws CorruptionException if the map or the journal's superblock breaks a rule
   * @throws org.ext4map.model.UnsupportedFeatureException if the journal has an unknown feature
   */
  public static JournalRecovery open(BlockDevice image, Geometry geometry, List<Extent> journal)
      throws IOException {
    return new JournalRecovery(JournalLog.open(image, geometry, journal));
  }

  /** A walk through what the log holds. */
  public JournalReader reader() {
    return new JournalReader(log);
  }

  /**
   * Says what {@link #replayInto} would do. Nothing is written.
   *
   * @throws CorruptionException if the log asks for what no journal does: a copy of a block outside
   *     the file system or of the journal itself, a broken revoke block, a bad first fast commit
   */
  public ReplayOutcome inspect() throws IOException {
    if (!geometry.has(Feature.RECOVER) || log.superblock().start() == 0) {
      int next = log.superblock().sequence() + 1;
      return new ReplayOutcome.Clean(
          new Replay(0, 0, 0, next, log.superblock().errno(), List.of()));
    }
    LogEnd found = LogEnd.find(log);
    CopyPass copies = new CopyPass(log, found);
    copies.collect();
    copies.check();
    pass = copies;
    return outcome(found, copies);
  }

  private ReplayOutcome outcome(LogEnd found, CopyPass copies) throws IOException {
    String problem = copies.badCopy() != null ? copies.badCopy() : found.damage();
    List<FastCommitOperation> steps =
        problem == null ? FastCommitScan.read(log, found.sequence()) : List.of();
    Replay replay =
        new Replay(
            found.transactions(),
            copies.blocks(),
            copies.revoked(),
            found.sequence() + 1,
            log.superblock().errno(),
            steps);
    if (problem != null) {
      return new ReplayOutcome.Damaged(replay, problem);
    }
    return found.torn()
        ? new ReplayOutcome.Torn(replay, found.sequence(), found.logBlock())
        : new ReplayOutcome.Replayed(replay);
  }

  /**
   * Writes the log's copies home, in {@code target}: an overlay over the image, or the image. The
   * log itself stays as it is, so this can be repeated. The superblock's record of errors is kept
   * as it was before. Damaged copies are left out, as Linux does before it refuses to mount.
   *
   * @return what {@link #inspect} says; fast commits are not applied
   * @throws CorruptionException as {@link #inspect}, before anything is written
   */
  public ReplayOutcome replayInto(BlockDevice target) throws IOException {
    ReplayOutcome outcome = inspect();
    if (!(outcome instanceof ReplayOutcome.Clean) && pass != null) {
      byte[] errors = superblockOf(target).errorRecord();
      pass.replay(target);
      Superblock superblock = superblockOf(target);
      superblock.restoreErrorRecord(errors);
      store(target, superblock);
    }
    return outcome;
  }

  /**
   * Replays onto the image itself, unless the log is damaged.
   *
   * @throws CorruptionException if the outcome is {@link ReplayOutcome.Damaged}; nothing is written
   */
  public ReplayOutcome replayOnto(BlockDevice image) throws IOException {
    if (inspect() instanceof ReplayOutcome.Damaged damaged) {
      throw CorruptionException.ofText(
          "journal", "log", damaged.problem(), "intact copies of what was committed", "replay");
    }
    return replayInto(image);
  }

  /**
   * Makes what was replayed durable, then empties the log and clears needs_recovery: after this the
   * log is not replayed again. The fast commits of {@code outcome} must have been applied before.
   * If the journal has aborted in an earlier life, it forgets that, and the superblock says that
   * the file system has errors.
   *
   * @param image what was replayed onto
   */
  public void markClean(BlockDevice image, ReplayOutcome outcome) throws IOException {
    image.flush();
    Jbd2Superblock journal = log.superblock();
    if (journal.errno() != 0) {
      recordError(image);
      journal.setErrno(0);
    }
    journal.setStart(0);
    journal.setSequence(outcome.replay().nextSequence());
    journal.setFeatures(journal.features().withoutFastCommit());
    journal.updateChecksum();
    image.write(log.map().pblk(0) * geometry.blockSize(), journal.bytes().duplicate().clear());
    image.flush();
    Superblock superblock = superblockOf(image);
    superblock.setFeature(Feature.RECOVER, false);
    store(image, superblock);
    image.flush();
  }

  /** The file system is told before the journal forgets: ext4_clear_journal_err. */
  private static void recordError(BlockDevice image) throws IOException {
    Superblock superblock = superblockOf(image);
    new SuperblockEditor(superblock).state(superblock.state() | Superblock.STATE_ERRORS);
    store(image, superblock);
    image.flush();
  }

  private static Superblock superblockOf(BlockDevice device) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(Superblock.BYTES);
    device.read(Superblock.OFFSET_BYTES, bytes);
    return new Superblock(bytes.clear(), 0);
  }

  private static void store(BlockDevice device, Superblock superblock) throws IOException {
    superblock.seal();
    device.write(Superblock.OFFSET_BYTES, superblock.bytes());
  }
}
