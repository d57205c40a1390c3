package org.ext4map.alloc;

import java.util.concurrent.locks.ReentrantLock;
import org.ext4map.locks.LockRank;

/**
 * The locks of allocation groups: ext4_lock_group. Many groups share a lock, so nobody may hold two
 * groups at once; and nothing is waited for under one, so it is the last in the order of locks.
 */
final class GroupLocks {
  private static final int STRIPES = 64;

  private final ReentrantLock[] stripes = new ReentrantLock[STRIPES];

  GroupLocks() {
    for (int i = 0; i < STRIPES; i++) {
      stripes[i] = new ReentrantLock();
    }
  }

  void lock(long group) {
    assert noneHeld() : "the lock of group " + group + " would be a second one";
    assert LockRank.GROUP.take(of(group), 0);
    of(group).lock();
  }

  void unlock(long group) {
    of(group).unlock();
    assert LockRank.release(of(group));
  }

  boolean isHeld(long group) {
    return of(group).isHeldByCurrentThread();
  }

  /** True if the current thread holds no group. */
  boolean noneHeld() {
    for (ReentrantLock stripe : stripes) {
      if (stripe.isHeldByCurrentThread()) {
        return false;
      }
    }
    return true;
  }

  private ReentrantLock of(long group) {
    return stripes[(int) (group % STRIPES)];
  }
}
