package org.ext4map.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.ext4map.Ext4File;
import org.ext4map.alloc.SystemZones;
import org.ext4map.dio.DirectChange;
import org.ext4map.dio.DirectInode;
import org.ext4map.map.BlockMapper;
import org.ext4map.model.Extent;
import org.ext4map.model.ExtentState;
import org.ext4map.model.Mapping;
import org.ext4map.status.ExtentStatusCache;
import org.ext4map.status.StatusBudget;
import org.ext4map.testkit.MemoryTree;
import org.ext4map.testkit.Shapes;

/** A file of many extents, the same for the same arguments, and random questions about it. */
final class BenchFile {
  /** How the extents lie. */
  enum Layout {
    /** hN: written extents of 1 … 4 blocks with holes of 1 … 4 between them. */
    HOLES,
    /** uN: extents of 1 … 4 blocks side by side, unwritten and written in turn. */
    IN_TURN
  }

  /** Questions asked in turn; many more than a branch predictor can learn by heart. */
  static final int QUERIES = 1 << 20;

  /** The physical block in a plain answer. */
  static final long PBLK_MASK = (1L << 48) - 1;

  private static final int MAX_RUN = 4;
  private static final long ROOM_BLOCKS = 1 << 16;
  private static final int BATCH = 2000;
  private static final long SEED = 20160203;
  private static final long INO = 12;
  private static final long IMAGE_BLOCKS = 1L << 31;
  private static final long CACHE_BYTES = 1L << 30;

  private final List<Extent> extents;

  BenchFile(int count, Layout layout) {
    SplittableRandom random = new SplittableRandom(SEED);
    extents = new ArrayList<>(count);
    long lblk = 0;
    for (int i = 0; i < count; i++) {
      lblk += layout == Layout.HOLES ? 1 + random.nextInt(MAX_RUN) : 0;
      int length = 1 + random.nextInt(MAX_RUN);
      boolean unwritten = layout == Layout.IN_TURN && i % 2 == 0;
      long pblk = 1 + random.nextLong(IMAGE_BLOCKS - MAX_RUN - 1);
      ExtentState state = unwritten ? ExtentState.UNWRITTEN : ExtentState.WRITTEN;
      extents.add(new Extent(lblk, length, pblk, state));
      lblk += length;
    }
  }

  List<Extent> extents() {
    return extents;
  }

  /** One past the last extent. */
  long end() {
    return extents.get(extents.size() - 1).end();
  }

  /** Bytes of an image that holds the file, its tree and a small journal. */
  long imageBytes() {
    long blocks = extents.stream().mapToLong(Extent::length).sum();
    return (blocks * 5 / 4 + ROOM_BLOCKS) * BenchImage.BLOCK;
  }

  /**
   * Makes {@code file}, which is empty, this one: extents at the same file blocks and in the same
   * states, at whatever blocks of the image. No data is written.
   */
  void writeTo(Ext4File file) throws IOException {
    file.truncate(end() * BenchImage.BLOCK);
    try (DirectInode inode = file.openDirect()) {
      for (int from = 0; from < extents.size(); from += BATCH) {
        write(inode, extents.subList(from, Math.min(extents.size(), from + BATCH)));
      }
    }
  }

  private static void write(DirectInode inode, List<Extent> extents) throws IOException {
    Mapping mapping = new Mapping();
    inode.lockExclusively();
    try {
      inode.enter();
      for (Extent extent : extents) {
        for (long lblk = extent.lblk(); lblk < extent.end(); lblk += mapping.length()) {
          inode.allocate(lblk, (int) (extent.end() - lblk), mapping);
        }
      }
    } finally {
      inode.unlockExclusively();
    }
    try (DirectChange change = inode.startChange()) {
      for (Extent extent : extents) {
        if (extent.state() == ExtentState.WRITTEN) {
          change.convert(extent.lblk(), extent.end());
        }
      }
    } finally {
      inode.leave();
    }
  }

  /** For benches that compare all answers before the clock starts. */
  static void requireSame(int query, long found, long expected) {
    if (found != expected) {
      throw new IllegalStateException("lblk " + query + ": " + found + " != " + expected);
    }
  }

  MemoryTree tree() {
    return new MemoryTree(extents, MemoryTree.BLOCK_ENTRIES);
  }

  /** A mapper over {@code tree} with an empty cache. */
  static BlockMapper mapper(MemoryTree tree) {
    ExtentStatusCache cache = new ExtentStatusCache(new StatusBudget(CACHE_BYTES));
    return new BlockMapper(INO, tree, ZonesOfNone.ZONES, cache);
  }

  private static final class ZonesOfNone {
    static final SystemZones ZONES = SystemZones.none(Shapes.of(4096, IMAGE_BLOCKS));
  }

  /** Blocks of extents, each extent as likely as the others. */
  int[] mappedQueries() {
    SplittableRandom random = new SplittableRandom(SEED + 1);
    int[] queries = new int[QUERIES];
    for (int i = 0; i < QUERIES; i++) {
      Extent extent = extents.get(random.nextInt(extents.size()));
      queries[i] = (int) (extent.lblk() + random.nextInt(extent.length()));
    }
    return queries;
  }

  /**
   * Blocks of extents, the one at rank {@code r} of a random order asked for about as often as
   * {@code 1 / r}: Zipf's law with exponent 1.
   */
  int[] oftenAskedQueries() {
    SplittableRandom random = new SplittableRandom(SEED + 2);
    int[] order = new int[extents.size()];
    for (int i = 0; i < order.length; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    int[] queries = new int[QUERIES];
    double ranks = Math.log(order.length + 1.0);
    for (int i = 0; i < QUERIES; i++) {
      int rank = (int) Math.exp(random.nextDouble() * ranks) - 1; // 0 … order.length - 1
      Extent extent = extents.get(order[Math.min(rank, order.length - 1)]);
      queries[i] = (int) (extent.lblk() + random.nextInt(extent.length()));
    }
    return queries;
  }
}
