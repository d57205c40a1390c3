package org.ext4map.bench;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.ext4map.map.BlockMapper;
import org.ext4map.model.MapIntent;
import org.ext4map.model.Mapping;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * LOOKUP of block after block, and of blocks of which some are asked for much more often than
 * others; all of them in the status cache.
 *
 * <p>Goal: block after block at most 13 ns, since the caller's {@link Mapping} remembers where the
 * last answer was; often-asked ones at most 1.3 times the best plain search. Not the goal: misses,
 * other threads. The plain searches remember nothing.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class LookupInOrderBench {
  private static final int MAX_LENGTH = 1 << 15;

  /** Extents in the file. */
  @Param({"4", "340", "100000", "1000000"})
  public int extents;

  /** How they lie: hN or uN. */
  @Param({"HOLES", "IN_TURN"})
  public String layout = "HOLES";

  private final Mapping mapping = new Mapping();
  private BlockMapper mapper;
  private SortedExtents plain;
  private int[] often;
  private int next;
  private int block;
  private int end;

  /** Builds the file and reads all of it into the cache. */
  @Setup
  public void fill() throws IOException {
    BenchFile file = new BenchFile(extents, BenchFile.Layout.valueOf(layout));
    plain = new SortedExtents(file.extents());
    mapper = BenchFile.mapper(file.tree());
    often = file.oftenAskedQueries();
    end = Math.toIntExact(file.end());
    for (int lblk = 0; lblk < end; lblk++) {
      mapper.mapBlocks(MapIntent.LOOKUP, lblk, 1, mapping);
      long expected = plain.branching(lblk);
      if (expected != SortedExtents.HOLE && (expected & BenchFile.PBLK_MASK) != mapping.pblk()) {
        throw new IllegalStateException(mapping + " != " + expected);
      }
    }
  }

  private int nextBlock() {
    block = block + 1 < end ? block + 1 : 0;
    return block;
  }

  private int nextOften() {
    next = (next + 1) & (BenchFile.QUERIES - 1);
    return often[next];
  }

  /** The claim: block after block. */
  @Benchmark
  public long mapBlocksInOrder() throws IOException {
    mapper.mapBlocks(MapIntent.LOOKUP, nextBlock(), 1, mapping);
    return mapping.pblk();
  }

  /** Plain: block after block, a conditional expression. */
  @Benchmark
  public long plainInOrderConditional() {
    return plain.conditional(nextBlock());
  }

  /** Plain: block after block, a branch on each comparison. */
  @Benchmark
  public long plainInOrderBranching() {
    return plain.branching(nextBlock());
  }

  /** The claim: some more often than others. */
  @Benchmark
  public long mapBlocksOften() throws IOException {
    mapper.mapBlocks(MapIntent.LOOKUP, nextOften(), MAX_LENGTH, mapping);
    return mapping.pblk();
  }

  /** Plain: some more often than others, a conditional expression. */
  @Benchmark
  public long plainOftenConditional() {
    return plain.conditional(nextOften());
  }

  /** Plain: some more often than others, four parts a step. */
  @Benchmark
  public long plainOftenFourWay() {
    return plain.fourWay(nextOften());
  }

  /** Plain: some more often than others, a branch on each comparison. */
  @Benchmark
  public long plainOftenBranching() {
    return plain.branching(nextOften());
  }
}
