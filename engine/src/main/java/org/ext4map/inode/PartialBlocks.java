package org.ext4map.inode;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.ext4map.model.ExtentState;
import org.ext4map.model.Mapping;

/**
 * Zeros in parts of blocks: ext4_zero_partial_blocks. Only written blocks need any; all else reads
 * as zeros. The caller has the inode lock exclusively, and no open handle.
 */
final class PartialBlocks {
  private final Volume volume;
  private final Inode inode;
  private final int blockSize;

  PartialBlocks(Volume volume, Inode inode) {
    this.volume = volume;
    this.inode = inode;
    this.blockSize = volume.geometry().blockSize();
  }

  /** Zeros from {@code position} to the end of its block, nothing if it is at the start of one. */
  void zeroTail(long position) throws IOException {
    int within = (int) (position % blockSize);
    if (within > 0) {
      zeroInBlock(position, blockSize - within);
    }
  }

  /** Zeros what of {@code [from, to)} lies in blocks that the range does not cover as a whole. */
  void zeroEdges(long from, long to) throws IOException {
    if (from / blockSize == to / blockSize) {
      zeroInBlock(from, (int) (to - from));
    } else {
      zeroTail(from);
      zeroInBlock(to - to % blockSize, (int) (to % blockSize));
    }
  }

  private void zeroInBlock(long position, int count) throws IOException {
    if (count == 0 || position / blockSize >= inode.maxBlocks()) {
      return;
    }
    Mapping found = new Mapping();
    inode.map(position / blockSize, 1, found);
    if (found.state() == ExtentState.WRITTEN) {
      long at = found.pblk() * blockSize + position % blockSize;
      volume.device().write(at, ByteBuffer.allocate(count));
    }
  }
}
