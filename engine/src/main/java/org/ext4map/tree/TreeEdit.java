package org.ext4map.tree;

/**
 * What a change of a tree works with: one open journal handle's worth. All of it is used by one
 * thread that holds dataSem exclusively.
 *
 * @param journal is told which blocks change
 * @param space gives and takes blocks
 * @param zeroer clears blocks before they become readable
 * @param watcher hears which part of the file maps differently now
 */
public record TreeEdit(TreeJournal journal, TreeSpace space, Zeroer zeroer, ChangeWatcher watcher) {

  /** Hears of changes; the status cache forgets what it knew. */
  @FunctionalInterface
  public interface ChangeWatcher {
    /** Some block of {@code [fromLblk, toLblk)} maps differently now, or is about to. */
    void changed(long fromLblk, long toLblk);
  }
}
