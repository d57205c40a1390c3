package org.ext4map.aio;

import java.util.Arrays;
import java.util.Comparator;
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
  private static final Comparator<@Nullable Request> BY_PLACE = Worker::compare;

  private final HandOver arrivals;
  private final Conversions conversions;
  private final RequestPool pool;
  private final ConvertMode mode;
  private final Request[] batch;
  private final Consumer<Request> collect = this::collect;
  private final Sleeper sleeper = new Sleeper(this::unpark);
  private volatile @Nullable Thread thread;
  private int count;

  Worker(RequestPool pool, Conversions conversions, ConvertMode mode) {
    this.mode = mode;
    this.pool = pool;
    this.conversions = conversions;
    this.arrivals = HandOver.ofOne(pool.depth());
    this.batch = new Request[pool.depth()];
  }

  /** The ring; its producer is the completion thread. */
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
    if (mode == ConvertMode.BATCHED) {
      Arrays.sort(batch, 0, count, BY_PLACE);
      conversions.run(batch, 0, count);
    } else {
      convertOneByOne();
    }
    pool.wakeWaiters();
    return true;
  }

  private void convertOneByOne() {
    int next = 0;
    try {
      while (next < count) {
        int one = next++;
        conversions.run(batch, one, next);
      }
    } catch (RuntimeException | Error mistake) {
      conversions.giveUp(batch, next, count, mistake);
      throw mistake;
    }
  }

  private void collect(Request request) {
    request.move(Request.State.DEFERRED, Request.State.CONVERTING);
    batch[count++] = request;
  }

  private static int compare(@Nullable Request a, @Nullable Request b) {
    if (a == null || b == null) {
      throw new AssertionError("a hole in the batch");
    }
    int byInode = Long.compare(a.inode().ino(), b.inode().ino());
    return byInode != 0 ? byInode : Long.compare(a.firstBlock, b.firstBlock);
  }

  /** Sleeps until something may have arrived. The worker's own thread. */
  void sleep() {
    thread = Thread.currentThread();
    sleeper.mayFallAsleep();
    if (arrivals.isEmpty()) {
      LockSupport.park(this);
    }
    sleeper.awake();
  }
}
