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
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Cached LOOKUP of one inode from one thread and from two.
 *
 * <p>Goal: two threads answer at least 1.7 times as many questions as one; so a hit writes nothing
 * that both share. Not the goal: more threads than processors; writers beside readers.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class LookupTwoThreadsBench {
  private static final int MAX_LENGTH = 1 << 15;

  /** Extents in the file. */
  @Param({"340", "100000"})
  public int extents;

  private BlockMapper mapper;
  private int[] queries;

  /** What each thread has of its own. */
  @State(Scope.Thread)
  public static class Asker {
    private final Mapping mapping = new Mapping();
    private int next;
  }

  /** Builds the file and reads all of it into the cache. */
  @Setup
  public void fill() throws IOException {
    BenchFile file = new BenchFile(extents, BenchFile.Layout.HOLES);
    mapper = BenchFile.mapper(file.tree());
    queries = file.mappedQueries();
    Mapping mapping = new Mapping();
    for (int query : queries) {
      mapper.mapBlocks(MapIntent.LOOKUP, query, MAX_LENGTH, mapping);
    }
  }

  private long ask(Asker asker) throws IOException {
    asker.next = (asker.next + 1) & (BenchFile.QUERIES - 1);
    mapper.mapBlocks(MapIntent.LOOKUP, queries[asker.next], MAX_LENGTH, asker.mapping);
    return asker.mapping.pblk();
  }

  /** The baseline. */
  @Benchmark
  @Threads(1)
  public long oneThread(Asker asker) throws IOException {
    return ask(asker);
  }

  /** The claim. */
  @Benchmark
  @Threads(2)
  public long twoThreads(Asker asker) throws IOException {
    return ask(asker);
  }
}
