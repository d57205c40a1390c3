package org.ext4map.race.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.ext4map.locks.ThreadClass;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** All schedules of small plays, by numbers that can be known beforehand. */
@Timeout(value = 30, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ExplorerTest {
  private final Troupe troupe = Troupe.ofDaemons();
  private final Set<String> orders = new HashSet<>();
  private int counter;
  private final Set<Integer> results = new HashSet<>();
  private Ending least = new Ending(List.of(), Integer.MAX_VALUE, null, List.of(), false);

  @AfterEach
  void sendHome() {
    troupe.close();
  }

  private Ending play(Chooser chooser, Consumer<Stage> cast) {
    counter = 0;
    return new Play(chooser, troupe, null).run(cast);
  }

  private Explorer explore(int mostPreemptions, boolean cutsEqual, Consumer<Stage> cast) {
    Explorer explorer = new Explorer(mostPreemptions, cutsEqual);
    while (!explorer.isDone() && !explorer.isComplete()) {
      explorer.exploreLevel(
          chooser -> play(chooser, cast),
          ending -> {
            orders.add(ending.steps().stream().map(Step::actor).collect(Collectors.joining()));
            results.add(counter);
            if (counter == 1 && Shrinker.isShorter(ending, least)) {
              least = ending;
            }
          });
    }
    return explorer;
  }

  /** Actors of three steps each, which touch what is named. */
  private static Consumer<Stage> actors(int count, String touched) {
    return stage -> {
      for (int i = 0; i < count; i++) {
        String name = String.valueOf((char) ('a' + i));
        String[] things = touched.isEmpty() ? new String[0] : new String[] {touched};
        stage.enter(
            name,
            ThreadClass.SUBMITTER,
            () -> {
              stage.point("second", things);
              stage.point("third", things);
            },
            "first",
            things);
      }
    };
  }

  @Test
  void twoActorsOfThreeStepsHaveTwentySchedules() {
    Explorer explorer = explore(100, false, actors(2, ""));

    assertThat(explorer.played()).isEqualTo(20); // 6 over 3
    assertThat(orders).hasSize(20);
    assertThat(explorer.isComplete()).isTrue();
  }

  @Test
  void threeActorsHave1680() {
    explore(100, false, actors(3, ""));

    assertThat(orders).hasSize(1680); // 9! / 3!^3
  }

  @Test
  void aBoundLeavesOutWhatInterruptsMoreOften() {
    Explorer none = explore(0, false, actors(2, ""));
    assertThat(orders).containsExactlyInAnyOrder("aaabbb", "bbbaaa");
    assertThat(none.isComplete()).isFalse();

    orders.clear();
    explore(1, false, actors(2, ""));
    assertThat(orders)
        .containsExactlyInAnyOrder("aaabbb", "bbbaaa", "abbbaa", "aabbba", "baaabb", "bbaaab");
  }

  @Test
  void stepsThatTouchNothingInCommonNeedNotBeExchanged() {
    Explorer explorer = explore(100, true, actors(2, ""));

    assertThat(explorer.played()).as("who is last counts, no more").isLessThanOrEqualTo(4);
    assertThat(explorer.isComplete()).isTrue();
  }

  @Test
  void stepsThatTouchTheSameMust() {
    Explorer explorer = explore(100, true, actors(2, "thing"));

    assertThat(orders).hasSize(20);
    assertThat(explorer.cut()).isZero();
  }

  /** Both read the counter, and write one more: the oldest race there is. */
  private void twoCount(Stage stage) {
    for (String name : List.of("a", "b")) {
      stage.enter(
          name,
          ThreadClass.SUBMITTER,
          () -> {
            stage.point("reads", "counter");
            int seen = counter;
            stage.point("thinks");
            stage.point("writes", "counter");
            counter = seen + 1;
          },
          "comes");
    }
  }

  @Test
  void aLostUpdateIsFoundWithOneInterruption() {
    explore(0, true, this::twoCount);
    assertThat(results).containsExactly(2);

    explore(1, true, this::twoCount);
    assertThat(results).containsExactlyInAnyOrder(1, 2);
    assertThat(least.preemptions()).isEqualTo(1);
  }

  @Test
  void cuttingLosesNoResult() {
    long all = explore(100, false, this::twoCount).played();
    Set<Integer> found = Set.copyOf(results);
    results.clear();

    long some = explore(100, true, this::twoCount).played();

    assertThat(results).isEqualTo(found);
    assertThat(some).isLessThan(all);
  }

  @Test
  void whatChanceHasFoundIsMadeShorter() {
    Ending found = null;
    for (long seed = 1; found == null; seed++) {
      Ending ending = play(Chooser.random(seed, 2), this::twoCount);
      found = counter == 1 && ending.preemptions() > 2 ? ending : null;
    }
    Shrinker shrinker =
        new Shrinker(chooser -> play(chooser, this::twoCount), ending -> counter == 1);

    Ending shrunk = shrinker.shrink(found);

    assertThat(shrunk.preemptions()).isEqualTo(1);
    assertThat(shrunk.steps()).hasSize(8);
  }

  @Test
  void theSameSeedGivesTheSameSchedule() {
    List<String> first = new ArrayList<>();
    for (int round = 0; round < 2; round++) {
      Ending ending = play(Chooser.random(42, 3), actors(3, "thing"));
      String order = Arrays.toString(ending.steps().stream().map(Step::actor).toArray());
      first.add(order);
    }
    assertThat(first.get(0)).isEqualTo(first.get(1));
  }
}
