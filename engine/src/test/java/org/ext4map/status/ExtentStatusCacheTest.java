package org.ext4map.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.ext4map.model.Extent;
import org.ext4map.model.ExtentState;
import org.ext4map.model.Mapping;
import org.junit.jupiter.api.Test;

class ExtentStatusCacheTest {
  private static final long END = Directory.END;

  private final StatusBudget budget = new StatusBudget(1 << 20);
  private final ExtentStatusCache cache = new ExtentStatusCache(budget);

  private void given(String runs) {
    Stream.of(runs.split(" "))
        .map(Extent::parse)
        .forEach(run -> cache.insert(run.lblk(), run.length(), run.pblk(), run.state()));
  }

  private void when(Consumer<ExtentStatusCache> change) {
    change.accept(cache);
  }

  /** The answers in order, up to {@code end}; blocks of which nothing is known are left out. */
  private List<String> known(long end) {
    List<String> answers = new ArrayList<>();
    Mapping answer = new Mapping();
    for (long lblk = 0; lblk < end; ) {
      if (cache.lookup(lblk, answer)) {
        answers.add(answer.toString());
        lblk += answer.length();
      } else {
        lblk++;
      }
    }
    return answers;
  }

  private void then(String runs) {
    assertThat(String.join(" ", known(200))).isEqualTo(runs);
  }

  @Test
  void nothingIsKnownAtFirst() {
    then("");
    assertThat(cache.lookup(END - 1, new Mapping())).isFalse();
  }

  @Test
  void anAnswerBeginsAtTheBlockAskedFor() {
    given("10-19:W@100");
    Mapping answer = new Mapping();
    assertThat(cache.lookup(13, answer)).isTrue();
    assertThat(answer.toExtent()).isEqualTo(Extent.parse("13-19:W@103"));
    assertThat(cache.lookup(9, answer)).isFalse();
    assertThat(cache.lookup(20, answer)).isFalse();
    assertThat(answer).hasToString("13-19:W@103");
  }

  @Test
  void goingOnFromAnAnswerFindsTheNextOneInEveryLeaf() {
    ExtentStatusCache small = new ExtentStatusCache(budget, LeafSizes.ofAtMost(4));
    for (int i = 0; i < 100; i++) {
      small.insert(4L * i, 2, 1000 + 10L * i, ExtentState.WRITTEN);
      small.insert(4L * i + 2, 2, 0, ExtentState.HOLE);
    }
    Mapping answer = new Mapping();
    for (int i = 0; i < 100; i++) {
      assertThat(small.lookup(4L * i, answer)).isTrue();
      assertThat(answer)
          .hasToString(new Extent(4L * i, 2, 1000 + 10L * i, ExtentState.WRITTEN) + "");
      assertThat(small.lookup(4L * i + 2, answer)).isTrue();
      assertThat(answer.toExtent()).isEqualTo(new Extent(4L * i + 2, 2, 0, ExtentState.HOLE));
    }
  }

  @Test
  void anAnswerOfAnotherFileOrOfAnotherTimeMisleadsNobody() {
    given("0-9:W@100 10-19:U@300 20-29:W@500");
    Mapping answer = new Mapping();
    for (int leaf : new int[] {0, 1, Integer.MAX_VALUE, -1}) {
      for (int entry : new int[] {0, 3, 4, 6, 1 << 20, Integer.MAX_VALUE, -3}) {
        assertThat(cache.lookup(9, answer)).isTrue();
        answer.setPlace(leaf, entry);
        assertThat(cache.lookup(10, answer)).isTrue();
        assertThat(answer).hasToString("10-19:U@300");
      }
    }
    when(c -> c.remove(5, 10));
    assertThat(cache.lookup(11, answer)).as("forgotten since").isFalse();
  }

  @Test
  void neighboursOfOneStateThatAreNeighboursOnTheDeviceTooBecomeOne() {
    given("0-7:W@100 16-23:W@116 8-15:W@108");
    then("0-23:W@100");
  }

  @Test
  void neighboursApartOnTheDeviceOrInStateStayTwo() {
    given("0-7:W@100 8-15:W@200 16-23:U@208");
    then("0-7:W@100 8-15:W@200 16-23:U@208");
  }

