package org.ext4map.check;

import java.util.Arrays;

/**
 * Where those directories lie whose map the sieve has found without fault: runs of blocks that
 * follow each other in the file from its first block on, without holes. Kept so that their inodes
 * need not be read again. Indexed by the place of the directory among all.
 */
final class PlainMaps {
  private static final int LENGTH_BITS = 16;

  /** Where the runs of each directory begin; inverted if its map is not known. */
  private int[] firstRun = new int[64];

  private int[] generations = new int[64];
  private boolean[] indexed = new boolean[64];
  private long[] runs = new long[64];
  private int directories;
  private int runCount;

  /**
   * Keeps the map of directory {@code index}; indexes must rise.
   *
   * @param pairs block and length, in turn, from {@code from} to {@code to}
   */
  void know(int index, int generation, boolean isIndexed, long[] pairs, int from, int to) {
    while (directories < index) {
      add(~runCount, 0, false);
    }
    add(runCount, generation, isIndexed);
    for (int i = from; i < to; i += 2) {
      if (runCount == runs.length) {
        runs = Arrays.copyOf(runs, 2 * runCount);
      }
      runs[runCount++] = pairs[i] << LENGTH_BITS | pairs[i + 1];
    }
  }

  private void add(int first, int generation, boolean isIndexed) {
    if (directories == firstRun.length) {
      firstRun = Arrays.copyOf(firstRun, 2 * directories);
      generations = Arrays.copyOf(generations, 2 * directories);
      indexed = Arrays.copyOf(indexed, 2 * directories);
    }
    firstRun[directories] = first;
    generations[directories] = generation;
    indexed[directories++] = isIndexed;
  }

  /** True if the map of directory {@code index} is known. */
  boolean isKnown(int index) {
    return index < directories && firstRun[index] >= 0;
  }

  /** i_generation of directory {@code index}, whose map must be known, as for all that follow. */
  int generation(int index) {
    return generations[index];
  }

  /** True if the directory says that it has an index. */
  boolean isIndexed(int index) {
    return indexed[index];
  }

  int firstRun(int index) {
    return firstRun[index];
  }

  /** The run behind the last one of directory {@code index}. */
  int endRun(int index) {
    if (index + 1 == directories) {
      return runCount;
    }
    int next = firstRun[index + 1];
    return next < 0 ? ~next : next;
  }

  /** The first block of {@code run}. */
  long pblk(int run) {
    return runs[run] >>> LENGTH_BITS;
  }

  /** Blocks of {@code run}. */
  int length(int run) {
    return (int) (runs[run] & (1 << LENGTH_BITS) - 1);
  }
}
