package org.ext4map.load;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * What each job does.
 *
 * @param pattern reads, writes, in which order
 * @param blockBytes bytes of a request
 * @param depth requests in flight
 * @param fileBytes size of the job's file; a multiple of {@code blockBytes} is used
 * @param runtime when to end at the latest
 * @param isTimed true to go on until then, pass after pass; else one pass ends it
 * @param isDurable true if each write is to be durable when it ends: O_DSYNC
 * @param isZero true to write zeros; else what no device can make smaller
 * @param seed of the order; each job adds its number
 */
public record JobPlan(
    AccessPattern pattern,
    int blockBytes,
    int depth,
    long fileBytes,
    Optional<Duration> runtime,
    boolean isTimed,
    boolean isDurable,
    boolean isZero,
    long seed) {
  /** Requests of one pass. */
  long blocks() {
    return fileBytes / blockBytes;
  }

  /** What is written: chance, the same in each run. */
  void fill(ByteBuffer buffer) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int at = 0; at + Long.BYTES <= buffer.limit(); at += Long.BYTES) {
      buffer.putLong(at, isZero ? 0 : random.nextLong());
    }
  }
}
