package org.ext4map.load;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.ext4map.aio.DirectIo;
import org.ext4map.aio.IoCallback;
import org.jspecify.annotations.Nullable;

/**
 * Requests of one thread, so many at once: the thread submits as long as there are free slots,
 * takes what has ended, and sleeps when there is nothing to do. Whatever happens, what is in flight
 * is seen to its end.
 */
abstract class Flight implements IoCallback {
  private final @Nullable DirectIo polled;
  private final int[] free;
  private int freeCount;

  /** Set by the completion before the slot's bit, read after it. */
  private final int[] results;

  private final @Nullable IOException[] problems;

  /** 1 from the moment before a request is made until its completion: that comes once. */
  private final AtomicIntegerArray underWay;

  @SuppressWarnings("NullAway.Init") // by the flight's own thread, before the first request
  private Slots slots;

  /**
   * A flight of so many requests at once.
   *
   * @param io which the flight's thread drives itself in poll mode; null if there is none
   */
  Flight(int depth, @Nullable DirectIo io) {
    polled = io != null && io.isPolled() ? io : null;
    free = new int[depth];
    results = new int[depth];
    problems = new IOException[depth];
    underWay = new AtomicIntegerArray(depth);
    for (int slot = 0; slot < depth; slot++) {
      free[freeCount++] = slot;
    }
  }

  /** True as long as more requests are to be made. */
  abstract boolean goesOn();

  /**
   * Submits a request, with this as its callback and {@code slot} as its cookie.
   *
   * @throws IOException if it was not accepted; that ends the flight
   * @return false if there was nothing to submit now; the slot is free still
   */
  abstract boolean submit(int slot) throws IOException;

  /** The request of {@code slot} has ended; on the flight's own thread. */
  abstract void ended(int slot, int result, @Nullable IOException problem);

  /** Flies until {@link #goesOn} says no. */
  final void fly() throws IOException {
    slots = new Slots(free.length, polled == null ? null : polled::await);
    try {
      while (goesOn()) {
        boolean submitting = true;
        while (submitting && freeCount > 0 && goesOn()) {
          freeCount--;
          submitting = submitted(free[freeCount]);
        }
        reap();
        if (freeCount == 0) {
          slots.await();
        } else if (polled != null) {
          polled.poll();
        }
      }
    } finally {
      while (freeCount < free.length) {
        slots.await();
        reap();
      }
    }
  }

  private boolean submitted(int slot) throws IOException {
    boolean accepted = false;
    underWay.set(slot, 1);
    try {
      accepted = submit(slot);
    } finally {
      if (!accepted) {
        underWay.set(slot, 0);
        free[freeCount++] = slot;
      }
    }
    return accepted;
  }

  /**
   * On a thread of the front end, or on the flight's own before its call returns.
   *
   * @throws IllegalStateException if that is the second time; the front end counts it as a failure
   */
  @Override
  public final void completed(long cookie, int result, @Nullable IOException failure) {
    int slot = (int) cookie;
    if (!underWay.compareAndSet(slot, 1, 0)) {
      throw new IllegalStateException("the request of slot " + slot + " is over already");
    }
    results[slot] = result;
    problems[slot] = failure;
    slots.end(slot);
  }

  @Override
  public final void endOfBatch() {
    slots.wake();
  }

  private void reap() {
    for (int word = 0; word < slots.words(); word++) {
      for (long bits = slots.take(word); bits != 0; bits &= bits - 1) {
        int slot = word * Long.SIZE + Long.numberOfTrailingZeros(bits);
        free[freeCount++] = slot;
        ended(slot, results[slot], problems[slot]);
      }
    }
  }
}
