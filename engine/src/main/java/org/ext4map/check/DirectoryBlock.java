package org.ext4map.check;

import static org.ext4map.ondisk.LittleEndian.i32;
import static org.ext4map.ondisk.LittleEndian.u16;
import static org.ext4map.ondisk.LittleEndian.u32;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
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
  private final DuplicateNames duplicates;
  private final int seed;

  DirectoryBlock(Docket docket, int index, long ino, InodeRecord inode, HtreeJudge htree) {
    this.docket = docket;
    this.geometry = docket.geometry();
    this.findings = docket.findings();
    this.ino = ino;
    this.htree = htree;
    this.entries = new DirectoryEntries(docket, index, ino, inode);
    this.duplicates = new DuplicateNames(docket, ino);
    this.seed = geometry.inodeChecksumSeed(ino, inode.generation());
  }

  /** Judges block {@code lblk} of the directory. */
  void judge(ByteBuffer block, long lblk, long pblk) throws IOException {
    HtreeJudge.Kind kind = htree.kindOf(block, lblk);
    int firstPlace = lblk == 0 ? 0 : 2;
    if (kind != HtreeJudge.Kind.LEAF) {
      walk(block, geometry.blockSize(), firstPlace, lblk, pblk);
      htree.judgeNode(block, lblk, pblk, seed);
      return;
    }
    if (!htree.knowsHashes()) {
      duplicates.block(pblk);
    }
    judgeLeaf(block, firstPlace, lblk, pblk);
    if (htree.knowsHashes()) {
      htree.tellHashes(lblk, pblk, duplicates);
    }
  }

  /** After the last block: tells which names stand in several. */
  void conclude() throws IOException {
    duplicates.conclude();
  }

  private void judgeLeaf(ByteBuffer block, int firstPlace, long lblk, long pblk)
      throws IOException {
    if (!geometry.hasMetadataChecksums()) {
      walk(block, geometry.blockSize(), firstPlace, lblk, pblk);
      return;
    }
    int tail = geometry.blockSize() - TAIL_BYTES;
    Tail found = tailOf(block, tail);
    if (found == Tail.MISSING && htree.hasRightIndexChecksum(block, seed)) {
      walk(block, tail, firstPlace, lblk, pblk);
      return;
    }
    if (found == Tail.MISSING) {
      findings.addAt(Problem.DIR_CHECKSUM_TAIL_MISSING, ino, pblk, "");
    }
    boolean right =
        htree.trustsChecksums()
            && found == Tail.PRESENT
            && i32(block, tail + 8) == Crc32c.update(seed, block, 0, tail);
    int end = found == Tail.MISSING ? geometry.blockSize() : tail;
    if (walk(block, end, firstPlace, lblk, pblk) && !right) {
      findings.addAt(Problem.DIR_CHECKSUM, ino, pblk, "det_checksum");
    }
  }

  /** What follows the records of a block. */
  private enum Tail {
    PRESENT,
    MISSING,
    /** The records do not lead there. */
    UNKNOWN
  }

  private Tail tailOf(ByteBuffer block, int tail) {
    int at = 0;
    while (at < tail) {
      int length = recordLength(block, at);
      if (length < HEADER_BYTES || length % 4 != 0) {
        return Tail.UNKNOWN;
      }
      at += length;
    }
    if (at > geometry.blockSize()) {
      return Tail.UNKNOWN;
    }
    boolean present =
        at == tail
            && i32(block, tail) == 0
            && u16(block, tail + 4) == TAIL_BYTES
            && block.get(tail + 6) == 0
            && Byte.toUnsignedInt(block.get(tail + 7)) == TAIL_TYPE;
    return present ? Tail.PRESENT : Tail.MISSING;
  }

  /** The dots of a directory that stands in its inode: only the parent's number is stored. */
  void inlineDots(long parent) {
    docket.census().names().increment(ino);
    entries.judgeInlineParent(parent);
  }

  /** Judges a piece of a directory that stands in its inode. */
  void judgeInline(ByteBuffer piece, String where) throws IOException {
    if (piece.capacity() >= LEAST_RECORD) {
      walk(piece, piece.capacity(), 2, 0, -1);
    } else if (piece.capacity() > 0) {
      findings.add(Problem.DIR_BLOCK_CORRUPT, ino, where + " has " + piece.capacity() + " bytes");
    }
  }

  /** Judges the records up to {@code end}; false if they do not lead there. */
  private boolean walk(ByteBuffer block, int end, int dotsSeen, long lblk, long pblk)
      throws IOException {
    Map<ByteBuffer, Long> names = new HashMap<>();
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
        if (pblk < 0) {
          findings.add(Problem.DIR_BLOCK_CORRUPT, ino, detail);
        } else {
          findings.addAt(Problem.DIR_BLOCK_CORRUPT, ino, pblk, detail);
        }
        return false;
      }
      DirectoryEntry entry =
          new DirectoryEntry(block, at, u32(block, at), length, nameLength, place);
      boolean counts = entries.judge(entry);
      if (entry.ino() != 0 && place > 2) {
        htree.name(lblk, entry);
      }
      if (counts) {
        judgeUnique(names, entry);
        if (place > 2 && pblk >= 0 && !htree.knowsHashes()) {
          duplicates.name(entry.name());
        }
      }
      at += length;
    }
    return true;
  }

  private void judgeUnique(Map<ByteBuffer, Long> names, DirectoryEntry entry) {
    Long other = names.putIfAbsent(ByteBuffer.wrap(entry.name()), entry.ino());
    if (other == null) {
      return;
    }
    String name = "'" + entry.text() + "'";
    findings.addTarget(Problem.DIR_DUPLICATE_ENTRY, ino, entry.ino(), name);
    if (other != entry.ino() && !entry.isDots(1) && !entry.isDots(2)) {
      findings.addTarget(
          Problem.DIR_DUPLICATE_NAME, ino, entry.ino(), name + " is also <" + other + ">");
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
