package org.ext4map.check;

import static org.ext4map.ondisk.LittleEndian.i64;
import static org.ext4map.ondisk.LittleEndian.u32;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.FileType;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.InodeRecord;
import org.jspecify.annotations.Nullable;

/**
 * Holds the quota files against the use that the walk over the inodes found. A file is a tree of 1
 * KiB blocks: a header, four levels of pointers by owner, and leaves with 72 bytes an owner.
 */
final class QuotaPass {
  private static final int TREE_BLOCK = 1024;
  private static final int LEVELS = 4;
  private static final long MOST_BLOCKS = 1 << 20;
  private static final int LEAF_HEADER = 16;
  private static final int ENTRY_BYTES = 72;
  private static final int ENTRY_INODES = 24;
  private static final int ENTRY_SPACE = 48;

  private final Docket docket;
  private final Geometry geometry;
  private final Findings findings;

  QuotaPass(Docket docket) {
    this.docket = docket;
    this.geometry = docket.geometry();
    this.findings = docket.findings();
  }

  /** Says whose use is to be counted; before the walk over the inodes. */
  void prepare() {
    for (OwnerUsage.Kind kind : OwnerUsage.Kind.values()) {
      long ino = inodeOf(kind);
      if (ino == 0) {
        continue;
      }
      if (!docket.inodes().exists(ino)
          || ino == InodePass.ROOT_INO
          || (kind != OwnerUsage.Kind.PROJECT && ino != kind.reservedInode())) {
        findings.add(Problem.QUOTA_INODE_NUMBER_INVALID, kind + " " + ino);
      } else {
        docket.usage().count(kind);
      }
    }
  }

  private long inodeOf(OwnerUsage.Kind kind) {
    if (!geometry.has(Feature.QUOTA)) {
      return 0;
    }
    return switch (kind) {
      case USER -> docket.superblock().userQuotaInum();
      case GROUP -> docket.superblock().groupQuotaInum();
      case PROJECT -> docket.superblock().projectQuotaInum();
    };
  }

  void run() throws IOException {
    for (OwnerUsage.Kind kind : OwnerUsage.Kind.values()) {
      long ino = inodeOf(kind);
      if (ino != 0 && !docket.usage().of(kind).isEmpty()) {
        judge(kind, ino);
      }
    }
  }

  private void judge(OwnerUsage.Kind kind, long ino) throws IOException {
    InodeRecord inode = docket.inodes().readCopy(ino);
    if (inode == null || inode.type() != FileType.REGULAR) {
      findings.add(Problem.QUOTA_INODE_INVALID, ino, "");
      return;
    }
    QuotaFile file = new QuotaFile(ino, inode);
    ByteBuffer header = file.read(0);
    if (header == null || (int) u32(header, 0) != kind.magic()) {
      findings.add(Problem.QUOTA_FILE_CORRUPT, ino, "header");
      return;
    }
    Map<Long, long[]> stored = file.entries();
    Map<Long, long[]> differing = new TreeMap<>();
    docket
        .usage()
        .of(kind)
        .forEach(
            (owner, use) -> {
              long[] entry = stored.remove(owner);
              if (entry == null || entry[0] != use.bytes() || entry[1] != use.inodes()) {
                differing.put(owner, new long[] {use.bytes(), use.inodes()});
              }
            });
    stored.forEach(
        (owner, entry) -> {
          if (entry[0] != 0 || entry[1] != 0) {
            differing.put(owner, new long[] {0, 0});
          }
        });
    differing.forEach(
        (owner, use) ->
            findings.add(
                Problem.QUOTA_USAGE_WRONG,
                ino,
                kind + " " + owner + ": found " + use[0] + " bytes and " + use[1] + " inodes"));
  }

  /** The blocks of one quota file. */
  private final class QuotaFile implements MapVisitor {
    private final Map<Long, Long> blocks = new HashMap<>();
    private final Set<Long> nodes = new HashSet<>();
    private final long most;

    QuotaFile(long ino, InodeRecord inode) throws IOException {
      most = Math.min(MOST_BLOCKS, inode.size() / geometry.blockSize() + 1);
      if (inode.hasFlag(InodeRecord.EXTENTS_FL)) {
        int seed = geometry.inodeChecksumSeed(ino, inode.generation());
        new ExtentWalk(geometry, docket.image(), this, seed).walk(inode);
      } else {
        new IndirectWalk(geometry, docket.image(), this).walk(inode);
      }
    }

    /** The 1 KiB block {@code index}, or null. */
    @Nullable ByteBuffer read(long index) throws IOException {
      long byteOffset = index * TREE_BLOCK;
      Long pblk = blocks.get(byteOffset / geometry.blockSize());
      ByteBuffer block = pblk == null ? null : docket.image().read(pblk);
      return block == null
          ? null
          : block.slice((int) (byteOffset % geometry.blockSize()), TREE_BLOCK);
    }

    /** Bytes and inodes by owner. */
    Map<Long, long[]> entries() throws IOException {
      Map<Long, long[]> entries = new TreeMap<>();
      Set<Long> seen = new HashSet<>();
      Deque<long[]> open = new ArrayDeque<>();
      open.push(new long[] {1, 0});
      while (!open.isEmpty()) {
        long[] next = open.pop();
        ByteBuffer block = seen.add(next[0]) ? read(next[0]) : null;
        if (block == null) {
          continue;
        }
        if (next[1] == LEVELS) {
          leaf(block, entries);
          continue;
        }
        for (int i = 0; i < TREE_BLOCK; i += 4) {
          long child = u32(block, i);
          if (child != 0) {
            open.push(new long[] {child, next[1] + 1});
          }
        }
      }
      return entries;
    }

    private void leaf(ByteBuffer block, Map<Long, long[]> entries) {
      for (int at = LEAF_HEADER; at + ENTRY_BYTES <= TREE_BLOCK; at += ENTRY_BYTES) {
        boolean used = false;
        for (int i = 0; i < ENTRY_BYTES; i += 8) {
          used |= i64(block, at + i) != 0;
        }
        if (used) {
          entries.put(
              u32(block, at),
              new long[] {i64(block, at + ENTRY_SPACE), i64(block, at + ENTRY_INODES)});
        }
      }
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
}
