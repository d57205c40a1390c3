package org.ext4map.race.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.ext4map.locks.ThreadClass;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Actors on a stage: one at a time, in the order that is chosen. */
@Timeout(value = 20, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PlayTest {
  private final Troupe troupe = Troupe.ofDaemons();
  private final List<String> said = new ArrayList<>();

  @AfterEach
  void sendHome() {
    troupe.close();
  }

  private Ending play(Chooser chooser, java.util.function.Consumer<Stage> cast) {
    return new Play(chooser, troupe, null).run(cast);
  }

  private void two(Stage stage) {
    for (String name : List.of("a", "b")) {
      stage.enter(
          name,
          ThreadClass.SUBMITTER,
          () -> {
            said.add(name + 1);
            stage.point("two");
            said.add(name + 2);
          },
          "one");
    }
  }

  private static List<String> shown(Ending ending) {
    return ending.steps().stream().map(step -> step.actor() + " " + step.action()).toList();
  }

  @Test
  void withoutInterruptionsOneComesAfterTheOther() {
    Ending ending = play(Chooser.inOrder(), this::two);

    assertThat(said).containsExactly("a1", "a2", "b1", "b2");
    assertThat(shown(ending)).containsExactly("a one", "a two", "b one", "b two");
    assertThat(ending.preemptions()).isZero();
  }

  @Test
  void theChooserInterrupts() {
    Ending ending = play(Chooser.following(List.of("a", "b", "b", "a")), this::two);

    assertThat(said).containsExactly("a1", "b1", "b2", "a2");
    assertThat(ending.preemptions()).isEqualTo(1);
  }

  @Test
  void whoWaitsForALockIsNotChosen() {
    Ending ending =
        play(
            Chooser.following(List.of("a", "a", "b", "b", "a", "b")),
            stage -> {
              StageLock lock = stage.lock("lock");
              for (String name : List.of("a", "b")) {
                stage.enter(
                    name,
                    ThreadClass.SUBMITTER,
                    () -> {
                      lock.lockExclusively();
                      stage.point("inside");
                      lock.unlockExclusively();
                    },
                    "comes");
              }
            });

    assertThat(shown(ending))
        .containsExactly(
            "a comes", "a takes lock", "b comes", "a inside", "b takes lock", "b inside");
    assertThat(ending.failure()).isNull();
    assertThat(ending.stuck()).isEmpty();
  }

  @Test
  void manyShareALockAndOneWaits() {
    Ending ending =
        play(
            Chooser.following(List.of("reader", "reader", "writer", "other", "other")),
            stage -> {
              StageLock lock = stage.lock("lock");
              for (String name : List.of("reader", "other")) {
                stage.enter(
                    name,
                    ThreadClass.SUBMITTER,
                    () -> {
                      lock.lockShared();
                      stage.point("reads");
                      lock.unlockShared();
                    },
                    "comes");
              }
              stage.enter("writer", ThreadClass.SUBMITTER, lock::lockExclusively, "comes");
            });

    assertThat(shown(ending))
        .containsSubsequence("reader takes lock shared", "other takes lock shared")
        .endsWith("writer takes lock");
  }

  @Test
  void aDeadlockIsSeenAndNamesWhoWaitsForWhat() {
    Ending ending =
        play(
            Chooser.following(List.of("a", "a", "b", "b")),
            stage -> {
              StageLock first = stage.lock("first");
              StageLock second = stage.lock("second");
              stage.enter("a", ThreadClass.SUBMITTER, () -> both(first, second), "comes");
              stage.enter("b", ThreadClass.SUBMITTER, () -> both(second, first), "comes");
            });

    assertThat(ending.stuck())
        .containsExactly("a waits for: takes second", "b waits for: takes first");
  }

  private static void both(StageLock one, StageLock other) {
    one.lockExclusively();
    other.lockExclusively();
  }

  @Test
  void aServantWhoWaitsForEverIsNoDeadlock() {
    Ending ending =
        play(
            Chooser.inOrder(),
            stage -> {
              stage.enterServant(
                  "servant", ThreadClass.WORKER, () -> stage.await("served", () -> false), "comes");
              stage.enter("master", ThreadClass.SUBMITTER, () -> said.add("done"), "comes");
            });

    assertThat(said).containsExactly("done");
    assertThat(ending.stuck()).isEmpty();
  }

  @Test
  void whoThrowsEndsThePlayAndTheOthersLeaveTheirLocks() {
    Ending ending =
        play(
            Chooser.following(List.of("a", "b")),
            stage -> {
              stage.enter(
                  "a",
                  ThreadClass.SUBMITTER,
                  () -> {
                    try {
                      stage.point("never");
                      said.add("went on");
                    } finally {
                      said.add("left");
                    }
                  },
                  "comes");
              stage.enter(
                  "b",
                  ThreadClass.SUBMITTER,
                  () -> {
                    throw new IllegalStateException("b is angry");
                  },
                  "comes");
            });

    assertThat(ending.failure()).hasMessage("b is angry");
    assertThat(said).containsExactly("left");
  }

  @Test
  void anActorIsOfTheClassThatWasSaid() {
    play(
        Chooser.inOrder(),
        stage ->
            stage.enter(
                "interrupt",
                ThreadClass.COMPLETION,
                () -> said.add(ThreadClass.current().name()),
                "comes"));

    assertThat(said).containsExactly("COMPLETION");
  }

  @Test
  void whoRecordsSeesNotesAndWhoHoldsWhat() {
    Ending ending =
        new Play(Chooser.inOrder(), troupe, after -> after.put("said", said.toString()))
            .run(
                stage -> {
                  StageLock lock = stage.lock("lock");
                  stage.enter(
                      "a",
                      ThreadClass.SUBMITTER,
                      () -> {
                        lock.lockExclusively();
                        said.add("inside");
                        stage.note(() -> "quiet here");
                        stage.point("goes");
                        lock.unlockExclusively();
                      },
                      "comes");
                });

    assertThat(ending.steps().get(1).text()).isEqualTo("takes lock: quiet here");
    assertThat(ending.steps().get(1).after()).isEqualTo(Map.of("lock", "=a", "said", "[inside]"));
    assertThat(ending.steps().get(2).after()).containsEntry("lock", "");
  }

  @Test
  void aScheduleReplays() {
    Ending first = play(Chooser.random(7, 2), this::two);
    List<String> before = List.copyOf(said);
    said.clear();

    Ending again = play(Chooser.exactly(Schedule.of(Map.of(), first.steps())), this::two);

    assertThat(shown(again)).isEqualTo(shown(first));
    assertThat(said).isEqualTo(before);
  }

  @Test
  void aScheduleOfAnotherPlayIsRefusedAndSaysWhatWouldBeAllowed() throws Exception {
    Schedule other = Schedule.parse("# ext4map race schedule 1\na: one\na: three\n", List.of());

    Ending ending = play(Chooser.exactly(other), this::two);

    assertThat(ending.failure())
        .isInstanceOf(ReplayException.class)
        .hasMessage("step 2 'a: three', allowed 'a: two', 'b: one'");
  }

  @Test
  void textsThatAreNoScheduleNameTheLine() {
    assertThatThrownBy(() -> Schedule.parse("hello\n", List.of()))
        .isInstanceOf(ScheduleSyntaxException.class)
        .hasMessage("schedule: line 1 'hello', allowed '# ext4map race schedule 1'");
    assertThatThrownBy(() -> Schedule.parse("", List.of())).hasMessageContaining("line 1 ''");
    assertThatThrownBy(
            () -> Schedule.parse("# ext4map race schedule 1\n\nstory: x\n", List.of("variant")))
        .hasMessage("schedule: line 3 'story: x', allowed 'variant: …'");
    assertThatThrownBy(
            () ->
                Schedule.parse(
                    "# ext4map race schedule 1\nvariant: a\nnonsense\n", List.of("variant")))
        .hasMessage("schedule: line 3 'nonsense', allowed 'ACTOR: ACTION'");
    assertThatThrownBy(() -> Schedule.parse("# ext4map race schedule 1\n", List.of("variant")))
        .hasMessage("schedule: line 2 'the end', allowed 'variant'");
  }
}
