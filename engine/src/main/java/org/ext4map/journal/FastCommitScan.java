package org.ext4map.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.ext4map.journal.FastCommitOperation.NameChange;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.UnsupportedFeatureException;
import org.ext4map.ondisk.Crc32c;
import org.ext4map.ondisk.ExtentNode;
import org.ext4map.ondisk.FastCommitTag;
import org.ext4map.ondisk.InodeRecord;
import org.ext4map.ondisk.Jbd2Superblock;

/**
 * Reads the fast-commit area (Linux fs/ext4/fast_commit.c, ext4_fc_replay_scan).
 *
 * <pre>
 *   HEAD(tid) step step ... TAIL(tid, crc)   step step ... TAIL(tid, crc)   old remains ...
 *   |---------- one fsync ---------------|   |------ the next one ------|
 * </pre>
 *
 * Steps count only if a good tail follows. What comes after the last good tail was not acknowledged
 * to anybody.
 */
final class FastCommitScan {
  private static final int CHECKSUM_START = 0;
  private static final int NAME_FIXED_BYTES = 8;
  private static final int MOST_NAME_BYTES = 255;
  private static final int RANGE_BYTES = 4 + ExtentNode.ENTRY_BYTES;
  private static final int DELETE_BYTES = 12;
  private static final int WORD = 4;
  private static final int TWO_WORDS = 8;

  /** Steps are held in memory: of one area at most this many bytes are. */
  private static final long MOST_BYTES = 64L << 20;

  private final JournalLog log;
  private final int tid;
  private final List<FastCommitOperation> good = new ArrayList<>();
  private final List<FastCommitOperation> open = new ArrayList<>();
  private int crc = CHECKSUM_START;
  private boolean hadGoodTail;

  private FastCommitScan(JournalLog log, int tid) {
    this.log = log;
    this.tid = tid;
  }

  /**
   * The steps of all complete fast commits on top of the full ones.
   *
   * @param tid the transaction after the last full one: what the fast commits belong to
   * @throws CorruptionException if the first tail does not match its checksum
   */
  static List<FastCommitOperation> read(JournalLog log, int tid) throws IOException {
    if (!log.layout().features().hasFastCommit()) {
      return List.of();
    }
    FastCommitScan scan = new FastCommitScan(log, tid);
    scan.run();
    return List.copyOf(scan.good);
  }

  private void run() throws IOException {
    Jbd2Superblock superblock = log.superblock();
    ByteBuffer block = log.newBlock();
    long first = superblock.ringEnd() + 1; // Linux leaves the first block of the area unused
    long end = Math.min(superblock.maxLength(), first + MOST_BYTES / log.layout().blockSize());
    for (long logBlock = first; logBlock < end; logBlock++) {
      log.read(logBlock, block);
      FastCommitTag tag = new FastCommitTag(block);
      while (tag.next()) {
        boolean headMissing =
            logBlock == first && tag.start() == 0 && tag.kind() != FastCommitTag.HEAD;
        if (headMissing || !tag.fits() || !step(tag, block, log.place(logBlock))) {
          return;
        }
      }
    }
  }

  /** Answers false if the run ends here. */
  private boolean step(FastCommitTag tag, ByteBuffer block, String place) throws IOException {
    switch (tag.kind()) {
      case FastCommitTag.HEAD -> {
        if (tag.length() != TWO_WORDS) {
          return false;
        }
        refuseFeatures(tag.word(0), place);
        if (tag.word(WORD) != tid) {
          return false;
        }
      }
      case FastCommitTag.TAIL -> {
        return tail(tag, block, place);
      }
      case FastCommitTag.PAD -> {}
      default -> {
        if (!isStep(tag)) {
          return false;
        }
        open.add(decode(tag));
      }
    }
    crc = Crc32c.update(crc, block, tag.start(), FastCommitTag.HEADER_BYTES + tag.length());
    return true;
  }

  private static void refuseFeatures(int features, String place)
      throws UnsupportedFeatureException {
    if (features != 0) {
      throw new UnsupportedFeatureException(
          "fast_commit", "replaying fast commits with unknown features", place);
    }
  }

  private boolean tail(FastCommitTag tag, ByteBuffer block, String place)
      throws CorruptionException {
    if (tag.length() < TWO_WORDS) {
      return false;
    }
    int computed = Crc32c.update(crc, block, tag.start(), FastCommitTag.TAIL_CHECKED_BYTES);
    int found = tag.word(WORD);
    if (tag.word(0) != tid) {
      return false;
    }
    if (found != computed) {
      if (hadGoodTail) {
        return false;
      }
      throw CorruptionException.checksum("fast commit", "fc_crc", found, computed, place);
    }
    hadGoodTail = true;
    good.addAll(open);
    open.clear();
    crc = CHECKSUM_START;
    return true;
  }

  /** True if the tag is a step and as long as that step is. */
  private boolean isStep(FastCommitTag tag) {
    int length = tag.length();
    return switch (tag.kind()) {
      case FastCommitTag.ADD_RANGE -> length == RANGE_BYTES && tag.extent(WORD).length(0) > 0;
      case FastCommitTag.DEL_RANGE -> length == DELETE_BYTES;
      case FastCommitTag.CREAT, FastCommitTag.LINK, FastCommitTag.UNLINK ->
          length > NAME_FIXED_BYTES && length <= NAME_FIXED_BYTES + MOST_NAME_BYTES;
      case FastCommitTag.INODE ->
          length >= WORD + InodeRecord.BASE_BYTES && length <= WORD + log.geometry().inodeSize();
      default -> false;
    };
  }

  private static FastCommitOperation decode(FastCommitTag tag) {
    long ino = unsigned(tag, 0);
    return switch (tag.kind()) {
      case FastCommitTag.ADD_RANGE ->
          new FastCommitOperation.AddRange(ino, tag.extent(WORD).extent(0));
      case FastCommitTag.DEL_RANGE ->
          new FastCommitOperation.DeleteRange(ino, unsigned(tag, WORD), unsigned(tag, TWO_WORDS));
      case FastCommitTag.CREAT -> name(NameChange.CREATE, tag);
      case FastCommitTag.LINK -> name(NameChange.LINK, tag);
      case FastCommitTag.UNLINK -> name(NameChange.UNLINK, tag);
      case FastCommitTag.INODE -> new FastCommitOperation.Inode(ino, tag.bytes(WORD));
      default -> throw new IllegalArgumentException("tag " + tag.kind() + " is not a step");
    };
  }

  private static FastCommitOperation name(NameChange change, FastCommitTag tag) {
    return new FastCommitOperation.Name(
        change, unsigned(tag, 0), unsigned(tag, WORD), tag.bytes(NAME_FIXED_BYTES));
  }

  private static long unsigned(FastCommitTag tag, int offset) {
    return Integer.toUnsignedLong(tag.word(offset));
  }
}