  @Test
  void holesMergeBySideAlone() {
    given("0-7:H 8-15:H");
    then("0-15:H");
  }

  @Test
  void insertingTrimsWhatItOverlapsAndAdvancesItsPhysicalBlock() {
    given("0-9:W@100 10-19:W@300 5-14:U@500");
    then("0-4:W@100 5-14:U@500 15-19:W@305");
  }

  @Test
  void insertingInsideARunSplitsItInThree() {
    given("0-9:U@100 4-5:W@104");
    then("0-3:U@100 4-5:W@104 6-9:U@106");
  }

  @Test
  void convertingTheMiddleBackMergesAgain() {
    given("0-9:U@100 4-5:W@104 4-5:U@104");
    then("0-9:U@100");
  }

  /** Entries behind the border, so that tables lead to both sides of it. */
  @Test
  void convertingInOrderMovesTheBorderBetweenTwoRuns() {
    given("0-0:W@100 1-999:U@101");
    for (int lblk = 1000; lblk < 1100; lblk++) {
      long pblk = 5000 + 2L * lblk;
      cache.insert(lblk, 1, pblk, ExtentState.WRITTEN);
    }
    Mapping answer = new Mapping();
    for (int lblk = 1; lblk < 999; lblk += 2) {
      int length = Math.min(2, 999 - lblk);
      int from = lblk;
      when(c -> c.insert(from, length, 100L + from, ExtentState.WRITTEN));
      assertThat(cache.lookup(lblk + length - 1, answer)).isTrue();
      assertThat(answer)
          .hasToString(
              lblk + length - 1 + "-" + (lblk + length - 1) + ":W@" + (99 + lblk + length));
      assertThat(cache.lookup(lblk + length, answer)).isTrue();
      assertThat(answer).hasToString(lblk + length + "-999:U@" + (100 + lblk + length));
      assertThat(cache.lookup(1099, answer)).isTrue();
      assertThat(answer).hasToString("1099-1099:W@7198");
    }
    when(c -> c.insert(999, 1, 1099, ExtentState.WRITTEN));
    assertThat(cache.lookup(0, answer)).isTrue();
    assertThat(answer).hasToString("0-999:W@100");
  }

  @Test
  void removingForgetsTheRangeAndNothingElse() {
    given("0-9:W@100");
    when(c -> c.remove(3, 4));
    then("0-2:W@100 7-9:W@107");
  }

  @Test
  void removingPartOfAHoleKeepsTheRest() {
    given("0-9:W@100 10-29:H");
    when(c -> c.remove(15, 5));
    then("0-9:W@100 10-14:H 20-29:H");
  }

  @Test
  void clearForgetsEverythingAndOwesNothing() {
    given("0-9:W@100 20-29:H");
    when(ExtentStatusCache::clear);
    then("");
    assertThat(cache.bytes()).isZero();
    assertThat(budget.usedBytes()).isZero();
  }

  @Test
  void fillingFromALeafKnowsTheHolesToo() {
    when(c -> c.fill(Runs.of("10-14:W@100 20-29:U@200"), 5, 40));
    then("5-9:H 10-14:W@100 15-19:H 20-29:U@200 30-39:H");
  }

  @Test
  void fillingFromALeafSaysNothingOutsideItsRange() {
    when(c -> c.fill(Runs.of("0-9:W@100 20-29:W@200"), 5, 25));
    then("5-9:W@105 10-19:H 20-24:W@200");
  }

  @Test
  void fillingNeverOverridesWhatIsKnown() {
    given("12-21:W@900 30-30:H");
    when(c -> c.fill(Runs.of("10-24:U@100 26-34:U@200"), 0, 40));
    then(
        "0-9:H 10-11:U@100 12-21:W@900 22-24:U@112 25-25:H 26-29:U@200 30-30:H 31-34:U@205 35-39:H");
  }

  @Test
  void aLeafWithoutEntriesIsAllHole() {
    when(c -> c.fill(Runs.of(""), 0, END));
    Mapping answer = new Mapping();
    assertThat(cache.lookup(0, answer)).isTrue();
    assertThat(answer.state()).isEqualTo(ExtentState.HOLE);
    assertThat(answer.length()).isEqualTo(Integer.MAX_VALUE);
    assertThat(cache.lookup(END - 1, answer)).isTrue();
    assertThat(answer).hasToString("4294967294-4294967294:H");
  }

