package org.ext4map.check;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.ext4map.ondisk.ExtentNode;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.InodeRecord;

/**
 * Walks the extent tree of one inode and holds every node against the rules of the format. Depth
 * falls by one at every step, so that no tree of nodes can be endless.
 */
final class ExtentWalk {
  private static final long END = Geometry.maxLogicalBlocks();

  private static final long[] NO_LEVELS = new long[0];
  private static final int LBLK_BITS = 32;
  private static final long LENGTH_MASK = 0xFFFFFFFFL;

  /** Levels that are walked, whatever the root says: far more than any file needs. */
  private static final int DEEPEST_WALKED = 32;

  private final Geometry geometry;
  private final ImageBlocks image;
  private final MapVisitor visitor;
  private final int seed;

  /** The last block of the file by its size; unwritten extents may lie behind it. */
  private long eofLblk;

  private boolean beyondEndAllowed;
  private long nextLblk;
  private long leaves;
  private int levels;
  private long[] entriesOfLevel = NO_LEVELS;
  private long[] roomOfLevel = NO_LEVELS;

  /**
   * A walk that tells {@code visitor}.
   *
   * @param seed the seed of the inode's checksums
   */
  ExtentWalk(Geometry geometry, ImageBlocks image, MapVisitor visitor, int seed) {
    this.geometry = geometry;
    this.image = image;
    this.visitor = visitor;
    this.seed = seed;
  }

  /** True if the 60 bytes of i_block start like the root of a tree. */
  static boolean hasRoot(InodeRecord inode) {
    return isHeaderSane(
        new ExtentNode(inode.bytes(), inode.base() + InodeRecord.I_BLOCK), ExtentNode.ROOT_BYTES);
  }

  /** Walks; false if the root itself is no tree. */
  boolean walk(InodeRecord inode) throws IOException {
    eofLblk = (inode.size() + geometry.blockSize() - 1) / geometry.blockSize() - 1;
    beyondEndAllowed = inode.hasFlag(InodeRecord.VERITY_FL);
    ExtentNode root = new ExtentNode(inode.bytes(), inode.base() + InodeRecord.I_BLOCK);
    if (!isHeaderSane(root, ExtentNode.ROOT_BYTES)) {
      return false;
    }
    if (root.depth() > mostLevels(geometry.blockSize())) {
      visitor.deep(root.depth());
    }
    levels = Math.min(root.depth(), DEEPEST_WALKED);
    if (levels > 0) {
      entriesOfLevel = new long[levels + 1];
      roomOfLevel = new long[levels + 1];
    }
    node(root, 0, levels, 0, 0, eofLblk + 1);
    return true;
  }

  /** Levels that the largest file needs, if its nodes are filled. */
  private static int mostLevels(int blockSize) {
    int rootBits = log2(ExtentNode.capacityOf(ExtentNode.ROOT_BYTES));
    return 1 + (LBLK_BITS - 1 - rootBits) / log2(ExtentNode.capacityOf(blockSize));
  }

  private static int log2(int value) {
    return Integer.SIZE - 1 - Integer.numberOfLeadingZeros(value);
  }

