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
  private static final int DOT_BYTES = 12;
  private static final int NODE_OFFSET = 8;
  private static final int ENTRY_BYTES = 8;
  private static final int TAIL_BYTES = 8;
  private static final long BLOCK_MASK = 0x0FFFFFFF;
  private static final long LAST_HASH = 0xFFFFFFFEL;
  private static final int DEEPEST = 32;

  /** Holes in a directory that are told one by one, so that a hostile one has an end. */
  private static final int HOLES_TOLD = 1024;

  private static final int LEVELS = 2;
  private static final int LEVELS_OF_LARGE = 3;
  private static final int LAST_PLAIN_HASH = 5;

  /** What is known of one block: what the node above says of it, and what it holds. */
  private static final class Block {
    private int references;
    private long parent;

    /** The block that the node above names before this one; 0 if none. */
    private long previous;

    private boolean first;
    private boolean last;
    private long from;
    private long to;
    private long least = Long.MAX_VALUE;
    private long most;
    private @Nullable Kind kind;
  }

  private final Docket docket;
  private final Geometry geometry;
  private final Findings findings;
  private final long ino;
  private final boolean indexed;
  private final boolean hashesNames;
  private final Map<Long, Block> blocks = new TreeMap<>();
  private @Nullable NameHash hash;
  private int levels;
  private boolean trustsChecksums = true;
  private final long blockCount;

  /**
   * A judge of directory {@code ino}.
   *
   * @param blockCount blocks up to the last one that is mapped
   */
  HtreeJudge(Docket docket, long ino, InodeRecord inode, long blockCount) {
    this(
        docket,
        docket.findings(),
        ino,
        inode.hasFlag(InodeRecord.INDEX_FL),
        !inode.hasFlag(InodeRecord.CASEFOLD_FL),
        blockCount);
  }

  /**
   * A judge that tells {@code findings}.
   *
   * @param hashesNames the hash of a name can be computed from its bytes
   */
  HtreeJudge(
      Docket docket,
      Findings findings,
      long ino,
      boolean indexed,
      boolean hashesNames,
      long blockCount) {
    this.docket = docket;
    this.geometry = docket.geometry();
    this.findings = findings;
    this.ino = ino;
    this.indexed = indexed;
    this.hashesNames = indexed && hashesNames;
    this.blockCount = blockCount;
  }

  /**
   * From now on no checksum of a block is believed: the inode, whose fields are in all of them, has
   * a wrong one itself.
   */
  void distrustChecksums() {
    trustsChecksums = false;
  }

  /** False if no checksum of a block is to be believed. */
  boolean trustsChecksums() {
    return trustsChecksums;
  }

  /** What block {@code lblk} is. */
  Kind kindOf(ByteBuffer block, long lblk) {
    if (!indexed) {
      return Kind.LEAF;
    }
    Kind kind = Kind.LEAF;
    if (lblk == 0) {
      kind = Kind.ROOT;
    } else if (u32(block, 0) == 0
        && isWholeBlock(u16(block, 4))
        && block.get(6) == 0
        && u16(block, NODE_OFFSET) == limitOf(NODE_OFFSET)) {
      kind = Kind.NODE;
    }
    block(lblk).kind = kind;
    return kind;
  }

  private boolean isWholeBlock(int recordLength) {
    return geometry.blockSize() < 65536
        ? recordLength == geometry.blockSize()
        : recordLength == 0 || recordLength == 65535;
  }

  private int limitOf(int offset) {
    int tail = geometry.hasMetadataChecksums() ? TAIL_BYTES : 0;
    return (geometry.blockSize() - offset - tail) / ENTRY_BYTES;
  }

  /** Judges an index node or the root and notes what it says. */
  void judgeNode(ByteBuffer block, long lblk, long pblk, int seed) {
    int offset = NODE_OFFSET;
    if (lblk == 0) {
      offset = judgeRoot(block, pblk);
    }
    int limit = u16(block, offset);
    int count = u16(block, offset + 2);
    int most = limitOf(offset);
    if (geometry.hasMetadataChecksums()
        && (!trustsChecksums
            || limit > most
            || count > limit
            || !isChecksumRight(block, offset, limit, count, seed))) {
      findings.addAt(
          lblk == 0 ? Problem.HTREE_ROOT_CHECKSUM : Problem.HTREE_NODE_CHECKSUM,
          ino,
          pblk,
          "dt_checksum");
    }
    if (limit != most) {
      findings.addAt(Problem.HTREE_LIMIT, ino, pblk, "limit=" + limit + ", allowed " + most);
    }
    if (count > most) {
      findings.addAt(Problem.HTREE_COUNT, ino, pblk, "count=" + count + ", allowed <= " + most);
    }
    readEntries(block, offset, Math.min(count, most), lblk, pblk);
  }

  /** Judges what describes the index; answers where its entries start. */
  private int judgeRoot(ByteBuffer block, long pblk) {
    int infoLength = Byte.toUnsignedInt(block.get(ROOT_INFO + 5));
    hash = hashOf(Byte.toUnsignedInt(block.get(ROOT_INFO + 4)));
    levels = Byte.toUnsignedInt(block.get(ROOT_INFO + 6));
    int most = geometry.has(Feature.LARGEDIR) ? LEVELS_OF_LARGE : LEVELS;
    if (u32(block, ROOT_INFO) != 0 || infoLength < LEAST_INFO || levels >= most) {
      findings.addAt(
          Problem.HTREE_ROOT_INVALID,
          ino,
          pblk,
          "info_length=" + infoLength + " indirect_levels=" + levels);
    }
    return ROOT_INFO + infoLength;
  }

  /** The hash of the names, if this judge can compute it. */
  private @Nullable NameHash hashOf(int version) {
    if (!hashesNames || version > LAST_PLAIN_HASH) {
      return null;
    }
    HashVersion known = HashVersion.of(version, docket.superblock().flags());
    return new NameHash(known, docket.superblock());
  }

  private static boolean isChecksumRight(
      ByteBuffer block, int offset, int limit, int count, int seed) {
    int tail = offset + limit * ENTRY_BYTES;
    int crc = Crc32c.update(seed, block, 0, offset + count * ENTRY_BYTES);
    crc = Crc32c.update(crc, block, tail, 4);
    return i32(block, tail + 4) == Crc32c.updateZeros(crc, 4);
  }

  /** True if {@code block} is or once was a node of an index, and its checksum fits. */
  boolean hasRightIndexChecksum(ByteBuffer block, int seed) {
    int offset;
    if (isWholeBlock(u16(block, 4)) && block.get(6) == 0) {
      offset = NODE_OFFSET;
    } else if (u16(block, 4) == DOT_BYTES
        && isRest(u16(block, DOT_BYTES + 4))
        && u32(block, ROOT_INFO) == 0
        && block.get(ROOT_INFO + 5) == LEAST_INFO) {
      offset = ROOT_INFO + LEAST_INFO;
    } else {
      return false;
    }
    int limit = u16(block, offset);
    int count = u16(block, offset + 2);
    return trustsChecksums
        && limit <= limitOf(offset)
        && count <= limit
        && isChecksumRight(block, offset, limit, count, seed);
  }

  private boolean isRest(int recordLength) {
    return recordLength == geometry.blockSize() - DOT_BYTES;
  }

  private void readEntries(ByteBuffer block, int offset, int count, long lblk, long pblk) {
    Block self = block(lblk);
    self.least = Long.MAX_VALUE;
    self.most = 0;
    long previous = 0;
    long before = 0;
    for (int i = 0; i < count; i++) {
      int at = offset + i * ENTRY_BYTES;
      long from = i == 0 ? 0 : u32(block, at) & ~1L;
      long child = u32(block, at + 4) & BLOCK_MASK;
      if (child >= blockCount) {
        findings.addAt(
            Problem.HTREE_BLOCK_NUMBER_INVALID, ino, pblk, "entry " + i + ": block=" + child);
        previous = from;
        before = child;
        continue;
      }
      if (from < previous) {
        findings.addAt(Problem.HTREE_HASH_ORDER, ino, pblk, "entry " + i);
      }
      previous = from;
      self.least = Math.min(self.least, from);
      self.most = Math.max(self.most, from);
      Block target = block(child);
      target.references++;
      if (target.references == 1) {
        target.parent = lblk;
      }
      target.previous = before;
      before = child;
      target.first |= i == 0;
      target.last |= i + 1 == count;
      target.from = from;
      target.to = i + 1 < count ? u32(block, at + ENTRY_BYTES) & ~1L : LAST_HASH;
    }
  }

  /** Notes a name that block {@code lblk} holds. */
  void name(long lblk, DirectoryEntry entry) {
    if (hash == null || lblk == 0) {
      return;
    }
    Block block = block(lblk);
    if (block.kind == Kind.LEAF) {
      long value = hash.of(FileName.of(entry.name()));
      block.least = Math.min(block.least, value);
      block.most = Math.max(block.most, value);
    }
  }

  /** How names are hashed, known from the root on; null if that cannot be computed. */
  @Nullable NameHash hash() {
    return hash;
  }

  /** Notes the least and the most hash of the names in a leaf. */
  void leaf(long lblk, long least, long most) {
    if (indexed) {
      block(lblk).least = least;
      block(lblk).most = most;
    }
  }

  /** True if the leaves have ranges of hashes that are known here. */
  boolean knowsHashes() {
    return hash != null;
  }

  /** Tells {@code names} the hashes of leaf {@code lblk}, if it holds any. */
  void tellHashes(long lblk, long pblk, DuplicateNames names) {
    Block block = block(lblk);
    if (hash != null && block.least <= block.most) {
      names.leaf(pblk, block.least, block.most);
    }
  }

  /** Tells what does not fit, after the last block. */
  void conclude() {
    if (!indexed || blockCount == 0) {
      return;
    }
    block(0).references++;
    long end = Math.min(blockCount, 2L * blocks.size() + HOLES_TOLD);
    tellAbove(Kind.LEAF, end);
    tellAbove(Kind.NODE, end);
    boolean sound = true;
    for (long lblk = 0; lblk < end; lblk++) {
      sound &= judgeBlock(lblk, block(lblk));
    }
    if (!sound) {
      findings.add(Problem.HTREE_DIRECTORY_INVALID, ino, "");
    }
  }

  /**
   * A node holds names from the least of its first block to the most of its last one, and may end
   * where the node behind it begins.
   */
  private void tellAbove(Kind kind, long end) {
    for (long lblk = 0; lblk < end; lblk++) {
      Block block = block(lblk);
      if (block.kind != kind) {
        continue;
      }
      Block above = block(block.parent);
      if (block.first) {
        above.least = block.least;
        if (above.previous != 0) {
          block(above.previous).to = above.least;
        }
      }
      if (block.last) {
        above.most = block.most;
      }
    }
  }

  private boolean judgeBlock(long lblk, Block block) {
    boolean sound = true;
    if (!block.first && block.least < block.from) {
      sound = tell(Problem.HTREE_MIN_HASH, lblk);
    }
    if (block.kind == Kind.LEAF && depthOf(block) != levels + 1) {
      sound = tell(Problem.HTREE_DEPTH_WRONG, lblk);
    }
    if (lblk > 0 && block.most > block.to) {
      sound = tell(Problem.HTREE_MAX_HASH, lblk);
    }
    if (block.references == 0) {
      sound = tell(Problem.HTREE_BLOCK_UNREFERENCED, lblk);
    } else if (block.references > 1) {
      sound = tell(Problem.HTREE_BLOCK_REFERENCED_TWICE, lblk);
    }
    return sound;
  }

  private int depthOf(Block block) {
    int depth = 0;
    Block at = block;
    while (at.kind != Kind.ROOT && depth < DEEPEST) {
      at = block(at.parent);
      depth++;
    }
    return depth;
  }

  private Block block(long lblk) {
    Block block = blocks.get(lblk);
    if (block == null) {
      block = new Block();
      blocks.put(lblk, block);
    }
    return block;
  }

  private boolean tell(Problem problem, long lblk) {
    findings.add(problem, ino, "lblk=" + lblk);
    return false;
  }
}
