package org.ext4map.check;

import static org.ext4map.ondisk.BigEndian.i32;
import static org.ext4map.ondisk.BigEndian.u16;
import static org.ext4map.ondisk.BigEndian.u32;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.ext4map.ondisk.Crc32c;
import org.jspecify.annotations.Nullable;

/**
 * Reads a log as recovery would and answers which block of it is the newest copy of which block of
 * the file system. Writes nothing and keeps no block in memory.
 *
 * <pre>
 *   s_start
 *     |
 *   [desc|copy copy ...|commit] [revoke|desc|copy|commit] ... (first block that does not fit)
 *     sequence n                  sequence n + 1
 * </pre>
 */
final class LogScan {
  private static final int DESCRIPTOR = 1;
  private static final int COMMIT = 2;
  private static final int REVOKE = 5;
  private static final int HEADER_BYTES = 12;
  private static final int UUID_BYTES = 16;
  private static final int TAG_ESCAPE = 1;
  private static final int TAG_SAME_UUID = 2;
  private static final int TAG_LAST = 8;
  private static final int COMMIT_CHECKSUM = 0x10;

  private record Tag(long pblk, long logBlock, boolean escaped, int sequence, int checksum) {}

  private final LogFile log;
  private final LogSuperblock sb;
  private final Findings findings;
  private final List<Tag> tags = new ArrayList<>();
  private final Map<Long, Integer> revoked = new HashMap<>();
  private long transactions;
  private int sequence;

  LogScan(LogFile log, LogSuperblock sb, Findings findings) {
    this.log = log;
    this.sb = sb;
    this.findings = findings;
  }

  /** Transactions that recovery would replay. */
  long transactions() {
    return transactions;
  }

  /** The sequence number after that of the last transaction that recovery would replay. */
  int nextSequence() {
    return sequence;
  }

  /** The newest copies, by block of the file system. */
  Map<Long, ImageBlocks.LogCopy> newestCopies() throws IOException {
    scan();
    Map<Long, ImageBlocks.LogCopy> newest = new HashMap<>();
    for (Tag tag : tags) {
      Integer revoke = revoked.get(tag.pblk());
      if (revoke != null && revoke - tag.sequence() >= 0) {
        continue;
      }
      if (isCopyRight(tag)) {
        newest.put(
            tag.pblk(),
            new ImageBlocks.LogCopy(log.device(), log.offsetOf(tag.logBlock()), tag.escaped()));
      } else {
        findings.addAt(
            Problem.JOURNAL_TRANSACTION_CORRUPT,
            tag.pblk(),
            "checksum of its copy in log block " + tag.logBlock());
      }
    }
    return newest;
  }

  private boolean isCopyRight(Tag tag) throws IOException {
    if (!sb.hasChecksums()) {
      return true;
    }
    ByteBuffer copy = log.read(tag.logBlock());
    if (copy == null) {
      return false;
    }
    int crc = Crc32c.updateBe32(sb.seed(), tag.sequence());
    crc = Crc32c.update(crc, copy, 0, log.blockSize());
    return sb.has(LogSuperblock.CHECKSUM_V3)
        ? crc == tag.checksum()
        : (crc & 0xFFFF) == tag.checksum();
  }

  private void scan() throws IOException {
    long ring = sb.ringEnd() - sb.first();
    long at = sb.start();
    sequence = sb.sequence();
    List<Tag> open = new ArrayList<>();
    Map<Long, Integer> openRevokes = new HashMap<>();
    long steps = 0;
    while (steps < ring) {
      ByteBuffer block = log.read(at);
      if (block == null || i32(block, 0) != LogSuperblock.MAGIC || i32(block, 8) != sequence) {
        return;
      }
      long used = 1;
      int type = i32(block, 4);
      if (type == DESCRIPTOR) {
        if (!isTailRight(block)) {
          torn(at, "descriptor block");
          return;
        }
        used += readTags(block, at, sequence, open);
      } else if (type == REVOKE) {
        if (!isTailRight(block) || !readRevokes(block, sequence, openRevokes)) {
          torn(at, "revoke block");
          return;
        }
      } else if (type == COMMIT) {
        if (!isCommitRight(block)) {
          torn(at, "commit block");
          return;
        }
        commit(open, openRevokes);
        sequence++;
      } else {
        return;
      }
      steps += used;
      at = wrap(at + used);
    }
  }

