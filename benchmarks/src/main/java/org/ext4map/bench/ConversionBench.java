package org.ext4map.bench;

import java.io.IOException;
import java.util.Arrays;
import java.util.NavigableMap;
import java.util.TreeMap;
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
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Blocks of unwritten space become written, one after another: what follows each direct write. The
 * file system is in memory; the file is one range of 64k unwritten blocks.
 *
 * <p>Goal, under one handle without a journal: a split at a random place 600 ns, a conversion in
 * order, which makes the written extent before it longer, 110 ns. Each under its own journal
 * handle, times of the inode included: 2.1 and 0.75 µs, half of what the kernel needs. A conversion
 * allocates nothing but what the map grows by. Not the goal: data, waiting for the device.
 *
 * <p>{@code split}: every other block in random order, so each cuts an unwritten extent in three.
 * {@code splitSettled}: the same in a map whose nodes have room for it and whose blocks are in the
 * transaction, each under a handle of its own. {@code merge}: all blocks in order. {@code
 * …Together}: under one handle; {@code …By64}: under a handle for 64, ascending as the worker
 * brings them; {@code …Alone}: under one each. One commit at the end is part of the time.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 12, time = 1) // a round prepares more than it measures
@Measurement(iterations = 5, time = 1)
public class ConversionBench {
  private static final int ODD = BenchImage.BLOCKS / 2;
  private static final int BATCH = 64;

  /** Of each four of these one is written, and a second one becomes so. */
  private static final int SETTLED_BLOCKS = BenchImage.BLOCKS / 4;

  /** The first half brings the nodes into the transaction, the second is measured. */
  private static final int SETTLED = SETTLED_BLOCKS / 4 / 2;

  private final int[] split = BenchImage.shuffled(1, 2, BenchImage.BLOCKS);
  private final int[] merge = BenchImage.inOrder(0, 1, BenchImage.BLOCKS);
  private final int[] batches = sortedBatches(split);
  private final int[] settling = BenchImage.shuffled(2, 4, SETTLED_BLOCKS);

  private static int[] sortedBatches(int[] order) {
    int[] sorted = order.clone();
    for (int from = 0; from < sorted.length; from += BATCH) {
      Arrays.sort(sorted, from, from + BATCH);
    }
    return sorted;
  }

  /** The file, unwritten before each round. */
  @State(Scope.Thread)
  public static class UnwrittenFile {
    /** Whether the image has a journal. */
    @Param({"false", "true"})
    public boolean journal;

    private BenchImage image;

    /** Makes the image. */
    @Setup
    public void make() throws IOException {
      image = BenchImage.make(journal);
    }

    /** Makes the file. */
    @Setup(Level.Invocation)
    public void reset() throws IOException {
      image.makeUnwritten(BenchImage.BLOCKS);
    }

    private void convert(int[] blocks, int perHandle, Cost cost) throws IOException {
      cost.begin();
      for (int from = 0; from < blocks.length; from += perHandle) {
        try (DirectChange change = image.direct().startChange()) {
          for (int i = from; i < from + perHandle; i++) {
            change.convert(blocks[i], blocks[i] + 1);
          }
        }
      }
      image.commit();
      cost.end(blocks.length);
    }
  }

  /** The file, with extents in turn, the same before each round. */
  @State(Scope.Thread)
  public static class SettledFile {
    private BenchImage image;

    /** Makes image and file. */
    @Setup
    public void make() throws IOException {
      image = BenchImage.make(true);
      image.makeUnwritten(SETTLED_BLOCKS);
      for (int block : BenchImage.inOrder(0, 4, SETTLED_BLOCKS)) {
        convert(block);
      }
    }

    private void convert(int block) throws IOException {
      try (DirectChange change = image.direct().startChange()) {
        change.convert(block, block + 1);
      }
    }

    /** Takes back what the round before has written. */
    @Setup(Level.Invocation)
    public void reset() throws IOException {
      for (int block : BenchImage.inOrder(2, 4, SETTLED_BLOCKS)) {
        image.change(FallocateMode.ZERO_RANGE_KEEP_SIZE, block);
      }
      image.commit();
    }

    private void convert(int[] blocks, Cost cost) throws IOException {
      for (int i = 0; i < SETTLED; i++) {
        convert(blocks[i]);
      }
      cost.begin();
      for (int i = SETTLED; i < 2 * SETTLED; i++) {
        convert(blocks[i]);
      }
      cost.end(SETTLED);
    }
  }

  /** A split under a handle of its own, where the map does not grow by it. */
  @Benchmark
  @OperationsPerInvocation(2 * SETTLED)
  public void splitSettled(SettledFile file, Cost cost) throws IOException {
    file.convert(settling, cost);
  }

  /** A split at a random place, under one handle. */
  @Benchmark
  @OperationsPerInvocation(ODD)
  public void splitTogether(UnwrittenFile file, Cost cost) throws IOException {
    file.convert(split, split.length, cost);
  }

  /** A conversion in order, under one handle. */
  @Benchmark
  @OperationsPerInvocation(BenchImage.BLOCKS)
  public void mergeTogether(UnwrittenFile file, Cost cost) throws IOException {
    file.convert(merge, merge.length, cost);
  }

  /** A split at a random place, 64 of them under one handle. */
  @Benchmark
  @OperationsPerInvocation(ODD)
  public void splitBy64(UnwrittenFile file, Cost cost) throws IOException {
    file.convert(batches, BATCH, cost);
  }

  /** A split at a random place, under a handle of its own. */
  @Benchmark
  @OperationsPerInvocation(ODD)
  public void splitAlone(UnwrittenFile file, Cost cost) throws IOException {
    file.convert(split, 1, cost);
  }

  /** A conversion in order, under a handle of its own. */
  @Benchmark
  @OperationsPerInvocation(BenchImage.BLOCKS)
  public void mergeAlone(UnwrittenFile file, Cost cost) throws IOException {
    file.convert(merge, 1, cost);
  }

  /** The baseline: a library's tree of extents, in memory alone. */
  @Benchmark
  @OperationsPerInvocation(ODD)
  public Object plainSplit(Cost cost) {
    return plain(split, cost);
  }

  /** The baseline for conversions in order. */
  @Benchmark
  @OperationsPerInvocation(BenchImage.BLOCKS)
  public Object plainMerge(Cost cost) {
    return plain(merge, cost);
  }

  /** A written or unwritten run. */
  private record Run(int end, boolean written) {}

  private static Object plain(int[] blocks, Cost cost) {
    cost.begin();
    NavigableMap<Integer, Run> runs = new TreeMap<>();
    runs.put(0, new Run(BenchImage.BLOCKS, false));
    for (int block : blocks) {
      convert(runs, block);
    }
    cost.end(blocks.length);
    return runs;
  }

  private static void convert(NavigableMap<Integer, Run> runs, int block) {
    var whole = runs.floorEntry(block);
    int end = whole.getValue().end();
    runs.remove(whole.getKey());
    if (whole.getKey() < block) {
      runs.put(whole.getKey(), new Run(block, false));
    }
    if (block + 1 < end) {
      runs.put(block + 1, new Run(end, false));
    }
    int from = block;
    int to = block + 1;
    var before = runs.lowerEntry(block);
    if (before != null && before.getValue().written() && before.getValue().end() == block) {
      from = before.getKey();
    }
    var after = runs.get(to);
    if (after != null && after.written()) {
      runs.remove(to);
      to = after.end();
    }
    runs.put(from, new Run(to, true));
  }
}
