package org.ext4map.load;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** What the jobs of one stress run share. Threads: any. */
final class StressState {
  /** The list of problems is for people. */
  private static final int MOST_LISTED = 20;

  private static final int EIO = 5;
  private static final long PAUSE_WHEN_FULL_NANOS = 200_000;

  final RacedBlocks racer;

  /** The last write's number; each write of any file has its own. */
  final AtomicLong stamps = new AtomicLong();

  final LongAdder submitted = new LongAdder();
  final LongAdder completed = new LongAdder();
  final LongAdder writtenBytes = new LongAdder();
  final LongAdder fallocates = new LongAdder();
  final LongAdder punches = new LongAdder();
  final LongAdder noSpace = new LongAdder();
  final LongAdder failed = new LongAdder();
  final LongAdder verifiedBlocks = new LongAdder();
  final LongAdder wrongBlocks = new LongAdder();

  private final boolean mayFail;
  private final List<String> problems = new ArrayList<>();
  private volatile @Nullable IOException failure;
  private volatile long deadline;

  /**
   * Nothing has happened.
   *
   * @param mayFail true if the device fails requests on purpose
   */
  StressState(int racerBlocks, boolean mayFail) {
    this.racer = new RacedBlocks(racerBlocks);
    this.mayFail = mayFail;
  }

  /** A round begins, and lasts so long. */
  void begin(long nanos) {
    deadline = System.nanoTime() + nanos;
  }

  /** True until the round is over, or something has gone wrong that all must stop for. */
  boolean goesOn() {
    return failure == null && System.nanoTime() - deadline < 0;
  }

  /** A request that was counted as submitted found no space, and was not accepted. */
  void refusedForSpace() {
    submitted.decrement();
    noSpace.increment();
    LockSupport.parkNanos(PAUSE_WHEN_FULL_NANOS);
  }

  /**
   * A request that was accepted has ended with an error: a mistake, unless it is the device's and
   * wanted.
   *
   * @param result minus the errno
   */
  void failed(int result, IOException problem) {
    failed.increment();
    if (!mayFail || result != -EIO) {
      tell(problem);
    }
  }

  /** Something failed that nothing here should let fail. */
  synchronized void tell(IOException problem) {
    if (failure == null) {
      failure = problem;
    }
    list(String.valueOf(problem.getMessage()));
  }

  boolean hasFailed() {
    return failure != null;
  }

  /** A block holds what it must not. */
  void wrong(String file, int block, long found, String allowed) {
    wrongBlocks.increment();
    String what =
        found == Stamp.ZEROS
            ? "zeros"
            : found == Stamp.BROKEN ? "bytes of no single write" : "write " + found;
    list("/" + file + " block " + block + ": holds " + what + ", allowed " + allowed);
  }

  private synchronized void list(String problem) {
    if (problems.size() < MOST_LISTED) {
      problems.add(problem);
    }
  }

  synchronized List<String> problems() {
    return List.copyOf(problems);
  }
}
