package org.ext4map.check;

import static org.ext4map.ondisk.LittleEndian.i32;
import static org.ext4map.ondisk.LittleEndian.i64;
import static org.ext4map.ondisk.LittleEndian.u32;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.InodeRecord;
import org.jspecify.annotations.Nullable;

/**
 * One quota file: a tree of 1 KiB blocks, whose first is a header, then four levels of pointers by
 * owner, and leaves.
 *
 * <pre>
 *   0  header    magic, version, ..., blocks in use, first free block, first block with free entries
 *   1  root      256 pointers by the highest byte of the owner's number ─▶ ... ─▶ leaf
 *      leaf      16 bytes, then entries of 48 (version 0) or 72 bytes (version 1)
 * </pre>
 */
final class QuotaFile implements MapVisitor {
  private static final int TREE_BLOCK = 1024;
  private static final int LEVELS = 4;
  private static final long MOST_BLOCKS = 1 << 20;
  private static final long LARGEST = 1L << 31;
  private static final int LEAF_HEADER = 16;
  private static final int HEADER_BLOCKS = 20;

  /** What one owner uses, as the file has it. */
  record Entry(long bytes, long inodes) {
    static final Entry NOTHING = new Entry(0, 0);

    /** For an owner of whom the file says two things. */
    private static final Entry CONTRADICTORY = new Entry(-1, -1);

    private Entry and(Entry other) {
      return equals(other) ? this : CONTRADICTORY;
    }
  }

  private final Geometry geometry;
  private final ImageBlocks image;
  private final long size;
  private final long most;
  private final Map<Long, Long> blocks = new HashMap<>();
  private final Set<Long> nodes = new HashSet<>();
  private final Map<Long, Entry> entries = new TreeMap<>();
  private int version;

  /** Notes where the file's blocks are. */
  QuotaFile(Geometry geometry, ImageBlocks image, long ino, InodeRecord inode) throws IOException {
    this.geometry = geometry;
    this.image = image;
    this.size = inode.size();
    this.most = Math.min(MOST_BLOCKS, size / geometry.blockSize() + 1);
    if (inode.hasFlag(InodeRecord.EXTENTS_FL)) {
      int seed = geometry.inodeChecksumSeed(ino, inode.generation());
      new ExtentWalk(geometry, image, this, seed).walk(inode);
    } else {
      new IndirectWalk(geometry, image, this).walk(inode);
    }
  }

  /** What tells that this is no quota file of {@code kind} at all. */
  Optional<String> wrongWithFormat(OwnerUsage.Kind kind) throws IOException {
    ByteBuffer header = block(0);
    if (header == null) {
      return Optional.of("the header cannot be read");
    }
    version = i32(header, 4);
    if (i32(header, 0) != kind.magic()) {
      return Optional.of(
          String.format("dqh_magic=0x%08x, allowed 0x%08x", i32(header, 0), kind.magic()));
    }
    return version == 0 || version == 1
        ? Optional.empty()
        : Optional.of("dqh_version=" + version + ", allowed 0 or 1");
  }

  /** Reads all entries; answers what is wrong with the header or the tree. */
  Optional<String> read() throws IOException {
    ByteBuffer header = block(0);
    if (header == null) {
      return Optional.of("the header cannot be read");
    }
    long count = u32(header, HEADER_BLOCKS);
    if (Long.compareUnsigned(size, LARGEST) > 0 || count > (size + TREE_BLOCK - 1) / TREE_BLOCK) {
      return Optional.of("dqi_blocks=" + count + ", the file has " + size + " bytes");
    }
    for (int i = 1; i <= 2; i++) {
      long free = u32(header, HEADER_BLOCKS + 4 * i);
      if (free >= count) {
        return Optional.of(
            (i == 1 ? "dqi_free_blk=" : "dqi_free_entry=") + free + ", allowed < " + count);
      }
    }
    return readTree(count);
  }

  /** What the owners use; after {@link #read}. */
  Map<Long, Entry> entries() {
    return Collections.unmodifiableMap(entries);
  }

  private record Node(long block, int level) {}

  private Optional<String> readTree(long count) throws IOException {
    Set<Long> leaves = new HashSet<>();
    Deque<Node> open = new ArrayDeque<>();
    open.push(new Node(1, 0));
    for (long left = LEVELS * count; !open.isEmpty(); left--) {
      if (left == 0) {
        return Optional.of("the tree passes through its blocks again and again");
      }
      Node next = open.pop();
      ByteBuffer block = block(next.block());
      if (block == null) {
        continue;
      }
      if (next.level() == LEVELS) {
        if (leaves.add(next.block())) {
          readLeaf(block);
        }
        continue;
      }
      for (int i = 0; i < TREE_BLOCK; i += 4) {
        long child = u32(block, i);
        if (child >= count) {
          return Optional.of(
              "block " + next.block() + " points to " + child + ", allowed < " + count);
        }
        if (child != 0) {
          open.push(new Node(child, next.level() + 1));
        }
      }
    }
    return Optional.empty();
  }

  private void readLeaf(ByteBuffer block) {
    int bytes = version == 0 ? 48 : 72;
    for (int at = LEAF_HEADER; at + bytes <= TREE_BLOCK; at += bytes) {
      boolean used = false;
      for (int i = 0; i < bytes; i += 8) {
        used |= i64(block, at + i) != 0;
      }
      if (used) {
        Entry entry =
            version == 0
                ? new Entry(i64(block, at + 24), u32(block, at + 12))
                : new Entry(i64(block, at + 48), i64(block, at + 24));
        entries.merge(u32(block, at), entry, Entry::and);
      }
    }
  }

  /** The 1 KiB block {@code index}, or null. */
  private @Nullable ByteBuffer block(long index) throws IOException {
    long byteOffset = index * TREE_BLOCK;
    Long pblk = blocks.get(byteOffset / geometry.blockSize());
    ByteBuffer block = pblk == null ? null : image.read(pblk);
    return block == null
        ? null
        : block.slice((int) (byteOffset % geometry.blockSize()), TREE_BLOCK);
  }

  @Override
  public boolean node(long pblk) {
    return nodes.add(pblk);
  }

  @Override
  public boolean run(long lblk, long pblk, long count, boolean unwritten) {
    for (long i = 0; i < count && lblk + i < most; i++) {
      blocks.put(lblk + i, pblk + i);
    }
    return true;
  }

  @Override
  public void wrong(Problem problem, long pblk, String detail) {
    // told by the walk over the inodes
  }
}
