package org.ext4map.tree;

import java.io.IOException;

/** Writes zeros over blocks that are about to become readable. */
@FunctionalInterface
public interface Zeroer {
  /**
   * Zeros {@code [pblk, pblk + count)} on the device. When it returns, the zeros are where a read
   * of the device finds them; they are durable no later than the transaction that makes the blocks
   * readable.
   */
  void zero(long pblk, long count) throws IOException;

  /**
   * False if somebody may be writing to unwritten blocks of the file other than those that turn
   * written now: zeros for them would undo his write.
   */
  default boolean mayZeroBeside() {
    return true;
  }
}
