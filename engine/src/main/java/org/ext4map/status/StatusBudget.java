package org.ext4map.status;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * How much memory the extent-status caches of one image may hold together, and who gives way when
 * they hold more: the kernel's extent-status shrinker.
 *
 * <p>A clock hand goes round the caches, and within a cache round its leaves. A leaf that somebody
 * has looked at since the hand's last visit survives it once. What is dropped becomes unknown,
 * never wrong. A cache that nobody holds any more leaves by itself.
 *
 * <p>To learn a whole leaf of a tree costs as much as some thirty walks down the tree. That pays as
 * long as there is room; where each new leaf drives out one that was learnt a moment ago it does
 * not. So once something had to be dropped, only one miss in {@value #MISSES_FOR_A_LEAF} learns: a
 * leaf that is asked often still gets its place soon, and random questions about more than fits
 * cost little beside the walk. When half of the limit is free again that ends.
 *
 * <p>Thread-safe. Locks: {@code sweepLock}, then the esLock of one cache at a time; a caller holds
 * no esLock.
 */
public final class StatusBudget {
  /** The default: 16 MiB, about 1.2 million extents. */
  public static final long DEFAULT_BYTES = 16L << 20;

  /** The first round takes the marks away, the second finds none; then marks count no more. */
  private static final int POLITE_ROUNDS = 2;

  /**
   * A sweep goes on until so small a part of the limit is free, so that not every insert sweeps.
   */
  private static final int FREE_PART = 16;

  private static final int MISSES_FOR_A_LEAF = 128;

  /** So small a part of the limit is kept for leaves to come. */
  private static final int SPARE_PART = 16;

  private final long limitBytes;
  private final AtomicLong used = new AtomicLong();
  private final AtomicReference<@Nullable Edit> spareEdit = new AtomicReference<>();
  private final SpareRooms rooms;

  /** Something had to be dropped, and since then the caches have not been seen half empty. */
  private volatile boolean crowded;

  /** Misses while crowded; a lost count learns a leaf a little later. */
  private int misses;

  private final ReentrantLock sweepLock = new ReentrantLock();

  /** Guarded by sweepLock, as is all below. */
  private final List<Account> ring = new ArrayList<>();

  private final ReferenceQueue<ExtentStatusCache> gone = new ReferenceQueue<>();
  private int hand;

  /**
   * A budget for one image.
   *
   * @param limitBytes heap bytes of all leaves and directories, at least 0; with 0 no lookup
   *     learns, and what changes tell is kept for a moment only
   */
  public StatusBudget(long limitBytes) {
    if (limitBytes < 0) {
      throw new IllegalArgumentException("limitBytes " + limitBytes + ", allowed >= 0");
    }
    this.limitBytes = limitBytes;
    this.crowded = limitBytes == 0;
    this.rooms = new SpareRooms(limitBytes / SPARE_PART);
  }

  /** Whether what a miss found in the tree is to be learnt; see the class. */
  boolean admits() {
    if (!crowded) {
      return true;
    }
    if (limitBytes == 0 || ++misses % MISSES_FOR_A_LEAF != 0) {
      return false;
    }
    crowded = used.get() >= limitBytes / 2;
    return true;
  }

  /** Rooms for leaves to come; beside what the caches hold. */
  SpareRooms rooms() {
    return rooms;
  }

  /** Bytes that all caches hold now. */
  public long usedBytes() {
    return used.get();
  }

  /** Bytes that they may hold. */
  public long limitBytes() {
    return limitBytes;
  }

  /** What one cache owes; it outlives the cache, so that the debt can be forgiven. */
  static final class Account extends WeakReference<ExtentStatusCache> {
    /** Written under the cache's esLock; read by the sweeper once the cache is gone. */
    private volatile long bytes;

    /** Where the account stands in the ring; guarded by sweepLock. */
    private int slot;

    Account(ExtentStatusCache cache, ReferenceQueue<ExtentStatusCache> gone) {
      super(cache, gone);
    }
  }

  /** Opens an account. The caller holds no esLock. */
  Account open(ExtentStatusCache cache) {
    Account account = new Account(cache, gone);
    sweepLock.lock();
    try {
      forgiveTheGone();
      account.slot = ring.size();
      ring.add(account);
    } finally {
      sweepLock.unlock();
    }
    return account;
  }

  /** Closes an account that owes nothing. The caller holds no esLock. */
  void close(Account account) {
    account.clear(); // so that it does not come back through the queue
    sweepLock.lock();
    try {
      leaveRing(account);
    } finally {
      sweepLock.unlock();
    }
  }

  /** Sets what {@code account} owes. The caller holds its cache's esLock. */
  void charge(Account account, long bytes) {
    used.getAndAdd(bytes - account.bytes);
    account.bytes = bytes;
  }

  /** Evicts until the budget holds. The caller holds no esLock. */
  void makeRoom() {
    if (used.get() <= limitBytes) {
      return;
    }
    sweepLock.lock();
    try {
      forgiveTheGone();
      crowded = used.get() > limitBytes;
      long target = limitBytes - limitBytes / FREE_PART;
      for (int round = 0; round <= POLITE_ROUNDS && used.get() > target; round++) {
        boolean polite = round < POLITE_ROUNDS;
        for (int visits = ring.size(); visits > 0 && used.get() > target; visits--) {
          hand = hand < ring.size() ? hand : 0;
          ExtentStatusCache cache = ring.get(hand).get();
          if (cache != null) {
            cache.evict(used.get() - target, polite);
          }
          hand++;
        }
      }
    } finally {
      sweepLock.unlock();
    }
  }

  private void forgiveTheGone() {
    for (Reference<?> dead = gone.poll(); dead != null; dead = gone.poll()) {
      Account account = (Account) dead;
      used.getAndAdd(-account.bytes);
      leaveRing(account);
    }
  }

  private void leaveRing(Account account) {
    Account last = ring.remove(ring.size() - 1);
    if (last != account) {
      last.slot = account.slot;
      ring.set(last.slot, last);
    }
  }

  /** Scratch space for filling a cache; the last one given back, or a new one. */
  Edit takeEdit() {
    Edit edit = spareEdit.getAndSet(null);
    return edit == null ? new Edit() : edit;
  }

  /** Keeps scratch space for the next one. */
  void giveBack(Edit edit) {
    spareEdit.set(edit);
  }
}
