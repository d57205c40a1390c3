package org.ext4map.aio;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The consumer's side of a ring that may sleep. He says so, looks once more, and only then sleeps;
 * who publishes looks after that whether he said so. One of the two sees the other, so no wake-up
 * is lost; and while he is awake nobody wakes him.
 *
 * <p>Threads: {@link #spin}, {@link #mayFallAsleep} and {@link #awake} by the consumer, {@link
 * #wake} by anybody.
 */
final class Sleeper {
  /** About as long as it takes to wake a thread: 10 to 40 µs, as processors pause. */
  private static final int SPIN_TURNS = 500;

  private final AtomicBoolean asleep = new AtomicBoolean();
  private final Runnable alarm;
  private final int turns;

  /**
   * Awake.
   *
   * @param mode whether {@link #spin} looks
   * @param alarm ends the consumer's sleep, the present one or the next
   */
  Sleeper(IdleMode mode, Runnable alarm) {
    this.turns = mode == IdleMode.SPIN ? SPIN_TURNS : 0;
    this.alarm = alarm;
  }

  /** Before a sleep: looks for a while, if that is wanted; true if something has arrived. */
  boolean spin(HandOver arrivals) {
    for (int turn = 0; turn < turns; turn++) {
      if (!arrivals.isEmpty()) {
        return true;
      }
      Thread.onSpinWait();
    }
    return false;
  }

  /** From now on who publishes gives the alarm; the consumer looks once more before he sleeps. */
  void mayFallAsleep() {
    asleep.set(true);
  }

  /** The consumer is up, by whatever reason. */
  void awake() {
    if (asleep.get()) {
      asleep.set(false);
    }
  }

  /** Something was published. */
  void wake() {
    if (asleep.get() && asleep.compareAndSet(true, false)) {
      alarm.run();
    }
  }
}
