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
}
