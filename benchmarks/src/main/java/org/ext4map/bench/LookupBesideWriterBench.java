package org.ext4map.bench;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.ext4map.model.Extent;
import org.ext4map.model.ExtentState;
import org.ext4map.model.Mapping;
import org.ext4map.status.ExtentStatusCache;
import org.ext4map.status.StatusBudget;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Group;
import org.openjdk.jmh.annotations.GroupThreads;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Cached lookups beside one writer of the same inode that does nothing but convert: the status
 * cache alone, since that is where the two meet without a lock.
 *
 * <p>Goal: beside the writer at most 1.5 times as long as without. Not the goal: how fast the
 * writer is, which is shown all the same; misses; more threads than processors.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Benchmark)
public class LookupBesideWriterBench {
  /** Extents in the file. */
  @Param({"340", "100000"})
  public int extents;

  private ExtentStatusCache cache;
  private List<Extent> all;
  private int[] queries;

  /** What each thread has of its own. */
  @State(Scope.Thread)
  public static class Own {
    private final Mapping mapping = new Mapping();
    private int next;
  }

  /** Builds the file and puts all of it into the cache. */
  @Setup
  public void fill() {
    BenchFile file = new BenchFile(extents, BenchFile.Layout.IN_TURN);
    cache = new ExtentStatusCache(new StatusBudget(1L << 30));
    all = file.extents();
    queries = file.mappedQueries();
    for (Extent extent : all) {
      cache.insert(extent.lblk(), extent.length(), extent.pblk(), extent.state());
    }
  }

  private long look(Own own) throws IOException {
    own.next = (own.next + 1) & (BenchFile.QUERIES - 1);
    cache.lookup(queries[own.next], own.mapping);
    return own.mapping.pblk();
  }

  /** The baseline: nobody writes. */
  @Benchmark
  public long alone(Own own) throws IOException {
    return look(own);
  }

  /** The claim. */
  @Benchmark
  @Group("beside")
  @GroupThreads(1)
  public long reader(Own own) throws IOException {
    return look(own);
  }

  /** Converts random extents, there and back. */
  @Benchmark
  @Group("beside")
  @GroupThreads(1)
  public void writer(Own own) {
    own.next = (int) ((own.next * 0x5DEECE66DL + 11) & Integer.MAX_VALUE);
    Extent extent = all.get(own.next % all.size());
    ExtentState state = (own.next & (1 << 20)) == 0 ? ExtentState.WRITTEN : ExtentState.UNWRITTEN;
    cache.insert(extent.lblk(), extent.length(), extent.pblk(), state);
  }
}
