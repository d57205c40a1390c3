package org.ext4map.status;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.ext4map.model.Extent;
import org.ext4map.model.ExtentState;
import org.ext4map.model.Mapping;

/** The first blocks of a file as an array: too simple to be wrong. */
final class StatusModel {
  static final int BLOCKS = 64;
  private static final long UNKNOWN = -1;
  private static final long HOLE = -2;
  private static final long UNWRITTEN = 1L << 50;

  /** For each block: unknown, hole, or its physical block with a bit for unwritten. */
  private final long[] blocks = new long[BLOCKS];

  StatusModel() {
    Arrays.fill(blocks, UNKNOWN);
  }

  void insert(int lblk, int length, long pblk, ExtentState state) {
    for (int i = lblk; i < lblk + length; i++) {
      blocks[i] = valueOf(state, pblk + (i - lblk));
    }
  }

  void remove(int lblk, int length) {
    Arrays.fill(blocks, lblk, lblk + length, UNKNOWN);
  }

  void fill(List<Extent> runs, int from, int to) {
    long[] leaf = new long[BLOCKS];
    Arrays.fill(leaf, HOLE);
    for (Extent run : runs) {
      for (long i = run.lblk(); i < run.end() && i < BLOCKS; i++) {
        leaf[(int) i] = valueOf(run.state(), run.pblk() + (i - run.lblk()));
      }
    }
    for (int i = from; i < to; i++) {
      blocks[i] = blocks[i] == UNKNOWN ? leaf[i] : blocks[i];
    }
  }

  private static long valueOf(ExtentState state, long pblk) {
    return switch (state) {
      case WRITTEN -> pblk;
      case UNWRITTEN -> pblk | UNWRITTEN;
      case HOLE -> HOLE;
      case DELAYED -> throw new IllegalArgumentException();
    };
  }

  /** Every block has the same answer in both, and no answer reaches too far. */
  void assertSame(ExtentStatusCache cache) {
    Mapping answer = new Mapping();
    for (int lblk = 0; lblk < BLOCKS; lblk++) {
      boolean found = cache.lookup(lblk, answer);
      assertThat(found).as("block %d known", lblk).isEqualTo(blocks[lblk] != UNKNOWN);
      if (found) {
        assertTrue(answer, lblk);
      }
    }
  }

  /** What the cache knows is right, but it may have forgotten. Takes over what it forgot. */
  void assertNothingWrong(ExtentStatusCache cache) {
    Mapping answer = new Mapping();
    for (int lblk = 0; lblk < BLOCKS; lblk++) {
      if (!cache.lookup(lblk, answer)) {
        blocks[lblk] = UNKNOWN;
      }
    }
    assertSame(cache);
  }

  private void assertTrue(Mapping answer, int lblk) {
    assertThat(answer.lblk()).isEqualTo(lblk);
    for (int i = 0; i < answer.length() && lblk + i < BLOCKS; i++) {
      assertThat(valueOf(answer.state(), answer.pblk() + i))
          .as("%s at block %d", answer, lblk + i)
          .isEqualTo(blocks[lblk + i]);
    }
  }
}
