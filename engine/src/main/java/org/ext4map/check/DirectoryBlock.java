package org.ext4map.check;

import static org.ext4map.ondisk.LittleEndian.i32;
import static org.ext4map.ondisk.LittleEndian.u16;
import static org.ext4map.ondisk.LittleEndian.u32;

import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import org.ext4map.ondisk.Crc32c;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.InodeRecord;

/** Judges the blocks of one directory: structure, checksum, and each entry in turn. */
final class DirectoryBlock {
  private static final int HEADER_BYTES = 8;
  private static final int LEAST_RECORD = 12;
  private static final int TAIL_BYTES = 12;
  private static final int TAIL_TYPE = 0xDE;
  private static final int HUGE_BLOCK = 65536;
  private static final int WRAPPED_LENGTH = 65535;

  private final Docket docket;
  private final Geometry geometry;
  private final Findings findings;
  private final long ino;
  private final HtreeJudge htree;
  private final DirectoryEntries entries;
  private final int seed;
  private boolean duplicatesTold;

  DirectoryBlock(Docket docket, int index, long ino, InodeRecord inode, HtreeJudge htree) {
    this.docket = docket;
    this.geometry = docket.geometry();
    this.findings = docket.findings();
    this.ino = ino;
    this.htree = htree;
    this.entries = new DirectoryEntries(docket, index, ino, inode);
    this.seed = geometry.inodeChecksumSeed(ino, inode.generation());
  }

  /** Judges block {@code lblk} of the directory. */
  void judge(ByteBuffer block, long lblk, long pblk) {
    HtreeJudge.Kind kind = htree.kindOf(block, lblk);
    int end = geometry.blockSize();
    if (kind == HtreeJudge.Kind.LEAF) {
      if (geometry.hasMetadataChecksums()) {
        end = judgeChecksum(block, pblk);
      }
    } else {
      htree.judgeNode(block, lblk, pblk, seed);
    }
    walk(block, end, lblk == 0 ? 0 : 2, lblk, pblk);
  }

  /** Answers where entries end: before the checksum, if there is room for it. */
  private int judgeChecksum(ByteBuffer block, long pblk) {
    int tail = geometry.blockSize() - TAIL_BYTES;
    boolean hasTail =
        i32(block, tail) == 0
            && u16(block, tail + 4) == TAIL_BYTES
            && block.get(tail + 6) == 0
            && Byte.toUnsignedInt(block.get(tail + 7)) == TAIL_TYPE;
    if (!hasTail) {
      findings.addAt(Problem.DIR_CHECKSUM_TAIL_MISSING, ino, pblk, "");
      return geometry.blockSize();
    }
    if (i32(block, tail + 8) != Crc32c.update(seed, block, 0, tail)) {
      findings.addAt(Problem.DIR_CHECKSUM, ino, pblk, "det_checksum");
    }
    return tail;
  }

  /** The dots of a directory that stands in its inode: only the parent's number is stored. */
  void inlineDots(long parent) {
    docket.census().names().increment(ino);
    entries.judgeInlineParent(parent);
  }

  /** Judges a piece of a directory that stands in its inode. */
  void judgeInline(ByteBuffer piece, String where) {
    if (piece.capacity() >= LEAST_RECORD) {
      walk(piece, piece.capacity(), 2, 0, -1);
    } else if (piece.capacity() > 0) {
      findings.add(Problem.DIR_BLOCK_CORRUPT, ino, where + " has " + piece.capacity() + " bytes");
    }
  }

  private void walk(ByteBuffer block, int end, int dotsSeen, long lblk, long pblk) {
    Set<ByteBuffer> names = new HashSet<>();
    int place = dotsSeen;
    int at = 0;
    while (at < end) {
      place++;
      int length = recordLength(block, at);
      int nameLength = at + HEADER_BYTES <= end ? Byte.toUnsignedInt(block.get(at + 6)) : 0;
      if (at + LEAST_RECORD > end
          || length < LEAST_RECORD
          || length % 4 != 0
          || at + length > end
          || nameLength + HEADER_BYTES > length) {
        String detail =
            "lblk=" + lblk + " byte " + at + ": rec_len=" + length + " name_len=" + nameLength;
        boolean tooLong = at + length > end && at + length <= block.capacity() && length % 4 == 0;
        Problem problem = tooLong ? Problem.DIR_LAST_RECORD_LENGTH : Problem.DIR_BLOCK_CORRUPT;
        if (pblk < 0) {
          findings.add(Problem.DIR_BLOCK_CORRUPT, ino, detail);
        } else {
          findings.addAt(problem, ino, pblk, detail);
        }
        return;
      }
      DirectoryEntry entry =
          new DirectoryEntry(block, at, u32(block, at), length, nameLength, place);
      entries.judge(entry);
      if (entry.ino() != 0 && place > 2) {
        htree.name(lblk, entry);
        judgeUnique(names, entry);
      }
      at += length;
    }
  }

  private void judgeUnique(Set<ByteBuffer> names, DirectoryEntry entry) {
    if (names.add(ByteBuffer.wrap(entry.name()))) {
      return;
    }
    findings.addTarget(Problem.DIR_DUPLICATE_NAME, ino, entry.ino(), "'" + entry.text() + "'");
    if (!duplicatesTold) {
      duplicatesTold = true;
      findings.add(Problem.DIR_DUPLICATE_ENTRY, ino, "");
    }
  }

  private int recordLength(ByteBuffer block, int at) {
    if (at + HEADER_BYTES > block.capacity()) {
      return 0;
    }
    int raw = u16(block, at + 4);
    if (geometry.blockSize() < HUGE_BLOCK) {
      return raw;
    }
    return raw == WRAPPED_LENGTH || raw == 0 ? HUGE_BLOCK : (raw & ~3) | ((raw & 3) << 16);
  }
}
