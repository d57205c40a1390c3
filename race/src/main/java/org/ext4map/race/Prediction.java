package org.ext4map.race;

import java.util.EnumSet;
import java.util.Set;
import org.ext4map.race.design.Design;
import org.ext4map.race.design.Outcome;
import org.ext4map.race.design.Place;

/**
 * What the analysis says of a design in a story, kernel-behaviour.md §6.4–6.8: what must be
 * reached, and what may be besides. Everything else must not.
 *
 * @param reached what must come
 * @param possible what may come where schedules are left to chance
 */
record Prediction(Set<Outcome> reached, Set<Outcome> possible) {
  static Prediction of(Design design, Story story) {
    return switch (story) {
      case RACE -> exactly(ofTheRace(design));
      case CROWD -> ofTheCrowd(design);
      case READER -> exactly(looksAgain(design) ? Set.of(Outcome.USE_AFTER_FREE) : Set.of());
      case BAD_DEVICE -> exactly(looksAgain(design) ? Set.of(Outcome.STALE) : Set.of());
      case FAULT -> exactly(design == Design.B_POSTED ? Set.of(Outcome.LOSS_C) : Set.of());
    };
  }

  private static Set<Outcome> ofTheRace(Design design) {
    return switch (design) {
      case A ->
          EnumSet.of(Outcome.CRASH_A, Outcome.CRASH_B, Outcome.LOSS_C, Outcome.USE_AFTER_FREE);
      case B, B_POSTED -> Set.of(Outcome.LOSS_C);
      case C -> Set.of(Outcome.USE_AFTER_FREE); // an overwriter looks at P as any reader does
      case D, E -> Set.of();
    };
  }

  private static Prediction ofTheCrowd(Design design) {
    Set<Outcome> reached = ofTheRace(design);
    boolean isHazardous = design == Design.B || design == Design.B_POSTED;
    return isHazardous
        ? new Prediction(reached, Set.of(Outcome.USE_AFTER_FREE)) // two overwriters meet at P
        : exactly(reached);
  }

  /** All that came before 4.6. */
  private static boolean looksAgain(Design design) {
    return design.place() == Place.THE_INODE;
  }

  private static Prediction exactly(Set<Outcome> reached) {
    return new Prediction(reached, Set.of());
  }

  /** True if this may come. */
  boolean permits(Outcome outcome) {
    return outcome == Outcome.SURVIVED || reached.contains(outcome) || possible.contains(outcome);
  }

  /** True if a row has what must come, and nothing that must not. */
  boolean allows(Survey.Row row) {
    Set<Outcome> failures = EnumSet.noneOf(Outcome.class);
    failures.addAll(row.counts().keySet());
    failures.remove(Outcome.SURVIVED);
    boolean all = failures.containsAll(reached);
    failures.removeAll(reached);
    return all && possible.containsAll(failures);
  }
}
