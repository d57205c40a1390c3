package org.ext4map.load;

import org.HdrHistogram.Histogram;

/**
 * What the reads, or the writes, of jobs came to. Units: nanoseconds, bytes. One thread; results of
 * several threads are added up when these have ended.
 */
public final class Measured {
  private static final long LONGEST_NANOS = 3_600_000_000_000L;
  private static final int DIGITS = 3;

  private final Histogram submission = new Histogram(1, LONGEST_NANOS, DIGITS);
  private final Histogram completion = new Histogram(1, LONGEST_NANOS, DIGITS);
  private final Histogram total = new Histogram(1, LONGEST_NANOS, DIGITS);
  private long bytes;

  Measured() {}

  void record(long begun, long submitted, long ended, int transferred) {
    submission.recordValue(inRange(submitted - begun));
    completion.recordValue(inRange(ended - submitted));
    total.recordValue(inRange(ended - begun));
    bytes += transferred;
  }

  private static long inRange(long nanos) {
    return Math.max(1, Math.min(nanos, LONGEST_NANOS));
  }

  void add(Measured other) {
    submission.add(other.submission);
    completion.add(other.completion);
    total.add(other.total);
    bytes += other.bytes;
  }

  /** Requests that have ended well. */
  public long requests() {
    return total.getTotalCount();
  }

  /** Bytes that they transferred. */
  public long bytes() {
    return bytes;
  }

  /** From the call that submits to its return: fio's slat. */
  public Histogram submission() {
    return submission;
  }

  /** From that return to the moment when the job meets the completion: fio's clat. */
  public Histogram completion() {
    return completion;
  }

  /** The two together: fio's lat, and what an application waits. */
  public Histogram total() {
    return total;
  }
}
