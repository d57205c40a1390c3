package org.ext4map.race.schedule;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Plays all schedules with at most so many preemptions, those with fewest first. Of schedules that
 * come to the same state only the first goes on.
 *
 * <pre>
 *   played     0 0 0 0 0 0 0          and for each step at which another could have gone:
 *   to play    0 0 1 . . . .          +1 preemption if it had interrupted somebody, else +0
 *              0 0 0 0 1 . .
 * </pre>
 *
 * One thread.
 */
public final class Explorer {
  private final int mostPreemptions;
  private final boolean cutsEqual;
  private final List<Deque<byte[]>> waiting = new ArrayList<>();
  private final Set<Long> seen = new HashSet<>();
  private int level;
  private long played;
  private long cut;
  private boolean isBounded;

  /**
   * Nothing has been played.
   *
   * @param cutsEqual false to play also what leads to a state that was seen
   */
  public Explorer(int mostPreemptions, boolean cutsEqual) {
    this.mostPreemptions = mostPreemptions;
    this.cutsEqual = cutsEqual;
    for (int i = 0; i <= mostPreemptions; i++) {
      waiting.add(new ArrayDeque<>());
    }
    waiting.get(0).add(new byte[0]);
  }

  /** Schedules that were played to their end. */
  public long played() {
    return played;
  }

  /** Schedules that came to a state which was seen, and were not played on. */
  public long cut() {
    return cut;
  }

  /** Preemptions in the schedules that come next; all with fewer are played. */
  public int level() {
    return level;
  }

  /** True if there is no schedule left, with however many preemptions. */
  public boolean isComplete() {
    return !isBounded && waiting.stream().allMatch(Deque::isEmpty);
  }

  /** True if there is none left within the bound. */
  public boolean isDone() {
    return level > mostPreemptions;
  }

  /**
   * Plays all schedules of the present {@link #level}, and goes to the next.
   *
   * @param play plays one schedule, with the chooser that it is given
   * @param seen told of each that came to its end
   */
  public void exploreLevel(Function<Chooser, Ending> play, Consumer<Ending> seen) {
    Deque<byte[]> schedules = waiting.get(level);
    for (byte[] next = schedules.poll(); next != null; next = schedules.poll()) {
      Ending ending = play.apply(new Prefix(next));
      if (ending.stopped()) {
        cut++;
      } else {
        played++;
        seen.accept(ending);
      }
    }
    level++;
  }

  /** The beginning of a schedule; from its end on nobody is interrupted. */
  private final class Prefix implements Chooser {
    private final byte[] beginning;
    private byte[] taken;
    private int length;

    Prefix(byte[] beginning) {
      this.beginning = beginning;
      this.taken = Arrays.copyOf(beginning, beginning.length + 32);
    }

    @Override
    public int choose(Options options) {
      if (length < beginning.length) {
        return beginning[length++];
      }
      if (cutsEqual && !seen.add(options.fingerprint())) {
        return STOP;
      }
      for (int other = 1; other < options.count(); other++) {
        branch(other, options.currentIsFirst() ? level + 1 : level);
      }
      take(0);
      return 0;
    }

    private void branch(int option, int preemptions) {
      isBounded |= preemptions > mostPreemptions;
      if (preemptions <= mostPreemptions) {
        byte[] next = Arrays.copyOf(taken, length + 1);
        next[length] = (byte) option;
        waiting.get(preemptions).add(next);
      }
    }

    private void take(int option) {
      if (length == taken.length) {
        taken = Arrays.copyOf(taken, 2 * length);
      }
      taken[length++] = (byte) option;
    }
  }
}