  private void commit(List<Tag> open, Map<Long, Integer> openRevokes) {
    tags.addAll(open);
    open.clear();
    for (Map.Entry<Long, Integer> revoke : openRevokes.entrySet()) {
      Integer before = revoked.get(revoke.getKey());
      if (before == null || revoke.getValue() - before > 0) {
        revoked.put(revoke.getKey(), revoke.getValue());
      }
    }
    openRevokes.clear();
    transactions++;
  }

  private void torn(long logBlock, String what) {
    findings.add(Problem.JOURNAL_TRANSACTION_CORRUPT, what + " in log block " + logBlock);
  }

  private long wrap(long logBlock) {
    long ring = sb.ringEnd() - sb.first();
    return logBlock >= sb.ringEnd() ? logBlock - ring : logBlock;
  }

  /** Reads the tags of a descriptor; answers how many copies follow it. */
  private long readTags(ByteBuffer block, long at, int sequence, List<Tag> open) {
    int tagBytes = tagBytes();
    int end = log.blockSize() - (sb.hasChecksums() ? 4 : 0);
    int offset = HEADER_BYTES;
    long copies = 0;
    while (offset + tagBytes <= end) {
      boolean v3 = sb.has(LogSuperblock.CHECKSUM_V3);
      int flags = v3 ? i32(block, offset + 4) : u16(block, offset + 6);
      long pblk = u32(block, offset);
      if (sb.has(LogSuperblock.BIT64)) {
        pblk |= u32(block, offset + 8) << 32;
      }
      int checksum = v3 ? i32(block, offset + 12) : u16(block, offset + 4);
      copies++;
      open.add(new Tag(pblk, wrap(at + copies), (flags & TAG_ESCAPE) != 0, sequence, checksum));
      offset += tagBytes + ((flags & TAG_SAME_UUID) != 0 ? 0 : UUID_BYTES);
      if ((flags & TAG_LAST) != 0) {
        break;
      }
    }
    return copies;
  }

  private int tagBytes() {
    if (sb.has(LogSuperblock.CHECKSUM_V3)) {
      return 16;
    }
    int bytes = sb.has(LogSuperblock.BIT64) ? 12 : 8;
    return sb.has(LogSuperblock.CHECKSUM_V2) ? bytes + 2 : bytes;
  }

  private boolean readRevokes(ByteBuffer block, int sequence, Map<Long, Integer> open) {
    int width = sb.has(LogSuperblock.BIT64) ? 8 : 4;
    long end = u32(block, HEADER_BYTES);
    if (end > log.blockSize() - (sb.hasChecksums() ? 4 : 0)) {
      return false;
    }
    for (int offset = HEADER_BYTES + 4; offset + width <= end; offset += width) {
      long pblk =
          width == 8 ? (u32(block, offset) << 32) | u32(block, offset + 4) : u32(block, offset);
      open.put(pblk, sequence);
    }
    return true;
  }

  private boolean isTailRight(ByteBuffer block) {
    return !sb.hasChecksums() || isBlockRight(block, log.blockSize() - 4);
  }

  private boolean isCommitRight(ByteBuffer block) {
    return !sb.hasChecksums() || isBlockRight(block, COMMIT_CHECKSUM);
  }

  private boolean isBlockRight(ByteBuffer block, int checksumAt) {
    int crc = Crc32c.update(sb.seed(), block, 0, checksumAt);
    crc = Crc32c.updateZeros(crc, 4);
    int rest = checksumAt + 4;
    crc = Crc32c.update(crc, block, rest, log.blockSize() - rest);
    return i32(block, checksumAt) == crc;
  }

  /** The block of {@code log} with its superblock; null if it has none. */
  static @Nullable LogSuperblock superblockOf(LogFile log, long logBlock) throws IOException {
    ByteBuffer block = log.read(logBlock);
    return block == null ? null : new LogSuperblock(block);
  }
}