  /**
   * What could be better about a tree that was walked: a level with room for more than another node
   * could be narrower, and one that fits into a level above need not be.
   */
  Optional<Problem> advice() {
    int perNode = ExtentNode.capacityOf(geometry.blockSize());
    for (int level = 0; level < roomOfLevel.length; level++) {
      if (roomOfLevel[level] - entriesOfLevel[level] > perNode) {
        return Optional.of(Problem.EXTENT_TREE_COULD_BE_NARROWER);
      }
      for (int above = 0; above < level; above++) {
        if (entriesOfLevel[level] < roomOfLevel[above]) {
          return Optional.of(Problem.EXTENT_TREE_COULD_BE_SHORTER);
        }
      }
    }
    return Optional.empty();
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

  /**
   * Walks one node.
   *
   * @param level how many levels are below it, as the root says
   * @param first where its entries may start
   * @param bound the last block that its parent leaves it; 0 if there is no such bound
   * @param end where the last entry of the node ends: the next key in a node above, or the size
   */
  private void node(ExtentNode node, long pblk, int level, long first, long bound, long end)
      throws IOException {
    if (levels > 0) {
      boolean splitLeftRoom = level < levels && node.entries() < node.capacity();
      entriesOfLevel[levels - level] += node.entries();
      roomOfLevel[levels - level] += node.capacity() - (splitLeftRoom ? 1 : 0);
    }
    long start = first;
    int entries = node.entries();
    for (int i = 0; i < entries; i++) {
      if (level == 0) {
        start = leaf(node, i, start, bound);
      } else {
        long endOfEntry = i + 1 < entries ? node.key(i + 1) : end;
        index(node, pblk, i, level, start, bound, endOfEntry);
      }
    }
  }

  /** Walks what an index entry points to. */
  private void index(ExtentNode node, long pblk, int i, int level, long first, long bound, long end)
      throws IOException {
    long lblk = node.key(i);
    long length = (end - lblk) & LENGTH_MASK;
    long last = lblk + length == 0 ? Long.MAX_VALUE : lblk + length - 1;
    if (!isUsable(node.child(i))) {
      visitor.wrong(
          Problem.EXTENT_PHYSICAL_BLOCK_INVALID, node.child(i), "index entry of lblk=" + lblk);
    } else if (lblk < first) {
      visitor.wrong(
          Problem.EXTENT_OUT_OF_ORDER, pblk, "ei_block=" + lblk + ", allowed >= " + first);
    } else if (bound != 0 && last > bound && !(beyondEndAllowed && last > eofLblk)) {
      visitor.wrong(
          Problem.EXTENT_END_OUT_OF_BOUNDS,
          pblk,
          "ei_block=" + lblk + " … " + last + ", allowed up to " + bound);
    } else {
      child(node, i, level - 1, last, end);
    }
  }

  private boolean isUsable(long pblk) {
    return pblk != 0 && geometry.contains(pblk, 1);
  }

  private void child(ExtentNode parent, int i, int level, long bound, long end) throws IOException {
    long pblk = parent.child(i);
    boolean critical = visitor.isCritical(pblk);
    ByteBuffer bytes = image.read(pblk);
    if (bytes == null) {
      visitor.wrong(Problem.EXTENT_UNREADABLE, pblk, "");
      visitor.wrong(Problem.EXTENT_ITERATE_FAILED, pblk, "");
      return;
    }
    ExtentNode node = new ExtentNode(bytes, 0);
    if (!isHeaderSane(node, geometry.blockSize())) {
      visitor.wrong(
          critical ? Problem.EXTENT_ITERATE_FAILED : Problem.EXTENT_NODE_INVALID,
          pblk,
          describe(node, level));
      return;
    }
    if (node.depth() != level) {
      visitor.wrong(Problem.EXTENT_DEPTH_MISMATCH, pblk, describe(node, level));
    }
    if (node.entries() == 0 && level > 0) {
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
    long first = node.entries() > 0 ? node.key(0) : parent.key(i);
    if (first != parent.key(i)) {
      visitor.wrong(
          Problem.EXTENT_INDEX_START_MISMATCH,
          pblk,
          "ei_block=" + parent.key(i) + ", first entry " + first);
    }
    node(node, pblk, level, first, bound, end);
  }

  private static String describe(ExtentNode node, int level) {
    return String.format(
        "eh_magic=0x%x eh_entries=%d eh_max=%d eh_depth=%d, expected depth %d",
        node.magic(), node.entries(), node.capacity(), node.depth(), level);
  }

  /** Tells one extent; answers where the next entry of the node may start. */
  private long leaf(ExtentNode node, int i, long first, long bound) throws IOException {
    leaves++;
    long lblk = node.key(i);
    long pblk = node.pblk(i);
    int length = node.length(i);
    long last = lblk + length - 1;
    boolean unwritten = node.isUnwritten(i);
    boolean mayPassEnd = unwritten || beyondEndAllowed;
    if (!isUsable(pblk)) {
      visitor.wrong(Problem.EXTENT_PHYSICAL_BLOCK_INVALID, pblk, what(node, i));
    } else if (lblk < first) {
      visitor.wrong(
          Problem.EXTENT_OUT_OF_ORDER, pblk, what(node, i) + ", allowed lblk >= " + first);
    } else if (last >= END || (bound != 0 && last > bound && !(mayPassEnd && last > eofLblk))) {
      visitor.wrong(
          Problem.EXTENT_END_OUT_OF_BOUNDS, pblk, what(node, i) + ", allowed up to " + bound);
    } else if (length == 0) {
      visitor.wrong(Problem.EXTENT_ZERO_LENGTH, pblk, what(node, i));
    } else if (!geometry.contains(pblk, length)) {
      visitor.wrong(Problem.EXTENT_LENGTH_PAST_END, pblk, what(node, i));
    } else if (lblk < nextLblk) {
      visitor.wrong(
          Problem.EXTENT_DUPLICATE_MAPPING, pblk, what(node, i) + ", allowed lblk >= " + nextLblk);
    } else {
      visitor.run(lblk, pblk, length, unwritten);
      nextLblk = last + 1;
      return last;
    }
    return first;
  }

  private static String what(ExtentNode node, int i) {
    return "lblk=" + node.key(i) + " length=" + node.length(i) + " pblk=" + node.pblk(i);
  }
}
