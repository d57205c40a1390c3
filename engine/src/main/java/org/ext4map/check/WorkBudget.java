package org.ext4map.check;

/**
 * How many blocks of maps may be walked that another inode has walked already. A sound image needs
 * none; a hostile one can name the same large tree from every inode.
 */
final class WorkBudget {
  private long left;

  WorkBudget(long blocks) {
    left = blocks;
  }

  /** Takes one; false if none is left. */
  boolean take() {
    left--;
    return left >= 0;
  }
}
