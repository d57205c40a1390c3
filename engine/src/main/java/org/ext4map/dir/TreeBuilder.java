package org.ext4map.dir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.ext4map.model.Extent;
import org.ext4map.ondisk.ExtentNode;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.InodeRecord;

/** Builds an extent tree bottom up, every node full but the last of its level. */
final class TreeBuilder {
  private final Geometry geometry;
  private final int seed;
  private final NodeStore store;

  /** Where nodes go. */
  interface NodeStore {
    /** A free block for a node, from now on in use. */
    long allocate() throws IOException;

    /** Stores one whole block. */
    void write(long pblk, ByteBuffer block) throws IOException;
  }

  /** What an entry of the level above says about a node. */
  private record Child(long lblk, long pblk) {}

  /**
   * A builder.
   *
   * @param seed the seed of the inode's checksums
   */
  TreeBuilder(Geometry geometry, int seed, NodeStore store) {
    this.geometry = geometry;
    this.seed = seed;
    this.store = store;
  }

  /**
   * Stores the nodes that {@code extents} need and fills the root in {@code slot}.
   *
   * @return nodes stored, the root not counted
   */
  int build(List<Extent> extents, InodeRecord slot) throws IOException {
    ExtentNode root = new ExtentNode(slot.bytes(), slot.base() + InodeRecord.I_BLOCK);
    int rootCapacity = ExtentNode.capacityOf(ExtentNode.ROOT_BYTES);
    if (extents.size() <= rootCapacity) {
      root.format(rootCapacity, 0);
      fillLeaf(root, extents);
      return 0;
    }
    int capacity = ExtentNode.capacityOf(geometry.blockSize());
    int nodes = 0;
    int depth = 0;
    List<Child> level = new ArrayList<>();
    for (int from = 0; from < extents.size(); from += capacity) {
      List<Extent> part = extents.subList(from, Math.min(extents.size(), from + capacity));
      ExtentNode leaf = newNode(capacity, 0);
      fillLeaf(leaf, part);
      level.add(new Child(part.get(0).lblk(), storeNode(leaf)));
    }
    nodes += level.size();
    while (level.size() > rootCapacity) {
      depth++;
      List<Child> above = new ArrayList<>();
      for (int from = 0; from < level.size(); from += capacity) {
        List<Child> part = level.subList(from, Math.min(level.size(), from + capacity));
        ExtentNode index = newNode(capacity, depth);
        fillIndex(index, part);
        above.add(new Child(part.get(0).lblk(), storeNode(index)));
      }
      nodes += above.size();
      level = above;
    }
    root.format(rootCapacity, depth + 1);
    fillIndex(root, level);
    return nodes;
  }

  private ByteBuffer block = ByteBuffer.allocate(0);

  private ExtentNode newNode(int capacity, int depth) {
    block = ByteBuffer.allocate(geometry.blockSize());
    ExtentNode node = new ExtentNode(block, 0);
    node.format(capacity, depth);
    return node;
  }

  private long storeNode(ExtentNode node) throws IOException {
    if (geometry.hasMetadataChecksums()) {
      node.updateChecksum(seed);
    }
    long pblk = store.allocate();
    store.write(pblk, block.clear());
    return pblk;
  }

  private static void fillLeaf(ExtentNode leaf, List<Extent> extents) {
    for (int i = 0; i < extents.size(); i++) {
      Extent extent = extents.get(i);
      leaf.setExtent(i, extent.lblk(), extent.length(), extent.pblk(), extent.state());
    }
    leaf.setEntries(extents.size());
  }

  private static void fillIndex(ExtentNode index, List<Child> children) {
    for (int i = 0; i < children.size(); i++) {
      index.setIndex(i, children.get(i).lblk(), children.get(i).pblk());
    }
    index.setEntries(children.size());
  }
}
