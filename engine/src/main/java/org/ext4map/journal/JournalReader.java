package org.ext4map.journal;

import java.io.IOException;
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

  JournalReader(JournalLog log) {
    this.log = log;
  }

  /** Is told what the log holds, in order. */
  public interface Visitor {
    /**
     * A copy of a block.
     *
     * @param sequence of its transaction
     * @param logBlock where the copy stands in the journal's file
     * @param target where it belongs
     * @param escaped true if it has lost the magic number it begins with
     */
    void copy(int sequence, long logBlock, long target, boolean escaped);

    /**
     * A block that was freed.
     *
     * @param sequence of the transaction that freed it
     * @param logBlock where the record stands
     * @param target the block
     */
    void revoke(int sequence, long logBlock, long target);

    /**
     * The end of a transaction.
     *
     * @param sequence its number
     * @param logBlock where the commit block stands
     * @param seconds when, since 1970
     */
    void commit(int sequence, long logBlock, long seconds);
  }

  /** Log blocks of the journal. */
  public long blocks() {
    return log.superblock().maxLength();
  }

  /** The first block of the ring. */
  public long first() {
    return log.superblock().first();
  }

  /** The first block after the ring. */
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

  /** Its features. */
  public Jbd2Features features() {
    return log.layout().features();
  }

  /**
   * Walks the log.
   *
   * @return the log block where it could not be followed any further
   * @throws org.ext4map.model.CorruptionException if a revoke block is broken
   */
  public long walk(Visitor visitor) throws IOException {
    if (start() == 0) {
      return 0;
    }
    LogCursor cursor = new LogCursor(log);
    while (cursor.next()) {
      switch (cursor.type()) {
        case Jbd2Header.DESCRIPTOR -> copies(cursor, visitor);
        case Jbd2Header.REVOKE -> revokes(cursor, visitor);
        case Jbd2Header.COMMIT -> {
          visitor.commit(cursor.sequence(), cursor.current(), Jbd2Commit.seconds(cursor.block()));
          cursor.nextTransaction();
        }
        default -> {
          return cursor.current();
        }
      }
    }
    return cursor.current();
  }

  private void copies(LogCursor cursor, Visitor visitor) {
    Jbd2Descriptor tag = new Jbd2Descriptor(log.layout(), cursor.block());
    while (tag.next()) {
      visitor.copy(cursor.sequence(), cursor.position(), tag.target(), tag.isEscaped());
      cursor.skip(1);
    }
  }

  private void revokes(LogCursor cursor, Visitor visitor) throws IOException {
    Jbd2Revoke records = new Jbd2Revoke(log.layout(), cursor.block());
    int count = records.count(log.place(cursor.current()));
    for (int i = 0; i < count; i++) {
      visitor.revoke(cursor.sequence(), cursor.current(), records.target(i));
    }
  }
}
