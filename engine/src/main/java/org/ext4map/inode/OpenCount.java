package org.ext4map.inode;

/**
 * How often one inode is open, and whether it still may be: what is open is not deleted with its
 * last name. Threads: any; its monitor is a leaf.
 */
final class OpenCount {
  private int opens;
  private boolean deleted;

  /**
   * Counts one more.
   *
   * @return false if the inode is deleted already
   */
  synchronized boolean open() {
    if (deleted) {
      return false;
    }
    opens++;
    return true;
  }

  /** Ends one {@link #open}. */
  synchronized void close() {
    assert opens > 0;
    opens--;
  }

  synchronized boolean isOpen() {
    return opens > 0;
  }

  /** True once, if nobody has the inode open; nobody can open it from then on. */
  synchronized boolean claimForDeletion() {
    if (opens != 0 || deleted) {
      return false;
    }
    deleted = true;
    return true;
  }

  /** Nobody can open it from now on. */
  synchronized void markDeleted() {
    deleted = true;
  }

  synchronized boolean isDeleted() {
    return deleted;
  }
}
