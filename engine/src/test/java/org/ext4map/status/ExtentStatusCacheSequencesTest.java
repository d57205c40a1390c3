package org.ext4map.status;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.ext4map.model.Extent;
import org.ext4map.model.ExtentState;
import org.ext4map.testkit.Sequences;
import org.junit.jupiter.api.Test;

/**
 * Random operations, compared with an array after each one. Leaves of four entries, so they split.
 */
class ExtentStatusCacheSequencesTest {
  private static final int SMALL_LEAF = 4;
  private static final int CASES = 4000;
  private static final int OPERATIONS = 40;

  private enum Kind {
    INSERT,
    REMOVE,
    FILL,
    EVICT
  }

  private record Op(Kind kind, int lblk, int length, long pblk, ExtentState state, long seed) {
    void applyTo(ExtentStatusCache cache) {
      switch (kind) {
        case INSERT -> cache.insert(lblk, length, pblk, state);
        case REMOVE -> cache.remove(lblk, length);
        case FILL -> cache.fill(new Runs(leaf()), lblk, lblk + length);
        case EVICT -> cache.evict(length, seed % 2 == 0);
      }
    }

    void applyTo(StatusModel model) {
      switch (kind) {
        case INSERT -> model.insert(lblk, length, pblk, state);
        case REMOVE -> model.remove(lblk, length);
        case FILL -> model.fill(leaf(), lblk, lblk + length);
        case EVICT -> {}
      }
    }

    /** Runs in order, the first one perhaps reaching in from before the range. */
    private List<Extent> leaf() {
      SplittableRandom random = new SplittableRandom(seed);
      List<Extent> runs = new ArrayList<>();
      long next = random.nextInt(Math.max(1, lblk + 3));
      while (next < lblk + length) {
        int runLength = 1 + random.nextInt(5);
        runs.add(
            new Extent(next, runLength, randomPblk(random, (int) next), randomState(random, 2)));
        next += runLength + random.nextInt(4);
      }
      return runs;
    }

    List<Op> simpler() {
      List<Op> variants = new ArrayList<>();
      if (length > 1) {
        variants.add(new Op(kind, lblk, length / 2, pblk, state, seed));
      }
      if (lblk > 0) {
        variants.add(new Op(kind, lblk / 2, length, pblk, state, seed));
      }
      return variants;
    }
  }

  /** Near the block's number, so that neighbours often continue each other. */
  private static long randomPblk(SplittableRandom random, int lblk) {
    return 1000L * random.nextInt(1, 3) + lblk;
  }

  private static ExtentState randomState(SplittableRandom random, int states) {
    ExtentState[] choice = {ExtentState.WRITTEN, ExtentState.UNWRITTEN, ExtentState.HOLE};
    return choice[random.nextInt(states)];
  }

  private static Op randomOp(SplittableRandom random, boolean evict) {
    int lblk = random.nextInt(StatusModel.BLOCKS);
    int longest = StatusModel.BLOCKS - lblk;
    int length = 1 + random.nextInt(random.nextInt(4) == 0 ? longest : Math.min(6, longest));
    int draw = random.nextInt(evict ? 12 : 10);
    Kind kind =
        draw < 5 ? Kind.INSERT : draw < 7 ? Kind.REMOVE : draw < 10 ? Kind.FILL : Kind.EVICT;
    return new Op(
        kind, lblk, length, randomPblk(random, lblk), randomState(random, 3), random.nextLong());
  }

  @Test
  void cacheMatchesTheModelAfterEveryOperation() {
    Sequences.check(
        1,
        CASES,
        OPERATIONS,
        random -> randomOp(random, false),
        Op::simpler,
        ops -> {
          StatusBudget budget = new StatusBudget(1 << 20);
          ExtentStatusCache cache = new ExtentStatusCache(budget, LeafSizes.ofAtMost(SMALL_LEAF));
          StatusModel model = new StatusModel();
          for (Op op : ops) {
            op.applyTo(cache);
            op.applyTo(model);
            model.assertSame(cache);
          }
          StatusInvariants.check(cache, budget);
        });
  }

  @Test
  void underEvictionTheCacheForgetsButIsNeverWrong() {
    Sequences.check(
        100_001,
        CASES,
        OPERATIONS,
        random -> randomOp(random, true),
        Op::simpler,
        ops -> {
          StatusBudget budget = new StatusBudget(500);
          ExtentStatusCache cache = new ExtentStatusCache(budget, LeafSizes.ofAtMost(SMALL_LEAF));
          StatusModel model = new StatusModel();
          for (Op op : ops) {
            op.applyTo(cache);
            op.applyTo(model);
            model.assertNothingWrong(cache);
            StatusInvariants.check(cache, budget);
          }
        });
  }

  /** The instrument must be able to fail. */
  @Test
  void aModelThatForgetsToTrimIsFound() {
    assertThatThrownBy(
            () ->
                Sequences.check(
                    1,
                    CASES,
                    OPERATIONS,
                    random -> randomOp(random, false),
                    Op::simpler,
                    ops -> {
                      ExtentStatusCache cache =
                          new ExtentStatusCache(
                              new StatusBudget(1 << 20), LeafSizes.ofAtMost(SMALL_LEAF));
                      StatusModel model = new StatusModel();
                      for (Op op : ops) {
                        op.applyTo(cache);
                        if (op.kind() != Kind.REMOVE || op.lblk() + op.length() < 60) {
                          op.applyTo(model);
                        }
                        model.assertSame(cache);
                      }
                    }))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("sequences.seed=")
        .hasMessageContaining("REMOVE");
  }
}
