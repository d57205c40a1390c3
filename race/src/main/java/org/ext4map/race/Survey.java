package org.ext4map.race;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.ext4map.race.design.Design;
import org.ext4map.race.design.Outcome;
import org.ext4map.race.schedule.Chooser;
import org.ext4map.race.schedule.Ending;
import org.ext4map.race.schedule.Explorer;
import org.ext4map.race.schedule.Schedule;
import org.ext4map.race.schedule.Shrinker;
import org.ext4map.race.schedule.Troupe;
import org.jspecify.annotations.Nullable;

/**
 * All schedules of a story that can be tried, for one design after the other, and what came of
 * them.
 *
 * <p>Small stories are explored: level by level of preemptions, until all schedules there are have
 * been tried, or so many that a further level would take too long; four levels at least. The story
 * with two of each is left to chance, from a seed.
 *
 * <p>Threads: rows are independent of each other and shared out among as many threads as one likes.
 */
public final class Survey {
  private static final int LEAST_PREEMPTIONS = 4;
  private static final int MOST_PREEMPTIONS = 200;
  private static final long ENOUGH = 30_000;
  private static final int INTERRUPTED_ONE_IN = 3;

  private final Ground ground;
  private final Plan plan;
  private final BooleanSupplier isCancelled;

  /**
   * What to try.
   *
   * @param preemptions the bound for stories that are explored; empty for as many as can be
   * @param byChance schedules of stories that are left to chance
   * @param seed where chance begins
   */
  public record Plan(
      List<Design> designs,
      List<Story> stories,
      OptionalInt preemptions,
      int byChance,
      long seed) {}

  /**
   * One row of the table.
   *
   * @param played schedules that were played to their end
   * @param cut schedules that came to a state which was seen, and were not played on
   * @param preemptions all schedules with at most so many are in it; -1 if it was left to chance
   * @param isComplete true if there are no others
   * @param counts how often each outcome came
   * @param failures for each that is no survival, the shortest schedule
   */
  public record Row(
      Design design,
      Story story,
      long played,
      long cut,
      int preemptions,
      boolean isComplete,
      Map<Outcome, Long> counts,
      List<Failure> failures) {
    /** True if the outcomes are those that the analysis predicts. */
    public boolean isAsPredicted() {
      return Prediction.of(design, story).allows(this);
    }
  }

  /**
   * A way to fail.
   *
   * @param sentence what happened
   * @param preemptions how often somebody was interrupted
   * @param schedule the steps, to replay
   */
  public record Failure(Outcome outcome, String sentence, int preemptions, Schedule schedule) {}

  private Survey(Ground ground, Plan plan, BooleanSupplier isCancelled) {
    this.ground = ground;
    this.plan = plan;
    this.isCancelled = isCancelled;
  }

  /**
   * Tries all of {@code plan}.
   *
   * @param threads how many work on it
   * @param isCancelled asked often; true ends it
   * @param progress told of each row that is done, in the order of being done
   * @return rows by story, then by design
   * @throws CancellationException if it was cancelled
   */
  public static List<Row> run(
      Plan plan, int threads, BooleanSupplier isCancelled, Consumer<Row> progress)
      throws IOException {
    return new Survey(new Ground(), plan, isCancelled).run(threads, progress);
  }

  private List<Row> run(int threads, Consumer<Row> progress) {
    List<Trial> trials = new ArrayList<>();
    for (Story story : plan.stories()) {
      for (Design design : plan.designs()) {
        if (story.appliesTo(design)) {
          trials.add(new Trial(ground, design, story));
        }
      }
    }
    List<@Nullable Row> rows = new ArrayList<>(Collections.nCopies(trials.size(), null));
    AtomicInteger next = new AtomicInteger();
    Together.run(
        threads,
        () -> {
          try (Troupe troupe = Troupe.ofDaemons()) {
            for (int i = next.getAndIncrement(); i < trials.size(); i = next.getAndIncrement()) {
              Row row = row(trials.get(i), troupe);
              synchronized (progress) {
                rows.set(i, row);
                progress.accept(row);
              }
            }
          }
        });
    return List.copyOf(rows);
  }

  private Row row(Trial trial, Troupe troupe) {
    Tally tally = new Tally(trial, troupe);
    if (trial.story().isLeftToChance()) {
      for (int i = 0; i < plan.byChance(); i++) {
        tally.play(Chooser.random(plan.seed() + i, INTERRUPTED_ONE_IN));
        tally.count();
      }
      tally.shrink();
      return tally.row(plan.byChance(), 0, -1, false);
    }
    Explorer explorer = new Explorer(plan.preemptions().orElse(MOST_PREEMPTIONS), true);
    while (!explorer.isDone() && !explorer.isComplete() && !isEnough(explorer)) {
      explorer.exploreLevel(tally::play, ending -> tally.count());
    }
    return tally.row(
        explorer.played(), explorer.cut(), explorer.level() - 1, explorer.isComplete());
  }

  private boolean isEnough(Explorer explorer) {
    return plan.preemptions().isEmpty()
        && explorer.level() > LEAST_PREEMPTIONS
        && explorer.played() + explorer.cut() > ENOUGH;
  }

  /** Plays a schedule again. */
  public static Replay replay(Schedule schedule, boolean isRecorded) throws IOException {
    try (Troupe troupe = Troupe.ofDaemons()) {
      return Replay.of(schedule, new Ground(), troupe, isRecorded);
    }
  }

  /** Counts what comes of the schedules of one row. */
  private final class Tally {
    private final Trial trial;
    private final Troupe troupe;
    private final Map<Outcome, Long> counts = new EnumMap<>(Outcome.class);
    private final Map<Outcome, Trial.Result> shortest = new EnumMap<>(Outcome.class);
    private Trial.@Nullable Result last;

    Tally(Trial trial, Troupe troupe) {
      this.trial = trial;
      this.troupe = troupe;
    }

    Ending play(Chooser chooser) {
      if (isCancelled.getAsBoolean()) {
        throw new CancellationException("cancelled");
      }
      Trial.Result result = trial.run(chooser, troupe, false);
      last = result;
      return result.ending();
    }

    void count() {
      Trial.Result result = last;
      if (result == null) {
        return;
      }
      counts.merge(result.outcome(), 1L, Long::sum);
      if (result.outcome() != Outcome.SURVIVED) {
        shortest.merge(result.outcome(), result, Tally::shorter);
      }
    }

    private static Trial.Result shorter(Trial.Result one, Trial.Result other) {
      return Shrinker.isShorter(other.ending(), one.ending()) ? other : one;
    }

    /** What was found by chance is longer than it has to be. */
    void shrink() {
      for (Map.Entry<Outcome, Trial.Result> entry : shortest.entrySet()) {
        Trial.Result[] best = {entry.getValue()};
        Shrinker shrinker =
            new Shrinker(
                this::play,
                ending -> {
                  boolean alike = last != null && last.outcome() == entry.getKey();
                  if (alike && last != null && Shrinker.isShorter(ending, best[0].ending())) {
                    best[0] = last;
                  }
                  return alike;
                });
        shrinker.shrink(entry.getValue().ending());
        entry.setValue(best[0]);
      }
    }

    Row row(long played, long cut, int preemptions, boolean isComplete) {
      List<Failure> failures = new ArrayList<>();
      for (Trial.Result result : shortest.values()) {
        failures.add(
            new Failure(
                result.outcome(),
                result.sentence(),
                result.ending().preemptions(),
                trial.schedule(result)));
      }
      return new Row(
          trial.design(), trial.story(), played, cut, preemptions, isComplete, counts, failures);
    }
  }
}
