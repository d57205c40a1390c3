package org.ext4map.bench;

import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.ext4map.aio.MemoryFrontEnd;
import org.ext4map.dio.DirectChange;
import org.ext4map.model.Mapping;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * What the software of one request costs, from the call that submits it to its callback: the front
 * end on a device that has done everything at once, all steps taken by one thread, so that no
 * waking of threads is in it ({@link FrontEndThreadsBench} has that). As many requests in flight as
 * {@code depth} says, at random places; journal in memory.
 *
 * <p>Goal: a read or overwrite at most 300 ns and nothing on the heap; of a fill, what the front
 * end adds to the engine's own lookups and conversions ({@code engineAlone}: the same blocks, the
 * same batches) at most 300 ns and nothing. {@code fillInline} converts where completions are
 * taken, one by one: what deferring costs, or saves. Not the goal: the device.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class FrontEndBench {
  private static final int BLOCKS = BenchImage.BLOCKS;

  /** An image and front ends on it. */
  @State(Scope.Thread)
  public static class Rig {
    /** Requests in flight. */
    @Param({"1", "8", "32", "128"})
    public int depth;

    final int[] order = BenchImage.shuffled(0, 1, BLOCKS);
    BenchImage image;
    MemoryFrontEnd deferred;
    MemoryFrontEnd inline;

    /** Makes them; the file is written. */
    @Setup
    public void make() throws IOException {
      image = BenchImage.make(true);
      deferred = MemoryFrontEnd.stepped(image.volume(), depth, false);
      inline = MemoryFrontEnd.stepped(image.volume(), depth, true);
      image.makeWritten(BLOCKS);
    }

    void all(MemoryFrontEnd frontEnd, boolean writes, Cost cost) throws IOException {
      cost.begin();
      for (int from = 0; from < BLOCKS; from += depth) {
        for (int slot = 0; slot < depth; slot++) {
          if (writes) {
            frontEnd.write(image.direct(), slot, order[from + slot]);
          } else {
            frontEnd.read(image.direct(), slot, order[from + slot]);
          }
        }
        frontEnd.step();
      }
      cost.end(BLOCKS);
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
  public void read(Rig rig, Cost cost) throws IOException {
    rig.all(rig.deferred, false, cost);
  }

  /** A write of a written block. */
  @Benchmark
  @OperationsPerInvocation(BLOCKS)
  public void overwrite(Rig rig, Cost cost) throws IOException {
    rig.all(rig.deferred, true, cost);
  }

  /** A write of an unwritten block, converted by the worker with all that wait. */
  @Benchmark
  @OperationsPerInvocation(BLOCKS)
  public void fill(UnwrittenRig rig, Cost cost) throws IOException {
    rig.all(rig.deferred, true, cost);
  }

  /** A write of an unwritten block, converted where its completion is taken. */
  @Benchmark
  @OperationsPerInvocation(BLOCKS)
  public void fillInline(UnwrittenRig rig, Cost cost) throws IOException {
    rig.all(rig.inline, true, cost);
  }

  /** The baseline of a fill: the engine's lookups and conversions of the same batches alone. */
  @Benchmark
  @OperationsPerInvocation(BLOCKS)
  public void engineAlone(UnwrittenRig rig, Cost cost) throws IOException {
    int[] batch = new int[rig.depth];
    Mapping found = new Mapping();
    cost.begin();
    for (int from = 0; from < BLOCKS; from += rig.depth) {
      System.arraycopy(rig.order, from, batch, 0, rig.depth);
      rig.image.direct().lockShared();
      for (int block : batch) {
        rig.image.direct().map(block, 1, found);
      }
      rig.image.direct().unlockShared();
      Arrays.sort(batch);
      try (DirectChange change = rig.image.direct().startChange()) {
        for (int block : batch) {
          change.convert(block, block + 1L);
        }
      }
    }
    cost.end(BLOCKS);
  }
}
