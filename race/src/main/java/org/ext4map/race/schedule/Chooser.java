package org.ext4map.race.schedule;

import java.util.List;
import java.util.SplittableRandom;

/** Decides who takes the next step. */
@FunctionalInterface
public interface Chooser {
  /** Ends the play instead. */
  int STOP = -1;

  /** Answers an option, or {@link #STOP}. */
  int choose(Options options);

  /** Nobody is interrupted; when somebody cannot go on, the one who entered first does. */
  static Chooser inOrder() {
    return options -> 0;
  }

  /** By chance: most go on, one in {@code often} is interrupted. */
  static Chooser random(long seed, int often) {
    SplittableRandom random = new SplittableRandom(seed);
    return options -> {
      boolean goesOn = options.currentIsFirst() && random.nextInt(often) != 0;
      return goesOn ? 0 : random.nextInt(options.count());
    };
  }

  /** Takes the steps of {@code schedule}, and is content with nothing else. */
  static Chooser exactly(Schedule schedule) {
    return new Replay(schedule);
  }

  /**
   * Lets the actors go on in this order as far as they can; who is named and cannot is passed over.
   */
  static Chooser following(List<String> actors) {
    int[] next = new int[1];
    return options -> {
      while (next[0] < actors.size()) {
        int wanted = find(options, actors.get(next[0]++));
        if (wanted >= 0) {
          return wanted;
        }
      }
      return 0;
    };
  }

  private static int find(Options options, String actor) {
    for (int i = 0; i < options.count(); i++) {
      if (options.actor(i).equals(actor)) {
        return i;
      }
    }
    return -1;
  }

  /** Step by step, actor and action. */
  final class Replay implements Chooser {
    private final List<Schedule.Line> lines;
    private int next;

    Replay(Schedule schedule) {
      this.lines = schedule.lines();
    }

    @Override
    public int choose(Options options) {
      if (next == lines.size()) {
        return STOP;
      }
      Schedule.Line wanted = lines.get(next++);
      int found = find(options, wanted.actor());
      if (found < 0 || !options.action(found).equals(wanted.action())) {
        throw new ReplayException(next, wanted, options);
      }
      return found;
    }
  }
}
