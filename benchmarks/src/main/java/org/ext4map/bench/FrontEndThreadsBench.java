package org.ext4map.bench;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.ext4map.aio.IdleMode;
import org.ext4map.aio.MemoryFrontEnd;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The same requests as in {@link FrontEndBench}, through the I/O thread and the worker of
 * production: what handing over and waking threads adds, for each thing that a thread without work
 * may do.
 *
 * <p>Goal: at 32 and more in flight a request takes no longer than in one thread, because others
 * work meanwhile. Not the goal: one in flight, where each request wakes everybody.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class FrontEndThreadsBench {
  private static final int BLOCKS = 1 << 14;

  /** An image and a front end on it. */
  @State(Scope.Thread)
  public static class Rig {
    /** Requests in flight. */
    @Param({"1", "8", "32", "128"})
    public int depth;

    /** What threads without work do. */
    @Param({"PARK", "SPIN"})
    public IdleMode idle = IdleMode.PARK;

    final int[] order = BenchImage.shuffled(0, 1, BLOCKS);
    BenchImage image;
    MemoryFrontEnd frontEnd;

    /** Makes them; the file is written. */
    @Setup
    public void make() throws IOException {
      image = BenchImage.make(true);
      frontEnd = MemoryFrontEnd.threaded(image.volume(), depth, idle);
      image.makeWritten(BLOCKS);
    }

    /** Ends the threads. */
    @TearDown
    public void close() {
      frontEnd.close();
    }

    void all(boolean writes) throws IOException {
      for (int i = 0; i < BLOCKS; i++) {
        if (writes) {
          frontEnd.write(image.direct(), i % depth, order[i]);
        } else {
          frontEnd.read(image.direct(), i % depth, order[i]);
        }
      }
      frontEnd.drain();
      if (frontEnd.failures() > 0) {
        throw new IOException(frontEnd.failures() + " requests have failed");
      }
    }
  }

  /** The same, with a file of unwritten blocks, anew for each round. */
  @State(Scope.Thread)
  public static class UnwrittenRig extends Rig {
    /** Makes the file. */
    @Setup(Level.Invocation)
    public void reset() throws IOException {
      image.makeUnwritten(BLOCKS);
    }
  }

  /** A read of a written block. */
  @Benchmark
  @OperationsPerInvocation(BLOCKS)
  public void read(Rig rig) throws IOException {
    rig.all(false);
  }

  /** A write of a written block. */
  @Benchmark
  @OperationsPerInvocation(BLOCKS)
  public void overwrite(Rig rig) throws IOException {
    rig.all(true);
  }

  /** A write of an unwritten block. */
  @Benchmark
  @OperationsPerInvocation(BLOCKS)
  public void fill(UnwrittenRig rig) throws IOException {
    rig.all(true);
  }
}
