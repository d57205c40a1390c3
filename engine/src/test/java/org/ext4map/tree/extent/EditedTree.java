package org.ext4map.tree.extent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.ext4map.alloc.SystemZones;
import org.ext4map.buffer.BufferCache;
import org.ext4map.model.Extent;
import org.ext4map.model.ExtentState;
import org.ext4map.model.Mapping;
import org.ext4map.ondisk.ExtentNode;
import org.ext4map.ondisk.Geometry;
import org.ext4map.tree.LeafSink;
import org.ext4map.tree.MemoryEdit;
import org.ext4map.tree.TreeContext;

/**
 * A tree that is changed and then judged by what stands on the device: read again with nothing in
 * memory, every node checked, every block accounted for.
 */
final class EditedTree {
  static final int FIRST_NODE = 3000;
  static final byte STALE = 'X';

  final TreeImage image;
  final MemoryEdit below;
  final ExtentTree tree;
  private final Geometry geometry;
  private final byte[] committedRoot;

  EditedTree(Geometry geometry, int capacity, String notation) throws IOException {
    this(geometry, capacity, TreeImage.extents(notation));
  }

  EditedTree(Geometry geometry, int capacity, List<Extent> extents) throws IOException {
    this(new TreeImage(geometry).build(capacity, extents), capacity);
  }

  /** Whatever {@code image} holds; new nodes get {@code capacity} entries. */
  EditedTree(TreeImage image, int capacity) throws IOException {
    this.image = image;
    this.geometry = image.geometry;
    BufferCache cache =
        new BufferCache(image.device, geometry.blockSize(), geometry.blocksCount(), 1 << 20);
    below = new MemoryEdit(image.device, cache, FIRST_NODE);
    TreeContext context = new TreeContext(geometry, cache, SystemZones.none(geometry));
    tree = new ExtentTree(context, image.treeRoot(), capacity);
    tree.forEachNode(
        node -> {
          node.pblk().ifPresent(below::ownNode);
          node.extents().forEach(extent -> below.ownData(extent.pblk(), extent.length()));
          return true;
        });
    committedRoot = image.root.array().clone();
  }

  ExtentEditor edit() {
    return tree.edit(below.edit());
  }

  ExtentConverter convert(long endOfFile, int maxZeroOut) {
    return tree.convert(below.edit(), () -> endOfFile, maxZeroOut);
  }

  /** Commits, reads everything again, and answers the extents in the notation. */
  String onDevice() throws IOException {
    boolean rootChanged = below.commit();
    if (!rootChanged) {
      assertThat(image.root.array()).as("root changed silently").isEqualTo(committedRoot);
    }
    System.arraycopy(image.root.array(), 0, committedRoot, 0, committedRoot.length);
    return below.judge(image.open());
  }

  int depth() throws IOException {
    return tree.depth();
  }

  Mapping find(long lblk) throws IOException {
    Mapping out = new Mapping();
    tree.find(lblk, out, LeafSink.NONE);
    return out;
  }

  /** Fills the data of {@code [pblk, pblk + count)} with one byte. */
  void fill(long pblk, long count, byte value) throws IOException {
    byte[] bytes = new byte[geometry.blockSize()];
    Arrays.fill(bytes, value);
    for (long each = pblk; each < pblk + count; each++) {
      image.device.write(each * bytes.length, ByteBuffer.wrap(bytes));
    }
  }

  /** The one byte that block {@code pblk} is full of. */
  byte byteAt(long pblk) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(geometry.blockSize());
    image.device.read(pblk * geometry.blockSize(), bytes);
    byte first = bytes.get(0);
    for (byte each : bytes.array()) {
      if (each != first) {
        throw new AssertionError("block " + pblk + " holds " + first + " and " + each);
      }
    }
    return first;
  }

  /** What a read of block {@code lblk} answers. */
  byte read(long lblk) throws IOException {
    Mapping out = find(lblk);
    return out.state() == ExtentState.WRITTEN ? byteAt(out.pblk()) : 0;
  }

  ExtentNode root() {
    return new ExtentNode(image.root, 0);
  }
}
