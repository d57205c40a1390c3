package org.ext4map.aio;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** A worker's steps, with pauses before some of them: {@link Trouble#STALL}. One thread. */
final class Stalls implements BooleanSupplier {
  private static final int STALL_OF = 8;
  private static final long MOST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final BooleanSupplier step;
  private final Random random;
  private final LongSupplier clock;

  Stalls(BooleanSupplier step, long seed, LongSupplier clock) {
    this.step = step;
    this.random = new Random(seed);
    this.clock = clock;
  }

  @Override
  public boolean getAsBoolean() {
    if (random.nextInt(STALL_OF) == 0) {
      long end = clock.getAsLong() + (long) (random.nextDouble() * MOST_NANOS);
      for (long left = end - clock.getAsLong(); left > 0; left = end - clock.getAsLong()) {
        LockSupport.parkNanos(this, left);
      }
    }
    return step.getAsBoolean();
  }
}
