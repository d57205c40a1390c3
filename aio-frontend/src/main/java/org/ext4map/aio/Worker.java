package org.ext4map.aio;

import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Does for requests what completions may not: s_dio_done_wq. Takes all that waits in its ring,
 * brings it in order of inode and block, and lets {@link Conversions} work on it.
 *
 * <p>Threads: one, the worker's; {@link #wake} any.
 */
final class Worker {
  private final HandOver arrivals;
  private final Conversions conversions;
  private final Endings endings;
  private final ConvertMode mode;
  private final Request[] batch;
  private final Consumer<Request> collect = this::collect;
  private final Sleeper sleeper;
  private volatile @Nullable Thread thread;
  private int count;

  /**
   * A worker.
   *
   * @param arrivals the ring; its producer is who drives the device
   * @param requests that there can be
   * @param endings takes what is done
   */
  Worker(
      HandOver arrivals,
      int requests,
      Conversions conversions,
      ConvertMode mode,
      IdleMode idle,
      Endings endings) {
    this.sleeper = new Sleeper(idle, this::unpark);
    this.endings = endings;
    this.mode = mode;
    this.conversions = conversions;
    this.arrivals = arrivals;
    this.batch = new Request[requests];
  }

  /** The ring. */
  HandOver arrivals() {
    return arrivals;
  }

  /** Something has arrived, or the worker is to end. */
  void wake() {
    sleeper.wake();
  }

  private void unpark() {
    LockSupport.unpark(thread);
  }

  /** Does what has arrived; false if that was nothing. */
  boolean step() {
    count = 0;
    if (arrivals.drain(collect) == 0) {
      return false;
    }
    try {
      if (mode == ConvertMode.BATCHED) {
        sort();
        conversions.run(batch, 0, count, endings);
      } else {
        convertOneByOne();
      }
    } finally {
      endings.endOfBatch();
    }
    return true;
  }

  private void convertOneByOne() {
    int next = 0;
    try {
      while (next < count) {
        int one = next++;
        conversions.run(batch, one, next, endings);
      }
    } catch (RuntimeException | Error mistake) {
      conversions.giveUp(batch, next, count, mistake, endings);
      throw mistake;
    }
  }

  private void collect(Request request) {
    request.move(Request.State.DEFERRED, Request.State.CONVERTING);
    batch[count++] = request;
  }

  /** By inode and block, in place: Shell's sort, as the library's allocates for 32 and more. */
  private void sort() {
    int gap = 1;
    while (gap < count / 3) {
      gap = 3 * gap + 1;
    }
    for (; gap > 0; gap /= 3) {
      for (int i = gap; i < count; i++) {
        Request moved = batch[i];
        int to = i;
        for (; to >= gap && isBefore(moved, batch[to - gap]); to -= gap) {
          batch[to] = batch[to - gap];
        }
        batch[to] = moved;
      }
    }
  }

  private static boolean isBefore(Request a, Request b) {
    if (a.inode == b.inode) {
      return a.firstBlock < b.firstBlock;
    }
    long first = a.inode().ino();
    long second = b.inode().ino();
    return first == second ? a.firstBlock < b.firstBlock : first < second;
  }

  /** Sleeps until something may have arrived. The worker's own thread. */
  void sleep() {
    thread = Thread.currentThread();
    if (sleeper.spin(arrivals)) {
      return;
    }
    sleeper.mayFallAsleep();
    if (arrivals.isEmpty()) {
      LockSupport.park(this);
    }
    sleeper.awake();
  }
}
