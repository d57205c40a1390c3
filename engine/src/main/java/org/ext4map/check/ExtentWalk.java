package org.ext4map.check;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.ext4map.ondisk.ExtentNode;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.InodeRecord;

/**
 * Walks the extent tree of one inode and holds every node against the rules of the format. Depth
 * falls by one at every step, so that no tree of nodes can be endless.
 */
final class ExtentWalk {
  private static final long END = Geometry.maxLogicalBlocks();

  /** Levels that the largest file needs at most, with the smallest nodes in use. */
  private static final int DEEPEST_BELIEVED = 32;

  private final Geometry geometry;
  private final ImageBlocks image;
  private final MapVisitor visitor;
  private final int seed;
  private final long eofLblk;
  private long nextLblk;
  private long leaves;

  /**
   * A walk that tells {@code visitor}.
   *
   * @param seed the seed of the inode's checksums
   * @param eofLblk the last block of the file by its size; unwritten extents may lie behind it
   */
  ExtentWalk(Geometry geometry, ImageBlocks image, MapVisitor visitor, int seed, long eofLblk) {
    this.geometry = geometry;
    this.image = image;
    this.visitor = visitor;
    this.seed = seed;
    this.eofLblk = eofLblk;
  }

  /** True if the 60 bytes of i_block start like the root of a tree. */
  static boolean hasRoot(InodeRecord inode) {
    return isHeaderSane(
        new ExtentNode(inode.bytes(), inode.base() + InodeRecord.I_BLOCK), ExtentNode.ROOT_BYTES);
  }

  /** Walks; false if the root itself is no tree. */
  boolean walk(InodeRecord inode) throws IOException {
    ExtentNode root = new ExtentNode(inode.bytes(), inode.base() + InodeRecord.I_BLOCK);
    if (!isHeaderSane(root, ExtentNode.ROOT_BYTES) || root.depth() > DEEPEST_BELIEVED) {
      return false;
    }
    if (root.depth() > ExtentNode.MAX_DEPTH) {
      visitor.wrong(Problem.EXTENT_TREE_DEEPER_THAN_NEEDED, 0, "eh_depth=" + root.depth());
    }
    node(root, 0, END - 1);
    return true;
  }

  /** Leaf entries seen. */
  long leaves() {
    return leaves;
  }

  private static boolean isHeaderSane(ExtentNode node, int bytes) {
    int most = ExtentNode.capacityOf(bytes);
    return node.magic() == ExtentNode.MAGIC
        && node.capacity() <= most
        && node.capacity() >= most - 2
        && node.entries() <= node.capacity();
  }

  private void node(ExtentNode node, long pblk, long lastLblk) throws IOException {
    if (node.depth() == 0) {
      for (int i = 0; i < node.entries(); i++) {
        leaf(node, i, lastLblk);
      }
      return;
    }
    for (int i = 0; i < node.entries(); i++) {
      long first = node.key(i);
      long last = i + 1 < node.entries() ? node.key(i + 1) - 1 : lastLblk;
      if (!geometry.contains(node.child(i), 1)) {
        visitor.wrong(
            Problem.EXTENT_PHYSICAL_BLOCK_INVALID, node.child(i), "index entry of lblk=" + first);
      } else if (first < nextLblk) {
        visitor.wrong(
            Problem.EXTENT_OUT_OF_ORDER, pblk, "ei_block=" + first + ", allowed >= " + nextLblk);
      } else if (last > lastLblk || last < first) {
        visitor.wrong(
            Problem.EXTENT_END_OUT_OF_BOUNDS,
            pblk,
            "ei_block=" + first + " … " + last + ", allowed up to " + lastLblk);
      } else {
        child(node, i, last);
      }
    }
  }

  private void child(ExtentNode parent, int i, long lastLblk) throws IOException {
    long pblk = parent.child(i);
    ByteBuffer bytes = image.read(pblk);
    if (bytes == null) {
      visitor.wrong(Problem.EXTENT_UNREADABLE, pblk, "");
      return;
    }
    ExtentNode node = new ExtentNode(bytes, 0);
    if (!isHeaderSane(node, geometry.blockSize()) || node.depth() != parent.depth() - 1) {
      visitor.wrong(
          Problem.EXTENT_NODE_INVALID,
          pblk,
          String.format(
              "eh_magic=0x%x eh_entries=%d eh_max=%d eh_depth=%d, expected depth %d",
              node.magic(), node.entries(), node.capacity(), node.depth(), parent.depth() - 1));
      return;
    }
    if (node.entries() == 0 && node.depth() > 0) {
      visitor.wrong(Problem.EXTENT_NODE_INVALID, pblk, "eh_entries=0 in an index node");
      return;
    }
    if (geometry.hasMetadataChecksums() && node.checksum() != node.computeChecksum(seed)) {
      visitor.wrong(
          Problem.EXTENT_BLOCK_CHECKSUM,
          pblk,
          String.format(
              "et_checksum=0x%08x, allowed 0x%08x", node.checksum(), node.computeChecksum(seed)));
    }
    if (!visitor.node(pblk)) {
      return;
    }
    if (node.entries() > 0 && node.key(0) != parent.key(i)) {
      visitor.wrong(
          Problem.EXTENT_INDEX_START_MISMATCH,
          pblk,
          "ei_block=" + parent.key(i) + ", first entry " + node.key(0));
    }
    node(node, pblk, lastLblk);
  }

  private void leaf(ExtentNode node, int i, long lastLblk) throws IOException {
    leaves++;
    long lblk = node.key(i);
    long pblk = node.pblk(i);
    int length = node.length(i);
    long last = lblk + length - 1;
    boolean unwritten = node.isUnwritten(i);
    String what = "lblk=" + lblk + " length=" + length + " pblk=" + pblk;
    if (!geometry.contains(pblk, 1)) {
      visitor.wrong(Problem.EXTENT_PHYSICAL_BLOCK_INVALID, pblk, what);
    } else if (lblk < nextLblk) {
      visitor.wrong(Problem.EXTENT_OUT_OF_ORDER, pblk, what + ", allowed lblk >= " + nextLblk);
    } else if (length == 0) {
      visitor.wrong(Problem.EXTENT_ZERO_LENGTH, pblk, what);
    } else if (last >= END || (last > lastLblk && !(unwritten && last > eofLblk))) {
      visitor.wrong(Problem.EXTENT_END_OUT_OF_BOUNDS, pblk, what + ", allowed up to " + lastLblk);
    } else if (!geometry.contains(pblk, length)) {
      visitor.wrong(Problem.EXTENT_LENGTH_PAST_END, pblk, what);
    } else {
      if (isMisaligned(lblk, pblk)) {
        visitor.wrong(Problem.BIGALLOC_MISALIGNED_CLUSTER, pblk, what);
      }
      visitor.run(lblk, pblk, length, unwritten);
      nextLblk = last + 1;
    }
  }

  private boolean isMisaligned(long lblk, long pblk) {
    return geometry.has(Feature.BIGALLOC)
        && lblk % geometry.clusterRatio() != pblk % geometry.clusterRatio();
  }
}
