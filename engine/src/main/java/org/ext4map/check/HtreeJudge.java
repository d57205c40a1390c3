package org.ext4map.check;

import static org.ext4map.ondisk.LittleEndian.i32;
import static org.ext4map.ondisk.LittleEndian.u16;
import static org.ext4map.ondisk.LittleEndian.u32;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;
import org.ext4map.model.FileName;
import org.ext4map.ondisk.Crc32c;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.HashVersion;
import org.ext4map.ondisk.InodeRecord;
import org.ext4map.ondisk.NameHash;
import org.jspecify.annotations.Nullable;

/**
 * Judges the index of one directory: notes what the nodes say of each block while the blocks pass,
 * then holds that against what the blocks hold.
 *
 * <pre>
 *   root  block 0     [. | .. | info | limit count block | hash block | ... ]
 *                                          |             |
 *   leaf                              names with      hash ≤ h &lt; next
 * </pre>
 */
final class HtreeJudge {
  /** What a directory block is. */
  enum Kind {
    LEAF,
    NODE,
    ROOT
  }

  private static final int ROOT_INFO = 24;
  private static final int LEAST_INFO = 8;
  private static final int NODE_OFFSET = 8;
  private static final int ENTRY_BYTES = 8;
  private static final int TAIL_BYTES = 8;
  private static final long BLOCK_MASK = 0x0FFFFFFF;
  private static final long LAST_HASH = 0xFFFFFFFEL;
  private static final int DEEPEST = 4;
  private static final int LAST_PLAIN_HASH = 5;

  /** What is known of one block. */
  private static final class Block {
    private int references;
    private long parent = -1;
    private long from;
    private long to = LAST_HASH;
    private long least = Long.MAX_VALUE;
    private long most = -1;
    private Kind kind = Kind.LEAF;
  }

  private final Docket docket;
  private final Geometry geometry;
  private final Findings findings;
  private final long ino;
  private final boolean indexed;
  private final boolean hashesNames;
  private final long blockCount;
  private final Map<Long, Block> blocks = new TreeMap<>();
  private @Nullable NameHash hash;
  private int levels;
  private boolean broken;
  private boolean rootInvalid;

  HtreeJudge(Docket docket, long ino, InodeRecord inode) {
    this.docket = docket;
    this.geometry = docket.geometry();
    this.findings = docket.findings();
    this.ino = ino;
    this.indexed = inode.hasFlag(InodeRecord.INDEX_FL) && geometry.has(Feature.DIR_INDEX);
    this.hashesNames = indexed && !inode.hasFlag(InodeRecord.CASEFOLD_FL);
    this.blockCount = inode.size() / geometry.blockSize();
  }

  /** What block {@code lblk} is. */
  Kind kindOf(ByteBuffer block, long lblk) {
    if (!indexed) {
      return Kind.LEAF;
    }
    block(lblk);
    if (lblk == 0) {
      return isRootSane(block) ? Kind.ROOT : Kind.LEAF;
    }
    boolean empty =
        u32(block, 0) == 0
            && (u16(block, 4) == geometry.blockSize() || geometry.blockSize() > 32768)
            && block.get(6) == 0
            && u16(block, 4) != 12;
    return empty && u16(block, NODE_OFFSET) == limitOf(NODE_OFFSET) ? Kind.NODE : Kind.LEAF;
  }

  private boolean isRootSane(ByteBuffer block) {
    boolean sane =
        u32(block, ROOT_INFO) == 0
            && Byte.toUnsignedInt(block.get(ROOT_INFO + 5)) >= LEAST_INFO
            && ROOT_INFO + Byte.toUnsignedInt(block.get(ROOT_INFO + 5)) + ENTRY_BYTES
                < geometry.blockSize();
    rootInvalid |= !sane;
    return sane;
  }

  private int limitOf(int offset) {
    int tail = geometry.hasMetadataChecksums() ? TAIL_BYTES : 0;
    return (geometry.blockSize() - offset - tail) / ENTRY_BYTES;
  }

  /** Judges an index node or the root and notes what it says. */
  void judgeNode(ByteBuffer block, long lblk, long pblk, int seed) {
    int offset = NODE_OFFSET;
    if (lblk == 0) {
      offset = ROOT_INFO + Byte.toUnsignedInt(block.get(ROOT_INFO + 5));
      hash = hashOf(Byte.toUnsignedInt(block.get(ROOT_INFO + 4)));
      levels = Byte.toUnsignedInt(block.get(ROOT_INFO + 6));
      judgeDots(block, pblk);
    }
    Block self = block(lblk);
    self.kind = lblk == 0 ? Kind.ROOT : Kind.NODE;
    int limit = u16(block, offset);
    int count = u16(block, offset + 2);
    if (limit != limitOf(offset)) {
      tell(Problem.HTREE_LIMIT, pblk, "limit=" + limit + ", allowed " + limitOf(offset));
      return;
    }
    if (count > limit || count == 0) {
      tell(Problem.HTREE_COUNT, pblk, "count=" + count + ", allowed 1 … " + limit);
      return;
    }
    if (geometry.hasMetadataChecksums() && !isChecksumRight(block, offset, limit, count, seed)) {
      findings.addAt(
          lblk == 0 ? Problem.HTREE_ROOT_CHECKSUM : Problem.HTREE_NODE_CHECKSUM,
          ino,
          pblk,
          "dt_checksum");
    }
    readEntries(block, offset, count, lblk, pblk);
  }

