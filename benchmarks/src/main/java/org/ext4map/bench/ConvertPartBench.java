package org.ext4map.bench;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.ext4map.dio.DirectChange;
import org.ext4map.model.FallocateMode;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The first, the middle, the last or each block of unwritten extents of three blocks becomes
 * written, extent by extent in random order; 8k extents with holes between them, one journal handle
 * for all.
 *
 * <p>Goal: each at most 600 ns, and no more than a conversion in the middle, which adds two
 * entries. Not the goal: handles, commits.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 12, time = 1) // a round prepares more than it measures
@Measurement(iterations = 5, time = 1)
public class ConvertPartBench {
  private static final int EXTENTS = 1 << 13;
  private static final int LENGTH = 3;
  private static final int STEP = LENGTH + 1;

  private final int[] starts = BenchImage.shuffled(0, STEP, EXTENTS * STEP);
  private BenchImage image;

  /** Makes the image. */
  @Setup
  public void make() throws IOException {
    image = BenchImage.make(true);
  }

  /** Makes the file. */
  @Setup(Level.Invocation)
  public void reset() throws IOException {
    image.makeUnwritten(EXTENTS * STEP);
    for (int lblk = LENGTH; lblk < EXTENTS * STEP; lblk += STEP) {
      image.change(FallocateMode.PUNCH_HOLE, lblk);
    }
    image.commit();
  }

  private void convert(int from, int to, Cost cost) throws IOException {
    cost.begin();
    try (DirectChange change = image.direct().startChange()) {
      for (int start : starts) {
        change.convert(start + from, start + to);
      }
    }
    cost.end(starts.length);
  }

  /** Written, then unwritten. */
  @Benchmark
  @OperationsPerInvocation(EXTENTS)
  public void first(Cost cost) throws IOException {
    convert(0, 1, cost);
  }

  /** In three. */
  @Benchmark
  @OperationsPerInvocation(EXTENTS)
  public void middle(Cost cost) throws IOException {
    convert(1, 2, cost);
  }

  /** Unwritten, then written. */
  @Benchmark
  @OperationsPerInvocation(EXTENTS)
  public void last(Cost cost) throws IOException {
    convert(2, LENGTH, cost);
  }

  /** The baseline: nothing is cut, the entry changes its state. */
  @Benchmark
  @OperationsPerInvocation(EXTENTS)
  public void whole(Cost cost) throws IOException {
    convert(0, LENGTH, cost);
  }
}
