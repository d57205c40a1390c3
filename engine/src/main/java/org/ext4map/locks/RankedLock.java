package org.ext4map.locks;

import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * A lock for many readers or one writer that knows its place: whoever waits for it may sleep, and
 * with assertions enabled holds nothing that comes later. Reentrant; threads: any.
 */
public final class RankedLock {
  private final LockRank rank;
  private final long order;
  private final ReentrantReadWriteLock lock;
  private final Side reading;
  private final Side writing;

  /**
   * A free lock.
   *
   * @param rank {@link LockRank#INODE} is for submitters alone
   * @param order its number among locks of its rank
   * @param fair true if those who wait get it in their order
   */
  public RankedLock(LockRank rank, long order, boolean fair) {
    this.rank = rank;
    this.order = order;
    this.lock = new ReentrantReadWriteLock(fair);
    this.reading = new Side(lock.readLock());
    this.writing = new Side(lock.writeLock());
  }

  /** The lock, shared. */
  public Side readLock() {
    return reading;
  }

  /** The lock, exclusive; not for a thread that holds it shared. */
  public Side writeLock() {
    return writing;
  }

  /** True if the calling thread holds it exclusively. */
  public boolean isWriteLockedByCurrentThread() {
    return lock.isWriteLockedByCurrentThread();
  }

  /** True if the calling thread holds it, shared or exclusively. */
  public boolean isHeldByCurrentThread() {
    return lock.getReadHoldCount() > 0 || lock.isWriteLockedByCurrentThread();
  }

  @Override
  public String toString() {
    return rank + " " + order;
  }

  /** One of the two ways to hold it. */
  public final class Side {
    private final Lock side;

    Side(Lock side) {
      this.side = side;
    }

    /** Waits until it is free. */
    public void lock() {
      requireMayWait();
      assert rank.take(RankedLock.this, order);
      side.lock();
    }

    /**
     * Waits until it is free; the order among locks of this rank is the caller's business, who has
     * a better one than numbers: mutex_lock_nested.
     */
    public void lockNested() {
      requireMayWait();
      assert rank.takeNested(RankedLock.this, order);
      side.lock();
    }

    private void requireMayWait() {
      if (rank == LockRank.INODE) {
        ThreadClass.assertMayWaitForRequests("taking an inode lock");
      } else {
        ThreadClass.assertMaySleep("taking dataSem");
      }
      assert this == reading || !waitsForItself() : RankedLock.this + " is held shared";
    }

    private boolean waitsForItself() {
      return lock.getReadHoldCount() > 0 && !lock.isWriteLockedByCurrentThread();
    }

    /** Takes it if it is free now, in whatever order. */
    public boolean tryLock() {
      boolean taken = side.tryLock();
      assert !taken || rank.took(RankedLock.this, order);
      return taken;
    }

    /** Lets go of it. */
    public void unlock() {
      side.unlock();
      assert LockRank.release(RankedLock.this);
    }
  }
}
