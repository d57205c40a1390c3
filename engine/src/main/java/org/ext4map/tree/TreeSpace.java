package org.ext4map.tree;

import java.io.IOException;

/**
 * Where a tree gets blocks for its nodes, and where it gives blocks back. Belongs to one inode and
 * one open journal handle. Called with dataSem held exclusively.
 */
public interface TreeSpace {
  /**
   * One block for a node.
   *
   * @param goal a block near which it should lie
   * @param useReserved true if the blocks kept back for conversions may be used
   * @throws org.ext4map.model.NoSpaceException if there is none; nothing has been taken
   */
  long allocateNode(long goal, boolean useReserved) throws IOException;

  /** Gives back a block that {@link #allocateNode} gave; its contents are worthless from now on. */
  void freeNode(long pblk) throws IOException;

  /** Gives back {@code count} blocks that held, or could have held, the file's data. */
  void freeData(long pblk, long count) throws IOException;
}
