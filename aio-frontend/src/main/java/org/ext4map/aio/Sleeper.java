package org.ext4map.aio;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The consumer's side of a ring that may sleep. He says so, looks once more, and only then sleeps;
 * who publishes looks after that whether he said so. One of the two sees the other, so no wake-up
 * is lost; and while he is awake nobody wakes him.
 *
 * <p>Threads: {@link #mayFallAsleep} and {@link #awake} by the consumer, {@link #wake} by anybody.
 */
final class Sleeper {
  private final AtomicBoolean asleep = new AtomicBoolean();
  private final Runnable alarm;

  /**
   * Awake.
   *
   * @param alarm ends the consumer's sleep, the present one or the next
   */
  Sleeper(Runnable alarm) {
    this.alarm = alarm;
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
