package org.ext4map.inode;

import java.io.IOException;
import org.ext4map.journal.JournalHandle;

/**
 * The direct writes that make one file longer and are under way: as long as there are any, or one
 * has failed and left blocks behind the end, the file is on the orphan list.
 *
 * <p>Locks: the monitor, taken under a handle and before that of the list.
 */
final class Extensions {
  private int underWay;
  private boolean failed;

  synchronized void begin(OrphanList orphans, JournalHandle handle, Inode inode)
      throws IOException {
    orphans.add(handle, inode);
    underWay++;
  }

  synchronized void end(OrphanList orphans, JournalHandle handle, Inode inode) throws IOException {
    assert underWay > 0;
    underWay--;
    if (underWay == 0 && !failed) {
      orphans.removeIfLinked(handle, inode);
    }
  }

  /** Ends one; the orphan record stays until {@link #repaired}. */
  synchronized void fail() {
    assert underWay > 0;
    underWay--;
    failed = true;
  }

  synchronized boolean haveFailed() {
    return failed;
  }

  /** Nothing is left behind the end, and nothing under way. */
  synchronized void repaired(OrphanList orphans, JournalHandle handle, Inode inode)
      throws IOException {
    assert underWay == 0;
    failed = false;
    orphans.removeIfLinked(handle, inode);
  }
}