  /** The hash of the names, if this judge can compute it. */
  private @Nullable NameHash hashOf(int version) {
    if (!hashesNames || version > LAST_PLAIN_HASH) {
      return null;
    }
    HashVersion known = HashVersion.of(version, docket.superblock().flags());
    return new NameHash(known, docket.superblock());
  }

  private void judgeDots(ByteBuffer block, long pblk) {
    if (u16(block, 4) != 12
        || (u16(block, 12 + 4) != geometry.blockSize() - 12 && geometry.blockSize() < 65536)) {
      tell(Problem.HTREE_ROOT_INVALID, pblk, "records of the dots");
    }
  }

  private static boolean isChecksumRight(
      ByteBuffer block, int offset, int limit, int count, int seed) {
    int tail = offset + limit * ENTRY_BYTES;
    int crc = Crc32c.update(seed, block, 0, offset + count * ENTRY_BYTES);
    crc = Crc32c.update(crc, block, tail, 4);
    return i32(block, tail + 4) == Crc32c.updateZeros(crc, 4);
  }

  private void readEntries(ByteBuffer block, int offset, int count, long lblk, long pblk) {
    long previous = 0;
    for (int i = 0; i < count; i++) {
      int at = offset + i * ENTRY_BYTES;
      long from = i == 0 ? 0 : u32(block, at);
      long to = i + 1 < count ? u32(block, at + ENTRY_BYTES) & ~1L : LAST_HASH;
      long child = u32(block, at + 4) & BLOCK_MASK;
      if (child == 0 || child >= blockCount) {
        tell(Problem.HTREE_BLOCK_NUMBER_INVALID, pblk, "entry " + i + ": block=" + child);
        continue;
      }
      if (from < previous) {
        tell(Problem.HTREE_HASH_ORDER, pblk, "entry " + i);
      }
      previous = from;
      Block target = block(child);
      target.references++;
      if (target.references == 1) {
        target.parent = lblk;
        target.from = from & ~1L;
        target.to = to;
      }
    }
  }

  /** Notes a name that block {@code lblk} holds. */
  void name(long lblk, DirectoryEntry entry) {
    if (!indexed || lblk == 0) {
      return;
    }
    Block block = block(lblk);
    if (hash != null) {
      long value = hash.of(FileName.of(entry.name()));
      block.least = Math.min(block.least, value);
      block.most = Math.max(block.most, value);
    }
  }

  /** Notes that block {@code lblk} does not exist. */
  void hole(long lblk) {
    if (indexed) {
      broken |= lblk == 0;
    }
  }

  /** Tells what does not fit, after the last block. */
  void conclude() {
    if (!indexed || broken) {
      return;
    }
    if (rootInvalid) {
      findings.add(Problem.HTREE_ROOT_INVALID, ino, "");
    } else {
      blocks.forEach(this::judgeBlock);
    }
    if (broken || rootInvalid) {
      findings.add(Problem.HTREE_DIRECTORY_INVALID, ino, "");
    }
  }

  private void judgeBlock(long lblk, Block block) {
    if (lblk == 0) {
      return;
    }
    if (block.references == 0) {
      tell(Problem.HTREE_BLOCK_UNREFERENCED, -1, "lblk=" + lblk);
      return;
    }
    if (block.references > 1) {
      tell(Problem.HTREE_BLOCK_REFERENCED_TWICE, -1, "lblk=" + lblk);
    }
    long from = block.from;
    long to = block.to;
    int depth = 0;
    Block above = blocks.get(block.parent);
    while (above != null && above.kind != Kind.ROOT && depth <= DEEPEST) {
      from = Math.max(from, above.from);
      to = Math.min(to, above.to);
      depth++;
      above = blocks.get(above.parent);
    }
    if (block.kind == Kind.LEAF && depth != levels) {
      tell(Problem.HTREE_DEPTH_WRONG, -1, "lblk=" + lblk + " depth " + depth);
    }
    if (block.least < from) {
      tell(Problem.HTREE_MIN_HASH, -1, "lblk=" + lblk);
    }
    if (block.most > to) {
      tell(Problem.HTREE_MAX_HASH, -1, "lblk=" + lblk);
    }
  }

  private Block block(long lblk) {
    return blocks.computeIfAbsent(lblk, key -> new Block());
  }

  private void tell(Problem problem, long pblk, String detail) {
    broken = true;
    if (pblk < 0) {
      findings.add(problem, ino, detail);
    } else {
      findings.addAt(problem, ino, pblk, detail);
    }
  }
}
