package org.ext4map.bench;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.ext4map.Ext4File;
import org.ext4map.Ext4Image;
import org.ext4map.OpenOptions;
import org.ext4map.device.MemoryBlockDevice;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Random LOOKUP of mapped blocks that the status cache does not know; the nodes of the tree are in
 * memory.
 *
 * <p>Goal: without a status cache at most 1.3 times a plain walk of the same on-disk tree, and
 * nothing allocated; a node's checksum is verified when it is loaded, never for a lookup. With a
 * status cache that holds a small part of what is asked for at most twice the walk: learning must
 * not cost more than it saves.
 *
 * <p>Not the goal: reading nodes from a device. The plain walk looks at no checksum, takes no lock
 * and finds a node by its number in an array of the image's size, so it is favoured.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class LookupTreeBench {
  private static final long BUFFER_BYTES = 1L << 30;

  /** A part of the extents that the status cache has room for: one in so many. */
  private static final int SCARCE = 16;

  private static final int BYTES_OF_EXTENT = 16;

  /** Extents in the file. */
  @Param({"340", "10000", "100000", "1000000"})
  public int extents;

  /** How they lie: hN or uN. */
  @Param({"HOLES", "IN_TURN"})
  public String layout = "HOLES";

  private final Mapping mapping = new Mapping();
  private Ext4Image without;
  private Ext4Image scarce;
  private Ext4File treeOnly;
  private Ext4File missing;
  private PlainTree plain;
  private int[] queries;
  private int next;

  /** Writes the file, opens it twice, and checks that all ways agree. */
  @Setup
  public void fill() throws IOException {
    BenchFile wanted = new BenchFile(extents, BenchFile.Layout.valueOf(layout));
    MemoryBlockDevice device = BenchImage.formatted(true, wanted.imageBytes());
    try (Ext4Image image = BenchImage.open(device)) {
      wanted.writeTo(image.create("/file", 0600));
    }
    without = open(device, 0);
    scarce = open(device, (long) extents / SCARCE * BYTES_OF_EXTENT);
    treeOnly = without.lookup("/file");
    missing = scarce.lookup("/file");
    plain = new PlainTree(device, treeOnly);
    queries = wanted.mappedQueries();
    for (int query : queries) {
      BenchFile.requireSame(query, find(treeOnly, query), plain.find(query));
      BenchFile.requireSame(query, find(missing, query), plain.find(query));
    }
  }

  private static Ext4Image open(MemoryBlockDevice device, long statusBytes) throws IOException {
    OpenOptions options = OpenOptions.defaults().bufferCacheBytes(BUFFER_BYTES);
    return Ext4Image.open(device, options.statusCacheBytes(statusBytes));
  }

  /** Closes both. */
  @TearDown
  public void close() throws IOException {
    without.close();
    scarce.close();
  }

  private long find(Ext4File file, int lblk) throws IOException {
    file.map(lblk, 1, mapping);
    return mapping.pblk();
  }

  private int query() {
    next = (next + 1) & (BenchFile.QUERIES - 1);
    return queries[next];
  }

  /** The claim. */
  @Benchmark
  public long withoutCache() throws IOException {
    return find(treeOnly, query());
  }

  /** The claim about a status cache that is too small. */
  @Benchmark
  public long scarceCache() throws IOException {
    return find(missing, query());
  }

  /** Baseline. */
  @Benchmark
  public long plainWalk() {
    return plain.find(query());
  }
}
