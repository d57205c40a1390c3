package org.ext4map.tree;

import java.io.IOException;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.Mapping;
import org.ext4map.ondisk.Geometry;

/**
 * The map of one inode from logical to physical blocks.
 *
 * <p>Locks: the caller holds the inode's dataSem, shared at least. Units: file-system blocks. A
 * logical block is 0 … 2^32−2; another one is an {@link IllegalArgumentException}. Errors: a tree
 * that breaks a rule of the format is a {@link CorruptionException}, found when the walk meets it.
 */
public interface BlockTree {
  /**
   * Fills {@code out} with the run that holds {@code lblk}: from {@code lblk} to the end of its
   * entry, or of the hole around it. Allocates nothing if the nodes are in memory.
   *
   * <p>Shape: not clipped to any request; length at most {@link Integer#MAX_VALUE}. A hole ends at
   * the next entry or at 2^32−1. In an indirect map, which has no entries for holes to end at, it
   * may end earlier, at a pointer of an upper level; it never reaches over allocated blocks.
   *
   * @param sink is offered the whole leaf on the way; {@link LeafSink#NONE} if nobody wants it
   */
  void find(long lblk, Mapping out, LeafSink sink) throws IOException;

  /**
   * Shows the entries as they stand, in order, from the one that holds or follows {@code fromLblk}
   * on, until {@code visitor} answers false. The work is bounded by the size of the image.
   */
  void forEach(long fromLblk, ExtentVisitor visitor) throws IOException;

  /** Levels below the root: 0 if the root itself maps all there is. */
  int depth() throws IOException;

  /** Shows the nodes top down, left to right, until {@code visitor} answers false. */
  void forEachNode(NodeVisitor visitor) throws IOException;

  /** Refuses what is no logical block. */
  static void requireLblk(long lblk) {
    if (lblk < 0 || lblk >= Geometry.maxLogicalBlocks()) {
      throw new IllegalArgumentException("lblk=" + lblk + ", allowed 0 … 4294967294");
    }
  }
}
