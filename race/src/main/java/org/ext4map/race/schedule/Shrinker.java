package org.ext4map.race.schedule;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Makes a failing schedule shorter: fewer preemptions, then fewer steps. Tries to leave out one
 * change of hands after the other, until none can go.
 *
 * <pre>
 *   A A | B | A A | B B      ─▶   A A A A | B B B      if that fails in the same way
 * </pre>
 */
public final class Shrinker {
  private final Function<Chooser, Ending> play;
  private final Predicate<Ending> failsAlike;

  /**
   * A shrinker.
   *
   * @param play plays one schedule
   * @param failsAlike true if it is the failure that is to stay
   */
  public Shrinker(Function<Chooser, Ending> play, Predicate<Ending> failsAlike) {
    this.play = play;
    this.failsAlike = failsAlike;
  }

  /** The shortest that was found; {@code failing} itself if nothing can go. */
  public Ending shrink(Ending failing) {
    Ending best = failing;
    for (boolean better = true; better; ) {
      better = false;
      for (List<String> attempt : attempts(actors(best))) {
        Ending tried = play.apply(Chooser.following(attempt));
        if (failsAlike.test(tried) && isShorter(tried, best)) {
          best = tried;
          better = true;
          break;
        }
      }
    }
    return best;
  }

  /** True if {@code one} has fewer preemptions, or as many and fewer steps. */
  public static boolean isShorter(Ending one, Ending other) {
    return one.preemptions() != other.preemptions()
        ? one.preemptions() < other.preemptions()
        : one.steps().size() < other.steps().size();
  }

  private static List<String> actors(Ending ending) {
    return ending.steps().stream().map(Step::actor).toList();
  }

  /** Each moves one run of steps of one actor behind the next run of the same one. */
  private static List<List<String>> attempts(List<String> actors) {
    List<List<String>> attempts = new ArrayList<>();
    for (int from = 0; from < actors.size(); ) {
      int to = endOfRun(actors, from);
      int next = to;
      while (next < actors.size() && !actors.get(next).equals(actors.get(from))) {
        next++;
      }
      if (next < actors.size()) {
        List<String> later = new ArrayList<>(actors.subList(0, from));
        later.addAll(actors.subList(to, next));
        later.addAll(actors.subList(from, to));
        later.addAll(actors.subList(next, actors.size()));
        attempts.add(later);
        List<String> sooner = new ArrayList<>(actors.subList(0, to));
        int end = endOfRun(actors, next);
        sooner.addAll(actors.subList(next, end));
        sooner.addAll(actors.subList(to, next));
        sooner.addAll(actors.subList(end, actors.size()));
        attempts.add(sooner);
      }
      from = to;
    }
    return attempts;
  }

  private static int endOfRun(List<String> actors, int from) {
    int to = from + 1;
    while (to < actors.size() && actors.get(to).equals(actors.get(from))) {
      to++;
    }
    return to;
  }
}
