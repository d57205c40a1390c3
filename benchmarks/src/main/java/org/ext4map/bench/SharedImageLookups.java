package org.ext4map.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.IntToLongFunction;
import org.ext4map.Ext4File;
import org.ext4map.Ext4Image;
import org.ext4map.OpenOptions;
import org.ext4map.model.Extent;
import org.ext4map.model.ExtentState;
import org.ext4map.model.Mapping;

/**
 * Our side of {@code benchmarks/compare}: the same questions about the same image as the C programs
 * get, through the library's public {@link Ext4File#map}.
 *
 * <p>Prints lines of {@code name nanoseconds sum}: the median of the rounds for one question, and
 * the sum of the first 65536 answers, which has to be everybody's.
 */
public final class SharedImageLookups {
  private static final long CACHE_BYTES = 1L << 30;
  private static final int ROUNDS = 9;
  private static final int WARM_UP = 4;
  private static final int CHECKED = 1 << 16;
  private static final Path DROP_CACHES = Path.of("/proc/sys/vm/drop_caches");

  private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
  private final Path image;
  private final int count;

  private SharedImageLookups(Path image, int count) {
    this.image = image;
    this.count = count;
  }

  /**
   * Runs.
   *
   * @param args {@code make IMAGE EXTENTS}, {@code warm IMAGE EXTENTS}, or {@code cold IMAGE
   *     EXTENTS LOOKUPS}, which needs root
   */
  public static void main(String[] args) throws IOException {
    SharedImageLookups lookups =
        new SharedImageLookups(Path.of(args[1]), Integer.parseInt(args[2]));
    switch (args[0]) {
      case "make" -> SharedImage.make(lookups.image, lookups.count);
      case "warm" -> lookups.warm();
      case "cold" -> lookups.cold(Integer.parseInt(args[3]));
      default ->
          throw new IllegalArgumentException("verb " + args[0] + ", allowed make, warm, cold");
    }
  }

  private Ext4Image open() throws IOException {
    return Ext4Image.open(
        image, OpenOptions.defaults().statusCacheBytes(CACHE_BYTES).bufferCacheBytes(CACHE_BYTES));
  }

  private void warm() throws IOException {
    int[] queries = SharedImage.queries(image);
    List<Extent> extents = SharedImage.extents(image);
    SortedExtents plain = new SortedExtents(extents);
    Mapping mapping = new Mapping();
    try (Ext4Image opened = open()) {
      Ext4File file = opened.lookup(SharedImage.fileName(count));
      random("ext4map", queries, lblk -> answer(file, lblk, mapping));
      random("java-branching", queries, plain::branching);
      random("java-branch-free", queries, plain::branchFree);
      random("java-four-way", queries, plain::fourWay);
    }
    sweep();
  }

  private static long answer(Ext4File file, int lblk, Mapping mapping) {
    try {
      file.map(lblk, 1, mapping);
      return mapping.pblk();
    } catch (IOException e) {
      throw new IllegalStateException("lblk " + lblk, e);
    }
  }

  private void random(String name, int[] queries, IntToLongFunction search) throws IOException {
    Rounds rounds = new Rounds(name, queries.length);
    for (int round = -WARM_UP; round < ROUNDS; round++) {
      rounds.time(round, () -> sum(queries, queries.length, search));
    }
    rounds.print(sum(queries, CHECKED, search));
  }

  private static long sum(int[] queries, int count, IntToLongFunction search) {
    long sum = 0;
    for (int i = 0; i < count; i++) {
      sum += search.applyAsLong(queries[i]);
    }
    return sum;
  }

  /**
   * All extents in order, from a file just opened, so the cache is filled on the way, and again.
   */
  private void sweep() throws IOException {
    Rounds filling = new Rounds("ext4map-sweep-filling", count);
    Rounds cached = new Rounds("ext4map-sweep", count);
    for (int round = -WARM_UP; round < ROUNDS; round++) {
      try (Ext4Image opened = open()) {
        Ext4File file = opened.lookup(SharedImage.fileName(count));
        filling.time(round, () -> sweepOnce(file));
        cached.time(round, () -> sweepOnce(file));
      }
    }
    filling.print(filling.sum);
    cached.print(cached.sum);
  }

  private static long sweepOnce(Ext4File file) throws IOException {
    Mapping mapping = new Mapping();
    long end = file.size() / BenchImage.BLOCK;
    long sum = 0;
    for (long lblk = 0; lblk < end; lblk += mapping.length()) {
      file.map(lblk, Integer.MAX_VALUE, mapping);
      sum += mapping.state() == ExtentState.WRITTEN ? mapping.pblk() : 0;
    }
    return sum;
  }

  /** Opens the image and asks, each round with nothing in the page cache. */
  private void cold(int lookups) throws IOException {
    int[] queries = SharedImage.queries(image);
    Mapping mapping = new Mapping();
    Rounds rounds = new Rounds("ext4map-cold", lookups);
    for (int round = -1; round < ROUNDS; round++) {
      Files.writeString(DROP_CACHES, "3");
      rounds.time(
          round,
          () -> {
            try (Ext4Image opened = open()) {
              Ext4File file = opened.lookup(SharedImage.fileName(count));
              return sum(queries, lookups, lblk -> answer(file, lblk, mapping));
            }
          });
    }
    rounds.print(rounds.sum);
  }

  /** Questions that are asked once, and the sum of the answers. */
  @FunctionalInterface
  private interface Asking {
    long ask() throws IOException;
  }

  /** How long the rounds of one kind of question took. */
  private final class Rounds {
    private final String name;
    private final int questions;
    private final double[] nanos = new double[ROUNDS];

    /** Of the last round; kept, so that no round is for nothing. */
    private long sum;

    Rounds(String name, int questions) {
      this.name = name;
      this.questions = questions;
    }

    /** One round; those before 0 warm up. */
    void time(int round, Asking asking) throws IOException {
      long start = System.nanoTime();
      sum = asking.ask();
      if (round >= 0) {
        nanos[round] = (double) (System.nanoTime() - start) / questions;
      }
    }

    void print(long answers) {
      Arrays.sort(nanos);
      out.printf(Locale.ROOT, "%s %.1f %d%n", name, nanos[nanos.length / 2], answers);
    }
  }
}
