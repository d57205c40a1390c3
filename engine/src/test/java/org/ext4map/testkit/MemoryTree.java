package org.ext4map.testkit;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.ext4map.model.Extent;
import org.ext4map.model.ExtentState;
import org.ext4map.model.Mapping;
import org.ext4map.ondisk.ExtentNode;
import org.ext4map.ondisk.Geometry;
import org.ext4map.tree.BlockTree;
import org.ext4map.tree.ExtentVisitor;
import org.ext4map.tree.LeafSink;
import org.ext4map.tree.NodeVisitor;

/**
 * An extent tree that is only its leaves, in memory: as an on-disk tree would answer, without a
 * device. Counts lookups.
 */
public final class MemoryTree implements BlockTree {
  /** Entries of a leaf that fills a block of 4 KiB. */
  public static final int BLOCK_ENTRIES = 340;

  private final List<ExtentNode> leaves = new ArrayList<>();
  private final long[] firstKeys;
  private final AtomicInteger finds = new AtomicInteger();

  /** A tree of these extents in order, {@code perLeaf} to a leaf. */
  public MemoryTree(List<Extent> extents, int perLeaf) {
    for (int i = 0; i == 0 || i < extents.size(); i += perLeaf) {
      leaves.add(leaf(extents.subList(i, Math.min(i + perLeaf, extents.size())), perLeaf));
    }
    firstKeys = new long[leaves.size()];
    for (int i = 1; i < leaves.size(); i++) {
      firstKeys[i] = leaves.get(i).key(0);
    }
  }

  private static ExtentNode leaf(List<Extent> extents, int capacity) {
    int bytes = ExtentNode.ENTRY_BYTES * (1 + capacity);
    ExtentNode node = new ExtentNode(ByteBuffer.allocate(bytes), 0);
    node.format(capacity, 0);
    for (int i = 0; i < extents.size(); i++) {
      Extent extent = extents.get(i);
      node.setExtent(i, extent.lblk(), extent.length(), extent.pblk(), extent.state());
    }
    node.setEntries(extents.size());
    return node;
  }

  /** How often {@link #find} was called. */
  public int finds() {
    return finds.get();
  }

  /** Leaf {@code i}, to be changed by hand. */
  public ExtentNode leaf(int i) {
    return leaves.get(i);
  }

  /** Leaves. */
  public int leafCount() {
    return leaves.size();
  }

  /** The first block that leaf {@code i} answers for; the end of all blocks for one too many. */
  public long knownFrom(int i) {
    return i < firstKeys.length ? firstKeys[i] : Geometry.maxLogicalBlocks();
  }

  @Override
  public void find(long lblk, Mapping out, LeafSink sink) {
    finds.incrementAndGet();
    int low = 0;
    for (int high = firstKeys.length; high - low > 1; ) {
      int middle = (low + high) >>> 1;
      if (firstKeys[middle] <= lblk) {
        low = middle;
      } else {
        high = middle;
      }
    }
    ExtentNode node = leaves.get(low);
    long end = knownFrom(low + 1);
    sink.leaf(node, knownFrom(low), end);
    int i = node.entries() == 0 ? -1 : node.search(lblk);
    if (i >= 0 && node.key(i) <= lblk) {
      long offset = lblk - node.key(i);
      if (offset < node.length(i)) {
        int left = (int) (node.length(i) - offset);
        out.setMapped(lblk, left, node.pblk(i) + offset, node.state(i));
        return;
      }
      i++;
    }
    i = Math.max(i, 0);
    long holeEnd = i < node.entries() ? node.key(i) : end;
    out.setHole(lblk, (int) Math.min(holeEnd - lblk, Integer.MAX_VALUE));
  }

  @Override
  public void forEach(long fromLblk, ExtentVisitor visitor) {
    for (ExtentNode node : leaves) {
      for (int i = 0; i < node.entries(); i++) {
        ExtentState state = node.state(i);
        if (node.key(i) + node.length(i) > fromLblk
            && !visitor.visit(node.key(i), node.length(i), node.pblk(i), state)) {
          return;
        }
      }
    }
  }

  @Override
  public int depth() {
    return leaves.size() == 1 ? 0 : 1;
  }

  @Override
  public void forEachNode(NodeVisitor visitor) {
    throw new UnsupportedOperationException("leaves only, no nodes above them");
  }
}
