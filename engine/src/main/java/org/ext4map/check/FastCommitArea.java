package org.ext4map.check;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.ext4map.ondisk.Crc32c;
import org.ext4map.ondisk.ExtentNode;
import org.ext4map.ondisk.FastCommitTag;
import org.ext4map.ondisk.Geometry;

/**
 * Judges the blocks behind the ring of the log, where each fsync leaves its steps until the next
 * full commit. Recovery takes the steps before the last good tail; the judge holds them against the
 * file system but does not take them, because the full commits alone are consistent.
 *
 * <pre>
 *   HEAD(tid) step step ... TAIL(tid, crc)  step step ... TAIL(tid, crc)  what was there before
 *   |--------- one fsync ---------------|   |------- the next one -----|
 * </pre>
 */
final class FastCommitArea {
  private static final int WORD = 4;
  private static final int TWO_WORDS = 8;
  private static final int RANGE_BYTES = WORD + ExtentNode.ENTRY_BYTES;
  private static final int DELETE_BYTES = 12;
  private static final int MOST_NAME_BYTES = 255;
  private static final int OLD_INODE_BYTES = 128;
  private static final long LAST_LBLK = 0xFFFFFFFFL;

  private final LogFile log;
  private final LogSuperblock sb;
  private final Geometry geometry;
  private final Findings findings;
  private final int tid;
  private long commits;
  private long steps;
  private long open;
  private String wrong = "";
  private int crc;

  /**
   * The area of {@code log}.
   *
   * @param tid the transaction after the last full one, on which fast commits stand
   */
  FastCommitArea(LogFile log, LogSuperblock sb, Geometry geometry, Findings findings, int tid) {
    this.log = log;
    this.sb = sb;
    this.geometry = geometry;
    this.findings = findings;
    this.tid = tid;
  }

  void judge() throws IOException {
    if (!sb.has(LogSuperblock.FAST_COMMIT)) {
      return;
    }
    long first = sb.ringEnd() + 1; // Linux leaves the first block of the area unused
    boolean more = true;
    for (long at = first; more && at < sb.maxLength(); at++) {
      ByteBuffer block = log.read(at);
      more = block != null && judgeBlock(block, at, at == first);
    }
    if (commits > 0) {
      findings.add(
          Problem.JOURNAL_FAST_COMMITS_PENDING,
          commits + " fast commits with " + steps + " steps after transaction " + (tid - 1));
    }
  }

  /** Answers false if recovery would not go on behind this block. */
  private boolean judgeBlock(ByteBuffer block, long at, boolean first) {
    FastCommitTag tag = new FastCommitTag(block);
    while (tag.next()) {
      boolean headMissing = first && tag.start() == 0 && tag.kind() != FastCommitTag.HEAD;
      if (headMissing || !tag.fits() || !judgeTag(tag, block, at)) {
        return false;
      }
    }
    return true;
  }

  private boolean judgeTag(FastCommitTag tag, ByteBuffer block, long at) {
    if (tag.kind() == FastCommitTag.TAIL) {
      return judgeTail(tag, block, at);
    }
    if (tag.kind() == FastCommitTag.HEAD) {
      if (tag.length() != TWO_WORDS || tag.word(WORD) != tid) {
        return false;
      }
      if (tag.word(0) != 0) {
        corrupt(at, "fc_features=0x" + Integer.toHexString(tag.word(0)) + ", allowed 0");
        return false;
      }
    } else if (tag.kind() != FastCommitTag.PAD) {
      if (!hasRightLength(tag)) {
        return false;
      }
      open++;
      if (wrong.isEmpty()) {
        wrong = wrongWith(tag);
      }
    }
    crc = Crc32c.update(crc, block, tag.start(), FastCommitTag.HEADER_BYTES + tag.length());
    return true;
  }

  private boolean judgeTail(FastCommitTag tag, ByteBuffer block, long at) {
    if (tag.length() < TWO_WORDS || tag.word(0) != tid) {
      return false;
    }
    int computed = Crc32c.update(crc, block, tag.start(), FastCommitTag.TAIL_CHECKED_BYTES);
    if (tag.word(WORD) != computed) {
      if (commits == 0) {
        corrupt(at, String.format("fc_crc=0x%08x, allowed 0x%08x", tag.word(WORD), computed));
      }
      return false;
    }
    if (!wrong.isEmpty()) {
      corrupt(at, wrong);
    }
    commits++;
    steps += open;
    open = 0;
    crc = 0;
    wrong = "";
    return true;
  }

  private void corrupt(long logBlock, String detail) {
    findings.add(Problem.JOURNAL_FAST_COMMIT_CORRUPT, "log block " + logBlock + ": " + detail);
  }

  private boolean hasRightLength(FastCommitTag tag) {
    int length = tag.length();
    return switch (tag.kind()) {
      case FastCommitTag.ADD_RANGE -> length == RANGE_BYTES;
      case FastCommitTag.DEL_RANGE -> length == DELETE_BYTES;
      case FastCommitTag.CREAT, FastCommitTag.LINK, FastCommitTag.UNLINK ->
          length > TWO_WORDS && length <= TWO_WORDS + MOST_NAME_BYTES;
      case FastCommitTag.INODE ->
          length >= WORD + OLD_INODE_BYTES && length <= WORD + geometry.inodeSize();
      default -> false;
    };
  }

  /** What a step asks for that the file system does not have; empty if it is sound. */
  private String wrongWith(FastCommitTag tag) {
    String number = wrongNumber(tag.word(0));
    if (!number.isEmpty()) {
      return number;
    }
    return switch (tag.kind()) {
      case FastCommitTag.ADD_RANGE -> wrongRange(tag.extent(WORD));
      case FastCommitTag.DEL_RANGE -> wrongHole(tag);
      case FastCommitTag.CREAT, FastCommitTag.LINK, FastCommitTag.UNLINK -> wrongName(tag);
      default -> "";
    };
  }

  private String wrongNumber(int word) {
    long ino = Integer.toUnsignedLong(word);
    boolean exists =
        ino <= geometry.inodesCount() && (ino == InodePass.ROOT_INO || ino >= geometry.firstIno());
    return exists ? "" : "inode " + ino + ", allowed up to " + geometry.inodesCount();
  }

  private String wrongRange(ExtentNode extent) {
    int length = extent.length(0);
    return length > 0 && geometry.contains(extent.pblk(0), length)
        ? ""
        : "range of " + length + " blocks at " + extent.pblk(0);
  }

  private static String wrongHole(FastCommitTag tag) {
    long lblk = Integer.toUnsignedLong(tag.word(WORD));
    long length = Integer.toUnsignedLong(tag.word(TWO_WORDS));
    return lblk + length - 1 <= LAST_LBLK ? "" : "hole of " + length + " blocks from " + lblk;
  }

  private String wrongName(FastCommitTag tag) {
    for (byte letter : tag.bytes(TWO_WORDS)) {
      if (letter == '/' || letter == 0) {
        return "a name with an illegal character";
      }
    }
    return wrongNumber(tag.word(WORD));
  }
}
