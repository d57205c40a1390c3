package org.ext4map.map;

import org.ext4map.ondisk.ExtentNode;
import org.ext4map.ondisk.Geometry;

/**
 * How many blocks changes of a map touch: ext4_chunk_trans_blocks and its relatives (Linux
 * fs/ext4/inode.c), counted for our way of changing.
 *
 * @param mostCredits what a handle can have
 * @param pieceBlocks blocks that are taken away at once at most; 0 for any number
 * @param beside blocks that taking away one entry or piece changes beside the tree: bitmap and
 *     descriptor of each group it lies in, the same and a revoke for each node that goes, a revoke
 *     for each block if they were journalled, and the inode
 */
record MapCredits(int mostCredits, int pieceBlocks, int beside) {
  /** A block, its bitmap and its descriptor. */
  private static final int PER_NODE = 3;

  private static final int PER_GROUP = 2;
  private static final int INODE = 1;
  private static final int FIXED = PER_NODE * (ExtentNode.MAX_DEPTH + 1) + INODE;

  /** A directory's blocks go in pieces that need this part of a handle's credits. */
  private static final int PART_FOR_REVOKES = 8;

  /** So that as much is left for the tree. */
  private static final int PART_FOR_ENTRY = 2;

  static MapCredits of(Geometry geometry, int mostCredits, boolean isRegularFile) {
    if (!isRegularFile) {
      int piece = Math.max(1, mostCredits / PART_FOR_REVOKES);
      return new MapCredits(mostCredits, piece, groupBlocks(geometry, piece) + piece + FIXED);
    }
    int whole = groupBlocks(geometry, ExtentNode.MAX_WRITTEN_LENGTH) + FIXED;
    if (whole <= mostCredits / PART_FOR_ENTRY) {
      return new MapCredits(mostCredits, 0, whole);
    }
    int piece = (int) geometry.blocksPerGroup();
    return new MapCredits(mostCredits, piece, groupBlocks(geometry, piece) + FIXED);
  }

  private static int groupBlocks(Geometry geometry, int length) {
    long groups = length / geometry.blocksPerGroup() + 2;
    return (int) (PER_GROUP * Math.min(groups, geometry.groupCount()));
  }

  /** For one allocation or conversion in a tree of {@code depth}, which may grow by a level. */
  int forChange(int depth) {
    int levels = Math.min(depth + 1, ExtentNode.MAX_DEPTH) + 1;
    int newNodes = 2 * (levels + 1);
    int wanted = PER_NODE * newNodes + 4 * levels + PER_GROUP + INODE;
    return Math.min(wanted, mostCredits);
  }

  /** For the first step of taking away; later steps extend it. */
  int forRemoval(int depth) {
    return Math.min(forChange(depth) + beside, mostCredits);
  }

  /**
   * For taking a range away and moving all that follows, in one transaction.
   *
   * @param nodes of the tree; each may change
   * @param groups of which blocks are freed
   */
  int forShift(int depth, long nodes, long groups) {
    return (int) Math.min(forRemoval(depth) + nodes + PER_GROUP * groups, mostCredits);
  }
}