  @Test
  void aRunMayBeAsLongAsTheFile() {
    when(c -> c.insert(0, END, 7, ExtentState.WRITTEN));
    Mapping answer = new Mapping();
    assertThat(cache.lookup(5, answer)).isTrue();
    assertThat(answer.length()).isEqualTo(Integer.MAX_VALUE);
    assertThat(answer.pblk()).isEqualTo(12);
    assertThat(cache.lookup(END - 1, answer)).isTrue();
    assertThat(answer).hasToString("4294967294-4294967294:W@4294967301");
  }

  @Test
  void aLongRunFollowedByAHoleKeepsItsLength() {
    given("0-99999:W@100 100000-100099:H 100100-100101:W@500");
    Mapping answer = new Mapping();
    assertThat(cache.lookup(50, answer)).isTrue();
    assertThat(answer).hasToString("50-99999:W@150");
    assertThat(cache.lookup(100_000, answer)).isTrue();
    assertThat(answer).hasToString("100000-100099:H");
  }

  @Test
  void theLongestRunThatFitsIntoOneEntryAndTheNextOne() {
    for (int length : new int[] {EntryWord.MAX_SHORT_RUN, EntryWord.MAX_SHORT_RUN + 1, 32768}) {
      cache.clear();
      cache.fill(Runs.of("0-" + (length - 1) + ":U@100 40000-40000:W@9"), 0, 50_000);
      Mapping answer = new Mapping();
      assertThat(cache.lookup(0, answer)).isTrue();
      assertThat(answer.toExtent()).isEqualTo(new Extent(0, length, 100, ExtentState.UNWRITTEN));
      assertThat(cache.lookup(length, answer)).isTrue();
      assertThat(answer.toExtent()).isEqualTo(Extent.hole(length, 40_000 - length));
    }
  }

  @Test
  void theLastPhysicalBlockIsHeld() {
    long last = (1L << 48) - 1;
    when(c -> c.insert(3, 1, last, ExtentState.UNWRITTEN));
    then("3-3:U@" + last);
  }

  @Test
  void callersMistakesAreRefused() {
    assertThatThrownBy(() -> cache.insert(0, 1, 0, ExtentState.DELAYED))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("DELAYED");
    assertThatThrownBy(() -> cache.insert(0, 2, (1L << 48) - 1, ExtentState.WRITTEN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2^48");
    assertThatThrownBy(() -> cache.remove(END, 1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> cache.remove(0, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> cache.remove(-1, 5)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> cache.fill(Runs.of(""), 5, END + 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void anExtentCostsAtMostSixteenBytesHoweverTheyCame() {
    int extents = 100_000;
    StatusBudget roomy = new StatusBudget(64 << 20);
    for (String order : List.of("up", "down", "shuffled", "from leaves")) {
      ExtentStatusCache filled = new ExtentStatusCache(roomy);
      for (int i = 0; i < extents; i++) {
        long turn =
            switch (order) {
              case "down" -> extents - 1 - i;
              case "shuffled" -> i * 61_357L % extents;
              default -> i;
            };
        if (!order.equals("from leaves")) {
          filled.insert(turn * 8, 3, turn * 100, ExtentState.WRITTEN);
          filled.insert(turn * 8 + 3, 5, 0, ExtentState.HOLE);
        } else if (i % 340 == 0) {
          filled.fill(
              leafAt(i, Math.min(340, extents - i)), i * 8L, Math.min(i + 340, extents) * 8L);
        }
      }
      assertThat((double) filled.bytes() / extents).as(order).isBetween(12.0, 16.0);
      Mapping answer = new Mapping();
      assertThat(filled.lookup(8L * extents - 7, answer)).as(order).isTrue();
      assertThat(answer.length()).isEqualTo(2);
    }
  }

  private static Runs leafAt(int first, int count) {
    List<Extent> extents = new ArrayList<>();
    for (int i = first; i < first + count; i++) {
      extents.add(new Extent(i * 8L, 3, i * 100L, ExtentState.WRITTEN));
    }
    return new Runs(extents);
  }
}
