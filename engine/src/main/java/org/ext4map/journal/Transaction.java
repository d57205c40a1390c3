package org.ext4map.journal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.ext4map.buffer.MetaBlock;

/**
 * What becomes durable together, while handles still add to it. Guarded by the lock of {@link
 * Transactions} until it is locked and its last handle has ended; then the committing thread alone
 * has it.
 */
final class Transaction {
  final long id;

  /** Held strongly: a changed block must not leave memory. By pblk, for one order of writing. */
  final TreeMap<Long, MetaBlock> blocks = new TreeMap<>();

  final Set<Long> revokes = new TreeSet<>();
  final List<Runnable> callbacks = new ArrayList<>();

  /** Open handles. */
  int updates;

  /** Credits given out and not given back. */
  int reserved;

  /** No more handles are let in. */
  boolean locked;

  Transaction(long id) {
    this.id = id;
  }

  /**
   * Lets a block in; answers whether that takes a credit.
   *
   * @param left credits of the handle
   */
  boolean add(MetaBlock block, int left) {
    boolean fresh = !blocks.containsKey(block.pblk());
    if (fresh) {
      requireCredit(left);
    }
    blocks.put(block.pblk(), block);
    block.setWritableIn(id);
    return fresh;
  }

  /** As {@link #add}; if this transaction has freed the block before, that is undone. */
  boolean addNew(MetaBlock block, int left) {
    boolean paid = revokes.remove(block.pblk());
    return add(block, paid ? 1 : left) && !paid;
  }

  /** Takes a block out and revokes it; answers whether that takes a credit. */
  boolean revoke(MetaBlock block, int left) {
    boolean paid = blocks.containsKey(block.pblk()) || revokes.contains(block.pblk());
    if (!paid) {
      requireCredit(left);
    }
    blocks.remove(block.pblk());
    revokes.add(block.pblk());
    block.setWritableIn(0);
    block.setDirtyIn(0);
    return !paid;
  }

  private static void requireCredit(int left) {
    if (left < 1) {
      throw new IllegalStateException("the handle has used up its credits");
    }
  }

  /** Copies of the blocks that were changed, ascending; no handle may be open. */
  List<Frozen> freeze(CopyBuffers buffers) throws IOException {
    assert locked && updates == 0;
    for (MetaBlock block : blocks.values()) {
      if (block.dirtyIn() == id) {
        block.prepare();
      }
    }
    List<Frozen> copies = new ArrayList<>();
    for (MetaBlock block : blocks.values()) {
      if (block.dirtyIn() == id) {
        copies.add(Frozen.of(block, buffers.take()));
      }
    }
    return copies;
  }
}
