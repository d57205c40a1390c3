package org.ext4map.dio;

import java.util.function.BooleanSupplier;

/**
 * How a submitter waits for what other threads do. The normal way is to park; who runs all in one
 * thread lets the others take steps instead.
 */
@FunctionalInterface
public interface Waiting {
  /** Returns when {@code done} has answered true. Interrupts are kept and do not end the wait. */
  void until(BooleanSupplier done);

  /** The same for so many nanoseconds at most, where time counts; answers whether it came about. */
  default boolean until(BooleanSupplier done, long nanos) {
    until(done);
    return true;
  }

  /** Something that is waited for may have come about. Any thread; never waits. */
  default void changed() {}
}
