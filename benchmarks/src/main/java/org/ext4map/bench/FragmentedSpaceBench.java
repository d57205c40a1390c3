package org.ext4map.bench;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
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
 * Looking for space where every other block is taken, and where none is: a file gets blocks, 64 at
 * a time, on a file system in memory.
 *
 * <p>Goal: a block out of fragments costs at most as much as one that is allocated alone in empty
 * space, for then the search is not what counts. Not the goal: where the blocks lie.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class FragmentedSpaceBench {
  private static final int WANTED = 1 << 13;
  private static final int AT_ONCE = 64;
  private static final long BYTES = 256L << 20;

  private BenchImage fragmented;
  private BenchImage empty;

  /** Fills an image and takes every other block away again; another one stays empty. */
  @Setup
  public void make() throws IOException {
    fragmented = BenchImage.make(true, BYTES);
    empty = BenchImage.make(true, BYTES);
    var filler = fragmented.create("/filler");
    // the rest is for nodes, and what the engine keeps back for conversions
    long blocks = fragmented.freeBlocks() / 16 * 15;
    filler.fallocate(FallocateMode.ALLOCATE, 0, blocks * BenchImage.BLOCK);
    for (long lblk = 0; lblk < blocks; lblk += 2) {
      filler.fallocate(FallocateMode.PUNCH_HOLE, lblk * BenchImage.BLOCK, BenchImage.BLOCK);
    }
    fragmented.commit();
  }

  /** Takes back what a round has allocated. */
  @Setup(Level.Invocation)
  public void reset() throws IOException {
    fragmented.makeHole(WANTED);
    empty.makeHole(WANTED);
  }

  private static void allocate(BenchImage image, int atOnce, Cost cost) throws IOException {
    cost.begin();
    for (int lblk = 0; lblk < WANTED; lblk += atOnce) {
      long length = (long) atOnce * BenchImage.BLOCK;
      image.file().fallocate(FallocateMode.KEEP_SIZE, (long) lblk * BenchImage.BLOCK, length);
    }
    image.commit();
    cost.end(WANTED);
  }

  /** Each block is an extent of its own. */
  @Benchmark
  @OperationsPerInvocation(WANTED)
  public void fromFragments(Cost cost) throws IOException {
    allocate(fragmented, AT_ONCE, cost);
  }

  /** The baseline: blocks that are allocated one by one. */
  @Benchmark
  @OperationsPerInvocation(WANTED)
  public void oneByOne(Cost cost) throws IOException {
    allocate(empty, 1, cost);
  }

  /** The same blocks, 64 at a time in one piece. */
  @Benchmark
  @OperationsPerInvocation(WANTED)
  public void inOnePiece(Cost cost) throws IOException {
    allocate(empty, AT_ONCE, cost);
  }
}
