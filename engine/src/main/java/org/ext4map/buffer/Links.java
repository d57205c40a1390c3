package org.ext4map.buffer;

import org.jspecify.annotations.Nullable;

/**
 * Where the blocks are that the entries of one node lead to: the short way from a pointer on disk
 * to its block in memory. An entry counts only as long as it holds the block that the pointer names
 * now; {@link BufferCache#read(long, Links, int)} sees to that.
 *
 * <p>Only blocks that the cache itself keeps stand here, so this keeps none in memory. Threads: any
 * may look, and may see what stood here a moment ago; changes under the cache's lock.
 */
public final class Links {
  private final @Nullable MetaBlock[] blocks;

  /**
   * None yet, for a node of {@code entries} entries; there may be more, which have no short way.
   */
  public Links(int entries) {
    blocks = new MetaBlock[entries];
  }

  @Nullable MetaBlock at(int entry) {
    return entry < blocks.length ? blocks[entry] : null;
  }

  /** Makes {@code entry} lead to {@code block}; answers whether there is a place for it. */
  boolean put(int entry, MetaBlock block) {
    if (entry >= blocks.length) {
      return false;
    }
    blocks[entry] = block;
    return true;
  }

  /** Takes {@code block} out, unless another one has taken its place. */
  void remove(int entry, MetaBlock block) {
    if (blocks[entry] == block) {
      blocks[entry] = null;
    }
  }
}
