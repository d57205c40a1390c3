package org.ext4map.race;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ext4map.race.design.Outcome.CRASH_A;
import static org.ext4map.race.design.Outcome.CRASH_B;
import static org.ext4map.race.design.Outcome.LOSS_C;
import static org.ext4map.race.design.Outcome.STALE;
import static org.ext4map.race.design.Outcome.SURVIVED;
import static org.ext4map.race.design.Outcome.USE_AFTER_FREE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.Assertions;
import org.ext4map.race.design.Design;
import org.ext4map.race.design.Outcome;
import org.ext4map.race.design.Panic;
import org.ext4map.race.schedule.Chooser;
import org.ext4map.race.schedule.Explorer;
import org.ext4map.race.schedule.Schedule;
import org.ext4map.race.schedule.Troupe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What each design comes to, on the real engine, as the analysis of the thread says. */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RaceTest {
  private static final int ALL = 200;
  private static final long SEED = Long.getLong("ext4map.seed", 2016);

  private static final Map<List<Object>, Survey.Row> ROWS = new ConcurrentHashMap<>();

  /** The same question is asked only once. */
  private static Survey.Row survey(Design design, Story story, int preemptions) {
    return ROWS.computeIfAbsent(
        List.of(design, story, preemptions), asked -> surveyed(design, story, preemptions));
  }

  private static Survey.Row surveyed(Design design, Story story, int preemptions) {
    Survey.Plan plan =
        new Survey.Plan(List.of(design), List.of(story), OptionalInt.of(preemptions), 300, SEED);
    try {
      return Survey.run(plan, 1, () -> false, row -> {}).get(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Set<Outcome> failures(Survey.Row row) {
    Set<Outcome> failures = new TreeSet<>(row.counts().keySet());
    failures.remove(SURVIVED);
    return failures;
  }

  private static int preemptions(Survey.Row row, Outcome outcome) {
    return row.failures().stream()
        .filter(failure -> failure.outcome() == outcome)
        .findFirst()
        .orElseThrow()
        .preemptions();
  }

  // ---- the race: one fills, one overwrites -----------------------------------------------------

  @Test
  void theDesignOf45rcReachesBothCrashesAndTheLoss() {
    Survey.Row row = survey(Design.A, Story.RACE, 3);

    assertThat(failures(row)).contains(CRASH_A, CRASH_B, LOSS_C);
    assertThat(preemptions(row, CRASH_A)).isEqualTo(2);
    assertThat(preemptions(row, LOSS_C)).isEqualTo(2);
    assertThat(preemptions(row, CRASH_B)).isEqualTo(3);
    assertThat(row.isAsPredicted()).isTrue();
  }

  @Test
  void withTwoInterruptionsTheWrongTicketIsNotFlaggedYet() {
    assertThat(failures(survey(Design.A, Story.RACE, 2))).containsExactly(CRASH_A, LOSS_C);
  }

  @ParameterizedTest
  @EnumSource(names = {"B", "B_POSTED"})
  void theRevertNeverCrashesAndLosesInAllSchedulesThereAre(Design revert) {
    Survey.Row row = survey(revert, Story.RACE, ALL);

    assertThat(row.isComplete()).isTrue();
    assertThat(failures(row)).containsExactly(LOSS_C);
    assertThat(preemptions(row, LOSS_C)).isEqualTo(1);
  }

  @Test
  void whatLinux45ShippedNeitherCrashesNorLosesButLooksAtFreedTickets() {
    Survey.Row row = survey(Design.C, Story.RACE, 3);

    assertThat(failures(row)).containsExactly(USE_AFTER_FREE);
    assertThat(preemptions(row, USE_AFTER_FREE)).isEqualTo(3);
    assertThat(survey(Design.C, Story.RACE, 2).counts()).containsOnlyKeys(SURVIVED);
  }

  @ParameterizedTest
  @EnumSource(names = {"D", "E"})
  void theTicketInTheRequestSurvivesAllSchedulesThereAre(Design sound) {
    Survey.Row row = survey(sound, Story.RACE, ALL);

    assertThat(row.isComplete()).isTrue();
    assertThat(row.counts()).containsOnlyKeys(SURVIVED);
    assertThat(row.played()).isGreaterThan(100);
  }

  @Test
  void theCrashIsTheEnginesOwnComplaint() throws IOException {
    Schedule schedule = TimelineTest.saved("a-crash-a");
    try (Troupe troupe = Troupe.ofDaemons()) {
      Trial trial = new Trial(new Ground(), Design.A, Story.RACE);
      Throwable failure = trial.run(Chooser.exactly(schedule), troupe, false).ending().failure();

      assertThat(failure).isInstanceOf(Panic.class);
      assertThat(failure)
          .cause()
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("converting what direct I/O has written may sleep")
          .hasMessageContaining("COMPLETION")
          .hasStackTraceContaining("org.ext4map.inode.DirectAccess.startChange");
    }
  }

  // ---- beside the race -------------------------------------------------------------------------

  @ParameterizedTest
  @EnumSource
  void anUnlockedReaderMeetsAFreedTicketInEveryDesignWithOnePlaceForTheInode(Design design) {
    Survey.Row row = survey(design, Story.READER, ALL);

    assertThat(row.isComplete()).isTrue();
    boolean isSound = design == Design.D || design == Design.E;
    assertThat(failures(row)).isEqualTo(isSound ? Set.of() : Set.of(USE_AFTER_FREE));
  }

  @ParameterizedTest
  @EnumSource
  void whatTheDeviceDidNotWriteIsNotConvertedSince46(Design design) {
    Survey.Row row = survey(design, Story.BAD_DEVICE, ALL);

    assertThat(row.isComplete()).isTrue();
    boolean isSound = design == Design.D || design == Design.E;
    assertThat(row.counts()).containsOnlyKeys(isSound ? SURVIVED : STALE);
  }

  @ParameterizedTest
  @EnumSource(names = {"A", "B", "B_POSTED", "C", "D"})
  void theFlagsAsPostedUnwriteWhatAFaultWantsToSee(Design design) {
    Survey.Row row = survey(design, Story.FAULT, ALL);

    assertThat(row.counts()).containsOnlyKeys(design == Design.B_POSTED ? LOSS_C : SURVIVED);
  }

  @ParameterizedTest
  @EnumSource
  void inACrowdChanceFindsTheSame(Design design) {
    Survey.Row row = survey(design, Story.CROWD, 0);

    Set<Outcome> failures = failures(row);
    switch (design) {
      case A -> assertThat(failures).as("seed %d", SEED).contains(CRASH_A, LOSS_C);
      case B, B_POSTED ->
          assertThat(failures)
              .as("seed %d", SEED)
              .contains(LOSS_C)
              .doesNotContain(CRASH_A, CRASH_B, STALE);
      case C ->
          assertThat(failures).as("seed %d", SEED).doesNotContain(CRASH_A, CRASH_B, LOSS_C, STALE);
      case D, E -> assertThat(failures).as("seed %d", SEED).isEmpty();
    }
  }

  // ---- the instrument --------------------------------------------------------------------------

  @ParameterizedTest
  @EnumSource
  void everyFailureReplaysAHundredTimesOfAHundred(Story story) throws IOException {
    Ground ground = new Ground();
    int failures = 0;
    try (Troupe troupe = Troupe.ofDaemons()) {
      for (Design design : Design.values()) {
        for (Survey.Failure failure : failuresOf(design, story)) {
          failures++;
          Schedule read = Schedule.parse(failure.schedule().text(), Replay.FACTS);
          for (int i = 0; i < 100; i++) {
            Replay replay = Replay.of(read, ground, troupe, i == 0);
            assertThat(replay.outcome()).isEqualTo(failure.outcome());
            assertThat(replay.sentence()).isEqualTo(failure.sentence());
          }
        }
      }
    }
    assertThat(failures).isPositive();
  }

  private static List<Survey.Failure> failuresOf(Design design, Story story) {
    return story.appliesTo(design) ? survey(design, story, boundOf(story)).failures() : List.of();
  }

  /** The bounds that other tests ask for too. */
  private static int boundOf(Story story) {
    return switch (story) {
      case RACE -> 3;
      case CROWD -> 0;
      case READER, BAD_DEVICE, FAULT -> ALL;
    };
  }

  @Test
  void cuttingEqualStatesLosesNoOutcome() throws IOException {
    Trial trial = new Trial(new Ground(), Design.A, Story.RACE);
    assertThat(outcomes(trial, true)).isEqualTo(outcomes(trial, false));
  }

  private static Set<Outcome> outcomes(Trial trial, boolean cutsEqual) {
    Set<Outcome> found = new TreeSet<>();
    Trial.Result[] last = new Trial.Result[1];
    try (Troupe troupe = Troupe.ofDaemons()) {
      Explorer explorer = new Explorer(2, cutsEqual);
      while (!explorer.isDone()) {
        explorer.exploreLevel(
            chooser -> {
              last[0] = trial.run(chooser, troupe, false);
              return last[0].ending();
            },
            ending -> found.add(last[0].outcome()));
      }
    }
    return found;
  }

  @Test
  void aPredictionThatIsNotMetIsSeen() {
    Survey.Row row = survey(Design.A, Story.RACE, 1);

    assertThat(row.counts()).containsOnlyKeys(SURVIVED);
    assertThat(row.isAsPredicted()).as("the crashes need more than one interruption").isFalse();
    Survey.Row lost =
        new Survey.Row(Design.E, Story.RACE, 1, 0, 0, true, Map.of(LOSS_C, 1L), List.of());
    assertThat(lost.isAsPredicted()).isFalse();
  }

  @Test
  void aSurveyCanBeCancelled() {
    Survey.Plan plan =
        new Survey.Plan(List.of(Design.A), List.of(Story.RACE), OptionalInt.empty(), 10, SEED);

    Assertions.assertThatThrownBy(() -> Survey.run(plan, 2, () -> true, row -> {}))
        .isInstanceOf(CancellationException.class);
  }
}
