package org.ext4map.tree;

import java.io.IOException;
import org.ext4map.buffer.MetaBlock;
import org.ext4map.model.NoSpaceException;

/**
 * What a change of a tree works with: one open journal handle's worth. All of it is used by one
 * thread that holds dataSem exclusively.
 *
 * @param journal is told which blocks change
 * @param space gives and takes blocks
 * @param zeroer clears blocks before they become readable
 * @param watcher hears which part of the file maps differently now, beside what the call answers
 */
public record TreeEdit(TreeJournal journal, TreeSpace space, Zeroer zeroer, ChangeWatcher watcher) {

  /** Hears of changes; the status cache forgets what it knew. */
  @FunctionalInterface
  public interface ChangeWatcher {
    /**
     * Some block of {@code [fromLblk, toLblk)} maps differently now, or is about to. What a call
     * was asked to change is not told: its caller knows.
     */
    void changed(long fromLblk, long toLblk);
  }

  /**
   * Takes blocks for {@code count} new nodes, all or none.
   *
   * @param goal a block near which they should lie
   * @param useReserved true if the blocks kept back for conversions may be used
   * @param maxPblk the greatest block number that the tree can point to
   * @return the blocks, all zeros, announced to the journal
   * @throws NoSpaceException if there are not as many; nothing has been taken
   */
  public MetaBlock[] newNodes(int count, long goal, boolean useReserved, long maxPblk)
      throws IOException {
    long[] taken = new long[count];
    for (int held = 0; held < count; held++) {
      try {
        taken[held] = space.allocateNode(goal, useReserved);
      } catch (NoSpaceException e) {
        giveBack(taken, held);
        throw e;
      }
      if (taken[held] > maxPblk) {
        giveBack(taken, held + 1);
        throw new NoSpaceException("no block up to " + maxPblk + " for a node");
      }
    }
    MetaBlock[] blocks = new MetaBlock[count];
    for (int i = 0; i < count; i++) {
      blocks[i] = journal.create(taken[i]);
    }
    return blocks;
  }

  private void giveBack(long[] taken, int held) throws IOException {
    for (int i = 0; i < held; i++) {
      space.freeNode(taken[i]);
    }
  }
}
