package org.ext4map.tree.extent;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.ext4map.alloc.SystemZones;
import org.ext4map.buffer.BufferCache;
import org.ext4map.device.MemoryBlockDevice;
import org.ext4map.model.Extent;
import org.ext4map.model.TreeNode;
import org.ext4map.ondisk.ExtentNode;
import org.ext4map.ondisk.Geometry;
import org.ext4map.tree.TreeContext;
import org.ext4map.tree.TreeRoot;

/** An extent tree of inode 12 on a memory device, built from the notation, to be edited by hand. */
final class TreeImage {
  static final long INO = 12;
  static final int GENERATION = 0x5eed;

  final Geometry geometry;
  final MemoryBlockDevice device;
  final ByteBuffer root = ByteBuffer.allocate(ExtentNode.ROOT_BYTES);
  private long nextBlock = 50;

  TreeImage(Geometry geometry) {
    this.geometry = geometry;
    this.device = new MemoryBlockDevice(64L << 20);
  }

  static List<Extent> extents(String notation) {
    return notation.isBlank()
        ? List.of()
        : List.of(notation.trim().split("\\s+")).stream().map(Extent::parse).toList();
  }

  /** Writes the tree with nodes of at most {@code capacity} entries, the root too. */
  TreeImage build(int capacity, String notation) {
    return build(capacity, extents(notation));
  }

  TreeImage build(int capacity, List<Extent> extents) {
    int rootCapacity = Math.min(capacity, 4);
    List<TreeNode.Child> level = new ArrayList<>();
    if (extents.size() <= rootCapacity) {
      writeLeaf(new ExtentNode(root, 0), rootCapacity, extents);
      return this;
    }
    for (int i = 0; i < extents.size(); i += capacity) {
      List<Extent> part = extents.subList(i, Math.min(extents.size(), i + capacity));
      long pblk = nextBlock++;
      write(pblk, node -> writeLeaf(node, capacity, part));
      level.add(new TreeNode.Child(part.get(0).lblk(), pblk));
    }
    int depth = 1;
    while (level.size() > rootCapacity) {
      List<TreeNode.Child> above = new ArrayList<>();
      for (int i = 0; i < level.size(); i += capacity) {
        List<TreeNode.Child> part = level.subList(i, Math.min(level.size(), i + capacity));
        long pblk = nextBlock++;
        int at = depth;
        write(pblk, node -> writeIndex(node, capacity, at, part));
        above.add(new TreeNode.Child(part.get(0).lblk(), pblk));
      }
      level = above;
      depth++;
    }
    writeIndex(new ExtentNode(root, 0), rootCapacity, depth, level);
    return this;
  }

  private static void writeLeaf(ExtentNode node, int capacity, List<Extent> extents) {
    node.format(capacity, 0);
    for (int i = 0; i < extents.size(); i++) {
      Extent e = extents.get(i);
      node.setExtent(i, e.lblk(), e.length(), e.pblk(), e.state());
    }
    node.setEntries(extents.size());
  }

  private static void writeIndex(
      ExtentNode node, int capacity, int depth, List<TreeNode.Child> children) {
    node.format(capacity, depth);
    for (int i = 0; i < children.size(); i++) {
      node.setIndex(i, children.get(i).lblk(), children.get(i).pblk());
    }
    node.setEntries(children.size());
  }

  /** Changes the node in block {@code pblk} and gives it a right checksum. */
  TreeImage edit(long pblk, Consumer<ExtentNode> change) {
    return write(pblk, change);
  }

  /** Changes any bytes of block {@code pblk} and gives the node a right checksum. */
  TreeImage editBytes(long pblk, Consumer<ByteBuffer> change) {
    ByteBuffer bytes = bytes(pblk);
    change.accept(bytes);
    store(pblk, bytes);
    return write(pblk, node -> {});
  }

  /** Changes the root. */
  TreeImage editRoot(Consumer<ExtentNode> change) {
    change.accept(new ExtentNode(root, 0));
    return this;
  }

  private TreeImage write(long pblk, Consumer<ExtentNode> change) {
    ByteBuffer bytes = bytes(pblk);
    ExtentNode node = new ExtentNode(bytes, 0);
    change.accept(node);
    if (node.capacity() <= ExtentNode.capacityOf(geometry.blockSize())) {
      node.updateChecksum(geometry.inodeChecksumSeed(INO, GENERATION));
    }
    store(pblk, bytes);
    return this;
  }

  ByteBuffer bytes(long pblk) {
    ByteBuffer bytes = ByteBuffer.allocate(geometry.blockSize() + 4);
    try {
      device.read(pblk * geometry.blockSize(), bytes.duplicate().limit(geometry.blockSize()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes;
  }

  void store(long pblk, ByteBuffer bytes) {
    try {
      device.write(pblk * geometry.blockSize(), bytes.duplicate().limit(geometry.blockSize()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The tree as it stands, through a new cache. */
  ExtentTree open() {
    return open(SystemZones.none(geometry));
  }

  ExtentTree open(SystemZones zones) {
    BufferCache cache =
        new BufferCache(device, geometry.blockSize(), geometry.blocksCount(), 1 << 20);
    return new ExtentTree(new TreeContext(geometry, cache, zones), treeRoot());
  }

  TreeRoot treeRoot() {
    return new TreeRoot() {
      @Override
      public long ino() {
        return INO;
      }

      @Override
      public int generation() {
        return GENERATION;
      }

      @Override
      public ByteBuffer iBlock() {
        return root;
      }
    };
  }
}
