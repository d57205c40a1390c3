package org.ext4map.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.ext4map.model.BlockRange;
import org.ext4map.model.ExtentState;
import org.ext4map.ondisk.ExtentNode;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.InodeRecord;

/**
 * Builds an extent tree from its leaves up: full nodes, then nodes above them, until what is left
 * fits into the inode.
 */
final class ExtentMapBuilder implements BlockMapBuilder {
  private static final int ROOT_CAPACITY = ExtentNode.capacityOf(ExtentNode.ROOT_BYTES);

  private final Geometry geometry;
  private final SpaceMap space;
  private final BlockWriter writer;

  ExtentMapBuilder(Geometry geometry, SpaceMap space, BlockWriter writer) {
    this.geometry = geometry;
    this.space = space;
    this.writer = writer;
  }

  /** What an entry of a node says: the logical block it starts at, and what it leads to. */
  private record Entry(long lblk, int length, long pblk) {
    void store(ExtentNode node, int i) {
      if (node.depth() == 0) {
        node.setExtent(i, lblk, length, pblk, ExtentState.WRITTEN);
      } else {
        node.setIndex(i, lblk, pblk);
      }
    }
  }

  @Override
  public int map(long ino, InodeRecord inode, List<BlockRange> runs) throws IOException {
    List<Entry> level = leafEntries(runs);
    int depth = 0;
    int nodes = 0;
    while (level.size() > ROOT_CAPACITY) {
      List<Entry> above = new ArrayList<>();
      int capacity = ExtentNode.capacityOf(geometry.blockSize());
      for (int from = 0; from < level.size(); from += capacity) {
        List<Entry> part = level.subList(from, Math.min(level.size(), from + capacity));
        above.add(new Entry(part.get(0).lblk, 0, writeNode(ino, inode, part, depth)));
        nodes++;
      }
      level = above;
      depth++;
    }
    store(
        new ExtentNode(inode.bytes(), inode.base() + InodeRecord.I_BLOCK),
        level,
        depth,
        ROOT_CAPACITY);
    inode.setFlags(inode.flags() | InodeRecord.EXTENTS_FL);
    return nodes;
  }

  /** Nearly every group may begin with metadata and so end a run. */
  @Override
  public long mapBlocksAtMost(long blocks) {
    long runs =
        2 + 2 * (blocks / (geometry.blocksPerGroup() / 4)) + blocks / ExtentNode.MAX_WRITTEN_LENGTH;
    int capacity = ExtentNode.capacityOf(geometry.blockSize());
    return runs <= ROOT_CAPACITY ? 0 : 3 + runs / capacity + runs / capacity / capacity;
  }

  private static List<Entry> leafEntries(List<BlockRange> runs) {
    List<Entry> entries = new ArrayList<>();
    long lblk = 0;
    for (BlockRange run : runs) {
      for (long pblk = run.start(); pblk < run.end(); ) {
        int length = (int) Math.min(ExtentNode.MAX_WRITTEN_LENGTH, run.end() - pblk);
        entries.add(new Entry(lblk, length, pblk));
        lblk += length;
        pblk += length;
      }
    }
    return entries;
  }

  private long writeNode(long ino, InodeRecord inode, List<Entry> entries, int depth)
      throws IOException {
    long pblk = space.take(entries.get(0).pblk, 1).get(0).start();
    ByteBuffer block = writer.newBlock();
    ExtentNode node = new ExtentNode(block, 0);
    store(node, entries, depth, ExtentNode.capacityOf(geometry.blockSize()));
    if (geometry.hasMetadataChecksums()) {
      node.updateChecksum(geometry.inodeChecksumSeed(ino, inode.generation()));
    }
    writer.write(pblk, block);
    return pblk;
  }

  private static void store(ExtentNode node, List<Entry> entries, int depth, int capacity) {
    node.format(capacity, depth);
    for (int i = 0; i < entries.size(); i++) {
      entries.get(i).store(node, i);
    }
    node.setEntries(entries.size());
  }
}
