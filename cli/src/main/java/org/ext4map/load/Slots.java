package org.ext4map.load;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Which requests of one job have ended: a bit for each. Any thread sets some and wakes the job when
 * that is all; the job's thread takes all, or sleeps until there is one. No lock, nothing
 * allocated; a wake-up only when the job sleeps.
 */
final class Slots {
  private final Thread owner;
  private final AtomicLongArray words;
  private final Consumer<BooleanSupplier> waiting;
  private final BooleanSupplier someHasEnded = this::hasSome;
  private volatile boolean sleeping;

  /**
   * Room for {@code count} requests of the calling thread.
   *
   * @param waiting how it waits where it drives the I/O itself; null to sleep until {@link #wake}
   */
  Slots(int count, @Nullable Consumer<BooleanSupplier> waiting) {
    this.owner = Thread.currentThread();
    this.waiting = waiting == null ? this::sleepUntil : waiting;
    this.words = new AtomicLongArray((count + Long.SIZE - 1) / Long.SIZE);
  }

  /** Request {@code slot} has ended; {@link #wake} follows. */
  void end(int slot) {
    int word = slot / Long.SIZE;
    long bits = words.get(word);
    while (!words.compareAndSet(word, bits, bits | 1L << slot)) {
      bits = words.get(word);
    }
  }

  /** The job shall look, should it sleep. */
  void wake() {
    if (sleeping) {
      sleeping = false;
      LockSupport.unpark(owner);
    }
  }

  /** How many words {@link #take} has to be asked for. */
  int words() {
    return words.length();
  }

  /** The bits of requests {@code 64 * word …} that have ended since the last time. */
  long take(int word) {
    return words.get(word) == 0 ? 0 : words.getAndSet(word, 0);
  }

  /** Sleeps until a request has ended. */
  void await() {
    waiting.accept(someHasEnded);
  }

  private void sleepUntil(BooleanSupplier done) {
    sleeping = true;
    while (sleeping && !done.getAsBoolean()) {
      LockSupport.park(this);
    }
    sleeping = false;
  }

  private boolean hasSome() {
    for (int word = 0; word < words.length(); word++) {
      if (words.get(word) != 0) {
        return true;
      }
    }
    return false;
  }
}
