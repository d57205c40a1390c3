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
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * All extents of a file go at once: truncate to nothing, or a hole over all of it; on a file system
 * in memory, under as many journal handles as it takes.
 *
 * <p>Goal: 100k extents in less than 100 ms, both ways. Not the goal: waiting for the device. One
 * commit at the end is part of the time. The baseline is making them.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class RemoveManyBench {
  /** Extents in the file, each of one block with a hole behind it. */
  @Param("100000")
  public int extents;

  private BenchImage image;

  /** Makes the image. */
  @Setup
  public void make() throws IOException {
    image = BenchImage.make(true);
  }

  /** Makes the file. */
  @Setup(Level.Invocation)
  public void reset() throws IOException {
    image.makeHole(2 * extents);
    allocateAll();
    image.commit();
  }

  private void allocateAll() throws IOException {
    for (int i = 0; i < extents; i++) {
      image.change(FallocateMode.KEEP_SIZE, 2 * i);
    }
  }

  /** All of it. */
  @Benchmark
  public void truncate(Cost cost) throws IOException {
    cost.begin();
    image.file().truncate(0);
    image.commit();
    cost.end(1);
  }

  /** All of it, the size stays. */
  @Benchmark
  public void punch(Cost cost) throws IOException {
    cost.begin();
    image.file().fallocate(FallocateMode.PUNCH_HOLE, 0, 2L * extents * BenchImage.BLOCK);
    image.commit();
    cost.end(1);
  }

  /** The baseline: as many extents one by one in the holes between. */
  @Benchmark
  public void allocateAsMany(Cost cost) throws IOException {
    cost.begin();
    for (int i = 0; i < extents; i++) {
      image.change(FallocateMode.KEEP_SIZE, 2 * i + 1);
    }
    image.commit();
    cost.end(1);
  }
}
