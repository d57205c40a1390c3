package org.ext4map.journal;

import java.nio.ByteBuffer;
import org.ext4map.buffer.MetaBlock;

/**
 * A block as a transaction leaves it: later changes do not show in it.
 *
 * @param block keeps the block in memory, so that nobody reads the older one from the device
 * @param bytes sealed, one whole block from index 0, not to be changed
 */
record Frozen(MetaBlock block, ByteBuffer bytes) {
  /** Fills {@code copy}, one whole block, which is the result's from now on. */
  static Frozen of(MetaBlock block, ByteBuffer copy) {
    copy.put(0, block.bytes(), 0, copy.capacity());
    block.seal(copy);
    return new Frozen(block, copy);
  }

  long pblk() {
    return block.pblk();
  }
}
