package org.ext4map.aio;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.ext4map.dio.Waiting;
import org.jspecify.annotations.Nullable;

/**
 * All requests there can be, and which of them are free: the bound on what is in flight, and the
 * one place where submitters are held back.
 *
 * <p>Threads: {@link #take} by submitters; {@link #giveBack} and {@link #wakeWaiters} by anybody,
 * they never wait. No lock: free requests are a stack of numbers behind one word.
 */
final class RequestPool {
  /** Threads that can be woken at once; further ones look again after a while. */
  private static final int MOST_WAITERS = 64;

  private static final long LOOK_AGAIN_NANOS = TimeUnit.MICROSECONDS.toNanos(200);
  private static final int EMPTY = -1;

  private final Request[] requests;
  private final FullQueue whenFull;

  /** Under the top: which is free next. */
  private final int[] below;

  /** In the high half a count of changes, so that the same top is not the same stack. */
  private final AtomicLong top = new AtomicLong(0xffffffffL);

  /** Taken and not yet reported. */
  private final AtomicInteger unreported = new AtomicInteger();

  private final AtomicInteger waiters = new AtomicInteger();
  private final AtomicReferenceArray<@Nullable Thread> waiterThreads =
      new AtomicReferenceArray<>(MOST_WAITERS);
  private final AtomicReferenceArray<@Nullable BooleanSupplier> waiterWishes =
      new AtomicReferenceArray<>(MOST_WAITERS);
  private final BooleanSupplier somethingToTake = this::mayTake;
  private volatile @Nullable Waiting waiting;
  private volatile boolean closing;
  private volatile @Nullable Throwable broken;

  RequestPool(int depth, FullQueue whenFull, Tally tally) {
    this.whenFull = whenFull;
    requests = new Request[depth];
    below = new int[depth];
    for (int slot = 0; slot < depth; slot++) {
      requests[slot] = new Request(slot, tally);
      push(depth - 1 - slot);
    }
  }

  /** From now on who waits does it in this way instead of parking. */
  void waitBy(Waiting other) {
    waiting = other;
  }

  int depth() {
    return requests.length;
  }

  Request request(int slot) {
    return requests[slot];
  }

  /** Requests that were taken and are not reported yet. */
  int inFlight() {
    return unreported.get();
  }

  /**
   * Begins a new life of a free request; waits for one if there is none, or not, as was asked for.
   *
   * @throws ClosedChannelException after {@link #close}
   * @throws QueueFullException if that is what is wanted
   * @throws IOException if the I/O thread has died; the cause is why
   */
  Request take() throws IOException {
    unreported.incrementAndGet(); // before the look at closing: who closes sees us, or we see him
    int slot = EMPTY;
    try {
      requireOpen();
      slot = pop();
      if (slot == EMPTY && whenFull == FullQueue.REFUSE) {
        throw new QueueFullException(depth());
      }
      while (slot == EMPTY) {
        await(somethingToTake);
        requireOpen();
        slot = pop();
      }
    } finally {
      if (slot == EMPTY) {
        reported(1);
      }
    }
    Request request = requests[slot];
    request.begin();
    return request;
  }

  private void requireOpen() throws IOException {
    Throwable cause = broken;
    if (cause != null) {
      throw new IOException("direct I/O has stopped: " + cause.getMessage(), cause);
    }
    if (closing) {
      throw new ClosedChannelException();
    }
  }

  /** The request may be taken again; its end need not be reported yet. */
  void giveBack(Request request) {
    request.move(Request.State.FINISHED, Request.State.FREE);
    push(request.slot);
  }

  /** So many are reported, or were never accepted. */
  void reported(int count) {
    unreported.addAndGet(-count);
  }

  /** Who waits looks again. Said after a batch, not after each request. */
  void wakeWaiters() {
    for (int i = 0; i < MOST_WAITERS && waiters.get() > 0; i++) {
      BooleanSupplier wish = waiterWishes.get(i);
      if (wish != null && wish.getAsBoolean()) {
        LockSupport.unpark(waiterThreads.get(i));
      }
    }
  }

  /** From now on nothing is taken any more. */
  void close() {
    closing = true;
    wakeWaiters();
  }

  /** As {@link #close}, and says why; the first reason stays. */
  void fail(Throwable cause) {
    if (broken == null) {
      broken = cause;
    }
    wakeWaiters();
  }

  @Nullable Throwable failure() {
    return broken;
  }

  /** Returns when nothing is in flight. */
  void drain() {
    await(() -> unreported.get() == 0);
  }

  /** The same, but only so long; false if something is left then. */
  boolean drain(long nanos, LongSupplier clock) {
    return await(() -> unreported.get() == 0, nanos, clock);
  }

  /**
   * Waits for something that nobody announces, and only so long.
   *
   * @return whether it has come about
   */
  boolean await(BooleanSupplier done, long nanos, LongSupplier clock) {
    Waiting other = waiting;
    if (other != null) {
      return other.until(done, nanos);
    }
    long end = clock.getAsLong() + nanos;
    boolean interrupted = false;
    while (!done.getAsBoolean() && clock.getAsLong() - end < 0) {
      LockSupport.parkNanos(this, LOOK_AGAIN_NANOS);
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return done.getAsBoolean();
  }

  private boolean mayTake() {
    return (int) top.get() != EMPTY || closing || broken != null;
  }

  private int pop() {
    while (true) {
      long now = top.get();
      int slot = (int) now;
      if (slot == EMPTY) {
        return EMPTY;
      }
      if (top.compareAndSet(now, next(now, below[slot]))) {
        return slot;
      }
    }
  }

  private void push(int slot) {
    while (true) {
      long now = top.get();
      below[slot] = (int) now;
      if (top.compareAndSet(now, next(now, slot))) {
        return;
      }
    }
  }

  private static long next(long now, int slot) {
    return ((now >>> 32) + 1) << 32 | (slot & 0xffffffffL);
  }

  /** Waits for something that {@link #wakeWaiters} announces; interrupts are kept for later. */
  void await(BooleanSupplier done) {
    if (done.getAsBoolean()) {
      return;
    }
    Waiting other = waiting;
    if (other == null) {
      follow(done);
    } else {
      other.until(done);
    }
  }

  /** Parks until {@link #wakeWaiters} announces it. */
  void follow(BooleanSupplier done) {
    int place = register(done);
    boolean interrupted = false;
    while (!done.getAsBoolean()) {
      if (place == EMPTY) {
        LockSupport.parkNanos(this, LOOK_AGAIN_NANOS);
      } else {
        LockSupport.park(this);
      }
      interrupted |= Thread.interrupted();
    }
    if (place != EMPTY) {
      waiterWishes.set(place, null);
      waiterThreads.set(place, null);
    }
    waiters.decrementAndGet();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private int register(BooleanSupplier done) {
    waiters.incrementAndGet();
    for (int i = 0; i < MOST_WAITERS; i++) {
      if (waiterThreads.compareAndSet(i, null, Thread.currentThread())) {
        waiterWishes.set(i, done);
        return i;
      }
    }
    return EMPTY;
  }
}
