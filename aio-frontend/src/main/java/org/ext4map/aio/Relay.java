package org.ext4map.aio;

import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A ring and a thread of their own for the decisions about completed requests, for those who want
 * the I/O thread to do nothing but I/O. Without it the I/O thread decides itself, which saves a
 * wake-up each time.
 *
 * <p>Threads: {@link #put} and {@link #publish} by the I/O thread, {@link #step} and {@link #sleep}
 * by the completion thread, {@link #wake} by any.
 */
final class Relay {
  private final HandOver ring;
  private final Consumer<Request> decide;
  private final Runnable endOfBatch;
  private final Sleeper sleeper;
  private volatile @Nullable Thread thread;

  Relay(int requests, Consumer<Request> decide, Runnable endOfBatch, IdleMode idle) {
    this.sleeper = new Sleeper(idle, this::unpark);
    this.ring = HandOver.ofOne(requests);
    this.decide = decide;
    this.endOfBatch = endOfBatch;
  }

  void put(Request request) {
    ring.add(request);
  }

  void publish() {
    if (ring.publish()) {
      wake();
    }
  }

  void wake() {
    sleeper.wake();
  }

  private void unpark() {
    LockSupport.unpark(thread);
  }

  /** Decides what has arrived; false if that was nothing. */
  boolean step() {
    try {
      return ring.drain(decide) > 0;
    } finally {
      endOfBatch.run();
    }
  }

  void sleep() {
    thread = Thread.currentThread();
    if (sleeper.spin(ring)) {
      return;
    }
    sleeper.mayFallAsleep();
    if (ring.isEmpty()) {
      LockSupport.park(this);
    }
    sleeper.awake();
  }
}
