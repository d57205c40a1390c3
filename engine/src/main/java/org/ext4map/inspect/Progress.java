package org.ext4map.inspect;

import java.io.IOException;

/**
 * Hears how far a long look is, about once a block group. All calls come from the thread that
 * looks.
 */
@FunctionalInterface
public interface Progress {
  /** Hears nothing. */
  Progress NONE = (what, done, total) -> {};

  /**
   * {@code done} of {@code total} steps are made.
   *
   * @param what what is looked at, in the plural
   * @throws IOException to end the look; it reaches the caller
   */
  void step(String what, long done, long total) throws IOException;
}
