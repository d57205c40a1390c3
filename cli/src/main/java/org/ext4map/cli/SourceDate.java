package org.ext4map.cli;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;

/**
 * The clock of what a command makes: the system's, or for ever SOURCE_DATE_EPOCH, so that the same
 * commands make the same bytes (reproducible-builds.org).
 */
final class SourceDate {
  private static final String VARIABLE = "SOURCE_DATE_EPOCH";

  /** What ext4 can express with the bits that extend its 32-bit seconds. */
  private static final long MOST_SECONDS = (1L << 34) - 1;

  private SourceDate() {}

  /**
   * The clock.
   *
   * @throws IllegalArgumentException if the variable is set to no moment that ext4 can express
   */
  static InstantSource clock(Map<String, String> environment) {
    String seconds = environment.getOrDefault(VARIABLE, "");
    if (seconds.isEmpty()) {
      return InstantSource.system();
    }
    if (!seconds.matches("[0-9]{1,11}") || Long.parseLong(seconds) > MOST_SECONDS) {
      throw new IllegalArgumentException(
          VARIABLE + "='" + seconds + "', allowed seconds since 1970, 0 … " + MOST_SECONDS);
    }
    return InstantSource.fixed(Instant.ofEpochSecond(Long.parseLong(seconds)));
  }
}
