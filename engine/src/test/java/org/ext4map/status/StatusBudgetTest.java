package org.ext4map.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.ext4map.model.ExtentState;
import org.ext4map.model.Mapping;
import org.junit.jupiter.api.Test;

class StatusBudgetTest {
  private static final int LIMIT = 240_000;
  private static final int EXTENTS = 2_000;

  private final StatusBudget budget = new StatusBudget(LIMIT);
  private final Mapping answer = new Mapping();

  /** One-block extents with holes between them, about 34 KB. */
  private ExtentStatusCache filledCache() {
    ExtentStatusCache cache = new ExtentStatusCache(budget, LeafSizes.ofAtMost(64));
    for (int i = 0; i < EXTENTS; i++) {
      cache.insert(2L * i, 1, 7L * i, ExtentState.WRITTEN);
      cache.insert(2L * i + 1, 1, 0, ExtentState.HOLE);
    }
    return cache;
  }

  private int knownExtents(ExtentStatusCache cache) {
    int known = 0;
    for (int i = 0; i < EXTENTS; i++) {
      if (cache.lookup(2L * i, answer)) {
        assertThat(answer.pblk()).isEqualTo(7L * i);
        known++;
      }
    }
    return known;
  }

  @Test
  void theLimitHoldsAcrossInodesAndNoAnswerBecomesWrong() {
    List<ExtentStatusCache> caches = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      caches.add(filledCache());
      assertThat(budget.usedBytes()).isLessThanOrEqualTo(LIMIT);
    }
    int known = caches.stream().mapToInt(this::knownExtents).sum();
    assertThat(known * 12L).isBetween(LIMIT / 2L, (long) LIMIT);
    assertThat(caches.stream().mapToLong(ExtentStatusCache::bytes).sum())
        .isEqualTo(budget.usedBytes());
  }

  @Test
  void whatIsLookedAtSurvivesWhatIsNot() {
    List<ExtentStatusCache> others = new ArrayList<>(); // held, so that the collector has no say
    ExtentStatusCache loved = filledCache();
    for (int i = 0; i < 40; i++) {
      others.add(filledCache());
      knownExtents(loved);
    }
    ExtentStatusCache forgotten = filledCache();
    for (int i = 0; i < 12; i++) {
      others.add(filledCache());
      knownExtents(loved);
    }
    assertThat(others).hasSize(52);
    assertThat(knownExtents(loved)).isGreaterThan(knownExtents(forgotten));
  }

  @Test
  void anEvictedLeafIsUnknownAndCanBeFilledAgain() {
    ExtentStatusCache cache = filledCache();
    cache.evict(Long.MAX_VALUE, true);
    assertThat(knownExtents(cache)).as("the first visit only takes the marks").isEqualTo(EXTENTS);
    cache.evict(Long.MAX_VALUE, false);
    assertThat(knownExtents(cache)).isZero();
    assertThat(cache.bytes()).isZero();
    cache.fill(Runs.of("0-7:W@100"), 0, 8);
    assertThat(cache.lookup(3, answer)).isTrue();
    assertThat(answer).hasToString("3-7:W@103");
  }

  @Test
  void aSweepGoesOnWhereTheLastOneStopped() {
    ExtentStatusCache cache = filledCache();
    cache.evict(Long.MAX_VALUE, true);
    cache.evict(1, true);
    assertThat(cache.lookup(0, answer)).as("first leaf").isFalse();
    int known = knownExtents(cache);
    assertThat(known).isBetween(EXTENTS - 64, EXTENTS - 16);
    cache.evict(1, false);
    assertThat(knownExtents(cache)).isBetween(known - 64, known - 16);
    assertThat(cache.lookup(2L * (EXTENTS - 1), answer)).as("last leaf").isTrue();
  }

  @Test
  void aBudgetOfNothingKeepsNothing() {
    StatusBudget none = new StatusBudget(0);
    ExtentStatusCache cache = new ExtentStatusCache(none);
    cache.insert(0, 8, 100, ExtentState.WRITTEN);
    assertThat(cache.lookup(0, answer)).isFalse();
    assertThat(none.usedBytes()).isZero();
  }

  @Test
  void aBudgetOfNothingLearnsNothing() {
    ExtentStatusCache cache = new ExtentStatusCache(new StatusBudget(0));
    assertThat(admitted(cache, 1000)).isZero();
  }

  @Test
  void everyMissIsLearntUntilSomethingHadToBeDroppedAndThenFew() {
    ExtentStatusCache cache = filledCache();
    assertThat(admitted(cache, 1000)).as("there is room").isEqualTo(1000);
    List<ExtentStatusCache> others = new ArrayList<>();
    while (others.stream().mapToLong(ExtentStatusCache::bytes).sum() < LIMIT / 10 * 8) {
      others.add(filledCache());
    }
    others.add(filledCache());
    others.add(filledCache());
    assertThat(admitted(cache, 1280)).as("each drives out another").isEqualTo(10);
    others.forEach(ExtentStatusCache::clear);
    assertThat(admitted(cache, 1280)).as("half empty again").isGreaterThan(1280 - 128);
  }

  private static int admitted(ExtentStatusCache cache, int misses) {
    int admitted = 0;
    for (int i = 0; i < misses; i++) {
      admitted += cache.wantsToLearn() ? 1 : 0;
    }
    return admitted;
  }

  @Test
  void cachesThatNobodyHoldsAnyMoreGiveTheirBytesBack() {
    StatusBudget roomy = new StatusBudget(64 << 20);
    fillAndForget(roomy, 50);
    long owed = roomy.usedBytes();
    assertThat(owed).isPositive();
    ExtentStatusCache live = new ExtentStatusCache(roomy);
    // the collector decides when; each round makes it likelier and opens an account, which looks
    for (int round = 0; round < 200 && roomy.usedBytes() > live.bytes(); round++) {
      System.gc();
      new ExtentStatusCache(roomy).insert(0, 1, 1, ExtentState.WRITTEN);
    }
    assertThat(roomy.usedBytes()).isLessThan(owed / 2);
  }

  private static void fillAndForget(StatusBudget roomy, int caches) {
    for (int i = 0; i < caches; i++) {
      ExtentStatusCache cache = new ExtentStatusCache(roomy);
      for (int block = 0; block < 500; block++) {
        cache.insert(2L * block, 1, block, ExtentState.UNWRITTEN);
      }
    }
  }

  @Test
  void aNegativeLimitIsRefused() {
    assertThatThrownBy(() -> new StatusBudget(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("-1");
  }
}
