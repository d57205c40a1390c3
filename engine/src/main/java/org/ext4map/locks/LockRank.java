package org.ext4map.locks;

import java.util.ArrayList;
import java.util.List;

/**
 * The order of locks, outermost first: who holds one may take only later ones, or another of the
 * same rank with a greater number. What a thread holds already it may take again.
 *
 * <p>All methods answer true or throw an {@link AssertionError}, so that they are said in an {@code
 * assert} and cost nothing elsewhere. Each thread knows its own locks.
 */
public enum LockRank {
  /**
   * i_rwsem: directories before others, each by number, see {@link #inodeOrder}; but directories
   * whose names change have rules of their own, see {@link RankedLock.Side#lockNested}.
   */
  INODE,

  /** An open journal handle. Starting one, and restarting it, may wait for a commit. */
  HANDLE,

  /** The list of orphans. */
  ORPHANS,

  /** i_data_sem, by number of the inode. */
  DATA_SEM,

  /** A metadata block that is being read from the device. */
  BUFFER,

  /** A group of blocks and inodes; nobody holds two. */
  GROUP;

  private static final long INODES = 1L << 32;

  private static final ThreadLocal<List<Held>> HELD = ThreadLocal.withInitial(ArrayList::new);

  private record Held(LockRank rank, long order, Object lock) {
    boolean mayPrecede(LockRank next, long nextOrder) {
      return rank == next ? order < nextOrder : rank.compareTo(next) < 0;
    }
  }

  /** The number of an inode lock among inode locks. */
  public static long inodeOrder(long ino, boolean isDirectory) {
    return isDirectory ? ino : ino + INODES;
  }

  /**
   * Says that the calling thread is about to take {@code lock}.
   *
   * @param order its number among locks of this rank
   */
  public boolean take(Object lock, long order) {
    List<Held> held = HELD.get();
    if (!holds(held, lock)) {
      for (Held each : held) {
        if (!each.mayPrecede(this, order)) {
          throw new AssertionError("lock order: " + this + " " + order + " under " + shown(held));
        }
      }
    }
    return held.add(new Held(this, order, lock));
  }

  /** As {@link #take}, but the number does not count. */
  public boolean takeNested(Object lock, long order) {
    List<Held> held = HELD.get();
    for (Held each : held) {
      if (each.rank.compareTo(this) > 0) {
        throw new AssertionError("lock order: " + this + " " + order + " under " + shown(held));
      }
    }
    return held.add(new Held(this, order, lock));
  }

  /** Says that the calling thread has got {@code lock} without waiting, in whatever order. */
  public boolean took(Object lock, long order) {
    return HELD.get().add(new Held(this, order, lock));
  }

  /** Says that the calling thread has let go of {@code lock}, once. */
  public static boolean release(Object lock) {
    List<Held> held = HELD.get();
    for (int i = held.size() - 1; i >= 0; i--) {
      if (held.get(i).lock == lock) {
        held.remove(i);
        return true;
      }
    }
    throw new AssertionError(lock + " is not held; held are " + shown(held));
  }

  /**
   * Says that the calling thread is about to wait for what others do at this rank: it holds nothing
   * of this rank or a later one.
   *
   * @param what names what it waits for
   */
  public boolean mayWait(String what) {
    List<Held> held = HELD.get();
    for (Held each : held) {
      if (each.rank.compareTo(this) >= 0) {
        throw new AssertionError("lock order: " + what + " under " + shown(held));
      }
    }
    return true;
  }

  /** Says that the calling thread holds nothing: an operation has ended. */
  public static boolean noneHeld() {
    List<Held> held = HELD.get();
    if (!held.isEmpty()) {
      throw new AssertionError("still held: " + shown(held));
    }
    return true;
  }

  private static boolean holds(List<Held> held, Object lock) {
    for (Held each : held) {
      if (each.lock == lock) {
        return true;
      }
    }
    return false;
  }

  private static String shown(List<Held> held) {
    StringBuilder text = new StringBuilder();
    for (Held each : held) {
      text.append(text.isEmpty() ? "" : ", ").append(each.rank).append(' ').append(each.order);
    }
    return text.isEmpty() ? "nothing" : text.toString();
  }
}
