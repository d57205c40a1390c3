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
 * Random LOOKUP of mapped blocks, all of them in the status cache.
 *
 * <p>Goal: the whole of mapBlocks, with its answer of state, place and length, costs at most 1.3
 * times the best plain search over sorted arrays of the same extents (must: 1.5 times at 100k), and
 * allocates nothing; from 100k extents on the goal is to be no slower than plain.
 *
 * <p>Not the goal: sequential access, misses, filling, other threads; they have benches of their
 * own. The plain searches answer with one number and know no writer, so they are favoured.
 *
 * <p>{@code …Latency}: each question waits for the last answer, as when a caller walks. Otherwise
 * the processor may work on several at once.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class LookupCachedBench {
  private static final int MAX_LENGTH = 1 << 15;

  /** Extents in the file. */
  @Param({"4", "340", "10000", "100000", "1000000"})
  public int extents;

  /** How they lie: hN or uN. */
  @Param({"HOLES", "IN_TURN"})
  public String layout = "HOLES";

  private final Mapping mapping = new Mapping();
  private BlockMapper mapper;
  private SortedExtents plain;
  private int[] queries;
  private int next;
  private long last;

  /** Builds the file, reads all of it into the cache, and checks that both ways agree. */
  @Setup
  public void fill() throws IOException {
    BenchFile file = new BenchFile(extents, BenchFile.Layout.valueOf(layout));
    plain = new SortedExtents(file.extents());
    mapper = BenchFile.mapper(file.tree());
    queries = file.mappedQueries();
    for (int query : queries) {
      mapper.mapBlocks(MapIntent.LOOKUP, query, MAX_LENGTH, mapping);
      long expected = plain.branching(query);
      BenchFile.requireSame(query, mapping.pblk(), expected & BenchFile.PBLK_MASK);
      BenchFile.requireSame(query, plain.library(query), expected);
      BenchFile.requireSame(query, plain.conditional(query), expected);
      BenchFile.requireSame(query, plain.branchFree(query), expected);
      BenchFile.requireSame(query, plain.fourWay(query), expected);
    }
  }

  private int query() {
    next = (next + 1) & (BenchFile.QUERIES - 1);
    return queries[next];
  }

  /** The question that follows {@code answer}; the processor cannot know that it adds 0. */
  private int queryAfter(long answer) {
    next = (next + 1 + (int) (answer >>> 63)) & (BenchFile.QUERIES - 1);
    return queries[next];
  }

  /** The claim. */
  @Benchmark
  public long mapBlocks() throws IOException {
    mapper.mapBlocks(MapIntent.LOOKUP, query(), MAX_LENGTH, mapping);
    return mapping.pblk();
  }

  /** The claim, one answer after the other. */
  @Benchmark
  public long mapBlocksLatency() throws IOException {
    mapper.mapBlocks(MapIntent.LOOKUP, queryAfter(last), MAX_LENGTH, mapping);
    last = mapping.pblk();
    return last;
  }

  /** Plain: {@link java.util.Arrays#binarySearch(int[], int)}. */
  @Benchmark
  public long plainLibrary() {
    return plain.library(query());
  }

  /** Plain: a branch on each comparison. */
  @Benchmark
  public long plainBranching() {
    return plain.branching(query());
  }

  /** Plain: a conditional expression. */
  @Benchmark
  public long plainConditional() {
    return plain.conditional(query());
  }

  /** Plain: arithmetic. */
  @Benchmark
  public long plainBranchFree() {
    return plain.branchFree(query());
  }

  /** Plain: four parts a step. */
  @Benchmark
  public long plainFourWay() {
    return plain.fourWay(query());
  }

  /** Plain, one answer after the other: a branch lets the processor guess ahead. */
  @Benchmark
  public long plainBranchingLatency() {
    last = plain.branching(queryAfter(last));
    return last;
  }

  /** Plain, one answer after the other: arithmetic. */
  @Benchmark
  public long plainBranchFreeLatency() {
    last = plain.branchFree(queryAfter(last));
    return last;
  }

  /** Plain, one answer after the other: four parts a step. */
  @Benchmark
  public long plainFourWayLatency() {
    last = plain.fourWay(queryAfter(last));
    return last;
  }
}
