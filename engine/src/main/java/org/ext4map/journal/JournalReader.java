package org.ext4map.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.ext4map.ondisk.Crc32Be;
import org.ext4map.ondisk.Jbd2Commit;
import org.ext4map.ondisk.Jbd2Descriptor;
import org.ext4map.ondisk.Jbd2Features;
import org.ext4map.ondisk.Jbd2Header;
import org.ext4map.ondisk.Jbd2Revoke;

/**
 * Shows people what stands in a log, block by block, whether it will be replayed or not. Ends where
 * the log ends. One thread at a time.
 */
public final class JournalReader {
  private final JournalLog log;
  private final Jbd2Features.Checksums checksums;
  private final ByteBuffer copy;

  /** CRC of the current transaction, for V1. */
  private int crc = Crc32Be.SEED;

  JournalReader(JournalLog log) {
    this.log = log;
    this.checksums = log.layout().features().checksums();
    this.copy = log.newBlock();
  }

  /** What a block of the log's own is. */
  public enum Kind {
    /** Says where the copies behind it belong. */
    DESCRIPTOR,
    /** Says of which blocks older copies do not count. */
    REVOKE,
    /** Ends a transaction. */
    COMMIT
  }

  /**
   * A block of the log's own.
   *
   * @param kind what it is
   * @param sequence of its transaction
   * @param logBlock where it stands in the journal's file
   * @param entries tags or revoke records in it; 0 for a commit
   * @param intact its checksum matches, or there is none
   * @param seconds of a commit: when, since 1970; else 0
   */
  public record LogBlock(
      Kind kind, int sequence, long logBlock, int entries, boolean intact, long seconds) {}

  /**
   * A copy of a block.
   *
   * @param sequence of its transaction
   * @param logBlock where the copy stands in the journal's file
   * @param target where it belongs
   * @param escaped true if it has lost the magic number it begins with
   * @param intact its checksum matches, or there is none for it alone
   */
  public record Copy(int sequence, long logBlock, long target, boolean escaped, boolean intact) {}

  /** Is told what the log holds, in order. */
  public interface Visitor {
    /** A block of the log's own; what it announces follows. */
    default void own(LogBlock block) throws IOException {}

    /** A copy of a block. */
    default void copy(Copy copy) throws IOException {}

    /**
     * A block that was freed.
     *
     * @param sequence of the transaction that freed it
     * @param logBlock where the record stands
     * @param target the block
     */
    default void revoke(int sequence, long logBlock, long target) throws IOException {}
  }

  /** Log blocks of the journal. */
  public long blocks() {
    return log.superblock().maxLength();
  }

  /** The first block of the ring. */
  public long first() {
    return log.superblock().first();
  }

  /** The first block after the ring, where the fast-commit area begins, if there is one. */
  public long ringEnd() {
    return log.superblock().ringEnd();
  }

  /** s_start: where recovery begins; 0 if the log is empty. */
  public long start() {
    return log.superblock().start();
  }

  /** s_sequence: the first transaction expected. */
  public int sequence() {
    return log.superblock().sequence();
  }

  /** s_errno: why the journal was aborted, a negative errno; 0 if it was not. */
  public int errno() {
    return log.superblock().errno();
  }

  /** Its features. */
  public Jbd2Features features() {
    return log.layout().features();
  }

  /** The device block of log block {@code logBlock}, which is less than {@link #blocks}. */
  public long pblk(long logBlock) {
    return log.map().pblk(logBlock);
  }

  /**
   * Walks the log.
   *
   * @return the log block where it could not be followed any further; 0 if it is empty
   * @throws org.ext4map.model.CorruptionException if a revoke block is broken
   */
  public long walk(Visitor visitor) throws IOException {
    if (start() == 0) {
      return 0;
    }
    crc = Crc32Be.SEED;
    LogCursor cursor = new LogCursor(log);
    while (cursor.next()) {
      switch (cursor.type()) {
        case Jbd2Header.DESCRIPTOR -> copies(cursor, visitor);
        case Jbd2Header.REVOKE -> revokes(cursor, visitor);
        case Jbd2Header.COMMIT -> {
          boolean intact = Jbd2Commit.isIntact(log.layout(), cursor.block(), crc);
          long seconds = Jbd2Commit.seconds(cursor.block());
          visitor.own(block(Kind.COMMIT, cursor, 0, intact, seconds));
          crc = Crc32Be.SEED;
          cursor.nextTransaction();
        }
        default -> {
          return cursor.current();
        }
      }
    }
    return cursor.current();
  }

  private static LogBlock block(
      Kind kind, LogCursor cursor, int entries, boolean intact, long seconds) {
    return new LogBlock(kind, cursor.sequence(), cursor.current(), entries, intact, seconds);
  }

  private void copies(LogCursor cursor, Visitor visitor) throws IOException {
    boolean intact = log.layout().isIntact(cursor.block());
    int count = new Jbd2Descriptor(log.layout(), cursor.block()).count();
    visitor.own(block(Kind.DESCRIPTOR, cursor, count, intact, 0));
    addToCrc(cursor.block());
    Jbd2Descriptor tag = new Jbd2Descriptor(log.layout(), cursor.block());
    while (tag.next()) {
      boolean isIntact = true;
      if (checksums != Jbd2Features.Checksums.NONE) {
        log.read(cursor.position(), copy);
        addToCrc(copy);
        isIntact =
            !log.layout().features().hasBlockChecksums()
                || log.layout().copyChecksum(copy, cursor.sequence()) == tag.checksum();
      }
      visitor.copy(
          new Copy(cursor.sequence(), cursor.position(), tag.target(), tag.isEscaped(), isIntact));
      cursor.skip(1);
    }
  }

  private void addToCrc(ByteBuffer block) {
    if (checksums == Jbd2Features.Checksums.V1) {
      crc = Crc32Be.update(crc, block, 0, log.layout().blockSize());
    }
  }

  private void revokes(LogCursor cursor, Visitor visitor) throws IOException {
    Jbd2Revoke records = new Jbd2Revoke(log.layout(), cursor.block());
    boolean intact = log.layout().isIntact(cursor.block());
    int count = records.count(log.place(cursor.current()));
    visitor.own(block(Kind.REVOKE, cursor, count, intact, 0));
    for (int i = 0; i < count; i++) {
      visitor.revoke(cursor.sequence(), cursor.current(), records.target(i));
    }
  }

  /**
   * All revoke records of the log, those of a transaction that was not committed included.
   *
   * @throws org.ext4map.model.CorruptionException if a revoke block is broken, or there are more
   *     than a million
   */
  public RevokeTable revokes() throws IOException {
    RevokeTable table = new RevokeTable();
    walk(
        new Visitor() {
          @Override
          public void revoke(int sequence, long logBlock, long target) throws IOException {
            table.add(target, sequence);
          }
        });
    return table;
  }

  /**
   * The complete fast commits on top of transaction {@code sequence} − 1, decoded.
   *
   * @throws org.ext4map.model.CorruptionException if the first of them is broken
   */
  public List<FastCommitOperation> fastCommits(int sequence) throws IOException {
    return FastCommitScan.read(log, sequence);
  }
}
