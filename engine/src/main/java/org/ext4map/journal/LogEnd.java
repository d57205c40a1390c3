package org.ext4map.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.ext4map.ondisk.Crc32Be;
import org.ext4map.ondisk.Jbd2Commit;
import org.ext4map.ondisk.Jbd2Descriptor;
import org.ext4map.ondisk.Jbd2Features;
import org.ext4map.ondisk.Jbd2Header;
import org.jspecify.annotations.Nullable;

/**
 * How far the log can be believed: the first of recovery's passes (Linux fs/jbd2/recovery.c,
 * PASS_SCAN).
 *
 * <p>Old blocks of an earlier round may follow the end and look like more of the log. So a block
 * with a wrong checksum alone proves nothing; the next commit block decides: if it is older than
 * the last good one, all this is the past and the log has ended; if not, the log is damaged.
 *
 * @param sequence the first transaction that is not to be replayed
 * @param transactions how many are
 * @param torn true if there is a piece of transaction {@code sequence}
 * @param logBlock where the walk stopped
 * @param damage why a transaction that was committed cannot be believed; null if none
 */
record LogEnd(
    int sequence, int transactions, boolean torn, long logBlock, @Nullable String damage) {

  /** Walks the log, which must not be clean. */
  static LogEnd find(JournalLog log) throws IOException {
    return new Scan(log).run();
  }

  private static final class Scan {
    private final JournalLog log;
    private final LogCursor cursor;
    private final Jbd2Features.Checksums checksums;
    private final int first;
    private final ByteBuffer copy;

    /** True if a block of the current transaction has a wrong checksum. */
    private boolean suspicious;

    /** True if the current transaction has begun. */
    private boolean begun;

    /** CRC of the current transaction, for V1. */
    private int crc = Crc32Be.SEED;

    private long lastCommitSeconds;
    private @Nullable Integer end;
    private long endBlock;

    Scan(JournalLog log) {
      this.log = log;
      this.cursor = new LogCursor(log);
      this.checksums = log.layout().features().checksums();
      this.first = cursor.sequence();
      this.copy = log.newBlock();
    }

    LogEnd run() throws IOException {
      while (cursor.next()) {
        switch (cursor.type()) {
          case Jbd2Header.DESCRIPTOR -> descriptor();
          case Jbd2Header.REVOKE -> revoke();
          case Jbd2Header.COMMIT -> {
            Verdict verdict = commit();
            if (verdict != Verdict.GO_ON) {
              return ended(verdict == Verdict.DAMAGED);
            }
          }
          default -> {
            return ended(false);
          }
        }
      }
      return ended(false);
    }

    private enum Verdict {
      GO_ON,
      STALE,
      DAMAGED
    }

    private void descriptor() throws IOException {
      begun = true;
      suspicious |= !log.layout().isIntact(cursor.block());
      int copies = new Jbd2Descriptor(log.layout(), cursor.block()).count();
      if (checksums == Jbd2Features.Checksums.V1 && end == null) {
        int blockSize = log.layout().blockSize();
        crc = Crc32Be.update(crc, cursor.block(), 0, blockSize);
        for (int i = 0; i < copies; i++) {
          log.read(log.advance(cursor.position(), i), copy);
          crc = Crc32Be.update(crc, copy, 0, blockSize);
        }
      }
      cursor.skip(copies);
    }

    private void revoke() {
      begun = true;
      suspicious |= !log.layout().isIntact(cursor.block());
    }

    private Verdict commit() {
      long seconds = Jbd2Commit.seconds(cursor.block());
      boolean older = seconds < lastCommitSeconds;
      begun = true;
      if (suspicious) {
        return older ? Verdict.STALE : Verdict.DAMAGED;
      }
      if (checksums == Jbd2Features.Checksums.V1 && end != null) {
        return Verdict.DAMAGED; // a commit after a bad one: the bad one was not the torn end
      }
      if (!Jbd2Commit.isIntact(log.layout(), cursor.block(), crc)) {
        if (older) {
          return Verdict.STALE;
        }
        if (!log.layout().features().hasAsyncCommit()) {
          return Verdict.DAMAGED;
        }
        markEnd();
      }
      crc = Crc32Be.SEED;
      lastCommitSeconds = seconds;
      begun = false;
      cursor.nextTransaction();
      return Verdict.GO_ON;
    }

    private void markEnd() {
      if (end == null) {
        end = cursor.sequence();
        endBlock = cursor.current();
      }
    }

    private LogEnd ended(boolean damaged) {
      boolean torn = begun || end != null;
      markEnd();
      int sequence = end == null ? cursor.sequence() : end;
      String damage =
          damaged
              ? "transaction "
                  + Integer.toUnsignedString(sequence)
                  + " is committed, but its checksums do not match; "
                  + log.place(endBlock)
              : null;
      return new LogEnd(sequence, sequence - first, torn, endBlock, damage);
    }
  }
}
