package org.ext4map.load;

import java.util.SplittableRandom;

/**
 * When the requests of one job began, were submitted and ended; a place for each that can be in
 * flight. Threads: the job's.
 */
final class Timings {
  private static final int PERCENT = 100;

  private final Measured reads = new Measured();
  private final Measured writes = new Measured();
  private final long[] begun;
  private final long[] submitted;
  private final boolean[] isRead;

  /** Of at most {@code depth} requests at once. */
  Timings(int depth) {
    begun = new long[depth];
    submitted = new long[depth];
    isRead = new boolean[depth];
  }

  /** A request begins; true if it is to be a read, by chance as the pattern says. */
  boolean begin(int slot, AccessPattern pattern, SplittableRandom random, long now) {
    isRead[slot] = random.nextInt(PERCENT) < pattern.readPercent();
    begun[slot] = now;
    return isRead[slot];
  }

  /** It has been submitted. */
  void submitted(int slot, long now) {
    submitted[slot] = now;
  }

  /** It has ended well, with so many bytes. */
  void ended(int slot, long now, int bytes) {
    Measured kind = isRead[slot] ? reads : writes;
    kind.record(begun[slot], submitted[slot], now, bytes);
  }

  /** What has been measured. */
  Job.Result result() {
    return new Job.Result(reads, writes);
  }
}
