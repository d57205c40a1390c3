package org.ext4map.tree;

import java.nio.ByteBuffer;

/** Where a tree keeps its root and what its checksums need; the inode floor implements it. */
public interface TreeRoot {
  /** The inode the tree belongs to. */
  long ino();

  /** i_generation, part of every checksum of the tree. */
  int generation();

  /** i_block: 60 bytes from index 0; the same buffer at every call. */
  ByteBuffer iBlock();
}
