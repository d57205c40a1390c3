package org.ext4map.race.schedule;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.ext4map.locks.ThreadClass;
import org.jspecify.annotations.Nullable;

/**
 * One run: actors, one at a time, in the order that a chooser decides. An actor who throws ends it,
 * as a panic ends everything.
 *
 * <p>Threads: {@link #run} by one, all else by actors while they have the baton. After the end, and
 * outside of actors, points are passed without a stop.
 */
public final class Play implements Stage {
  private static final ThreadLocal<@Nullable Actor> SELF = new ThreadLocal<>();

  private final Chooser chooser;
  private final Troupe troupe;
  private final @Nullable Consumer<Map<String, String>> gauges;
  private final List<Actor> actors = new ArrayList<>();
  private final List<PlayLock> locks = new ArrayList<>();
  private final List<Step> steps = new ArrayList<>();
  private final Map<String, Long> marks = new HashMap<>();
  private final Semaphore ended = new Semaphore(0);
  private final Choice choice = new Choice();
  private @Nullable Actor current;
  private @Nullable Throwable failure;
  private int preemptions;
  private long fingerprint;
  private boolean isStopped;
  private boolean isStuck;
  private volatile boolean isOver;

  /**
   * A play that has not begun.
   *
   * @param gauges called after each step to say how things stand; null if nobody records
   */
  public Play(Chooser chooser, Troupe troupe, @Nullable Consumer<Map<String, String>> gauges) {
    this.chooser = chooser;
    this.troupe = troupe;
    this.gauges = gauges;
  }

  /** Thrown where an actor stands when the play is over; passes through everything. */
  @SuppressWarnings("serial")
  private static final class Curtain extends Error {
    private static final long serialVersionUID = 1;

    Curtain() {
      super("the play is over", null, false, false);
    }
  }

  /**
   * Runs it; {@code cast} lets the first actors enter. Returns when no actor is left in any thread.
   */
  public Ending run(Consumer<Stage> cast) {
    cast.accept(this);
    passOn(null);
    ended.acquireUninterruptibly();
    List<String> stuck = isStuck ? stuck() : List.of();
    for (Actor actor : actors) {
      Troupe.Player player = actor.player;
      if (player != null) {
        if (!actor.isFinished) {
          actor.baton.release();
        }
        actor.gone.acquireUninterruptibly();
        troupe.giveBack(player);
      }
    }
    return new Ending(steps, preemptions, failure, stuck, isStopped);
  }

  private List<String> stuck() {
    List<String> waiting = new ArrayList<>();
    for (Actor actor : actors) {
      if (!actor.isFinished && !actor.isServant) {
        waiting.add(actor.name + " waits for: " + actor.action);
      }
    }
    return waiting;
  }

  // ---- what actors say -------------------------------------------------------------------------

  @Override
  public void point(String action, String... touched) {
    Actor self = SELF.get();
    if (self != null && !isOver) {
      self.comesTo(action, touched);
      pause(self);
    }
  }

  @Override
  public void await(String action, BooleanSupplier ready, String... touched) {
    Actor self = SELF.get();
    if (self != null && !isOver) {
      self.comesTo(action, ready, touched);
      pause(self);
    }
  }

  @Override
  public void note(Supplier<String> text) {
    if (gauges != null && !isOver && !steps.isEmpty()) {
      steps.get(steps.size() - 1).notes().add(text.get());
    }
  }

  @Override
  public StageLock lock(String name) {
    PlayLock lock = new PlayLock(this, name);
    locks.add(lock);
    return lock;
  }

  @Override
  public void enter(String actor, ThreadClass kind, Part part, String action, String... touched) {
    enter(new Actor(actors.size(), actor, kind, false, part), action, touched);
  }

  @Override
  public void enterServant(
      String actor, ThreadClass kind, Part part, String action, String... touched) {
    enter(new Actor(actors.size(), actor, kind, true, part), action, touched);
  }

  private void enter(Actor actor, String action, String[] touched) {
    if (isOver) {
      return;
    }
    actor.comesTo(action, touched);
    actors.add(actor);
  }

  /** The name of the actor who calls. */
  String self() {
    Actor self = SELF.get();
    return self == null ? "nobody" : self.name;
  }

  // ---- the baton -------------------------------------------------------------------------------

  private void perform(Actor self) {
    SELF.set(self);
    ThreadClass before = self.kind.become();
    try {
      begin(self);
      self.part.play();
    } catch (Curtain over) {
      assert isOver;
    } catch (Throwable problem) {
      if (!isOver) {
        failure = problem;
      }
    }
    before.become();
    SELF.remove();
    self.isFinished = true;
    if (!isOver) {
      passOn(self);
    }
    self.gone.release();
  }

  private void pause(Actor self) {
    Actor next = next(self);
    if (next != self) {
      hand(next);
      self.baton.acquireUninterruptibly();
      if (isOver) {
        throw new Curtain();
      }
    }
    begin(self);
  }

  /** An actor has left, or nobody has come yet. */
  private void passOn(@Nullable Actor left) {
    hand(failure != null ? null : next(left));
  }

  private void hand(@Nullable Actor next) {
    if (next == null) {
      if (gauges != null) {
        measure();
      }
      isOver = true;
      ended.release();
    } else if (next.player == null) {
      Troupe.Player player = troupe.take();
      next.player = player;
      player.perform(() -> perform(next));
    } else {
      next.baton.release();
    }
  }

  /** Who takes the next step; null if the play is over. */
  private @Nullable Actor next(@Nullable Actor last) {
    choice.gather(last);
    if (choice.options.isEmpty()) {
      isStuck = actors.stream().anyMatch(actor -> !actor.isFinished && !actor.isServant);
      return null;
    }
    int chosen;
    try {
      chosen = chooser.choose(choice);
    } catch (RuntimeException problem) {
      failure = problem;
      return null;
    }
    if (chosen == Chooser.STOP) {
      isStopped = true;
      return null;
    }
    preemptions += chosen > 0 && choice.currentIsFirst() ? 1 : 0;
    return choice.options.get(chosen);
  }

  private void begin(Actor self) {
    if (gauges != null) {
      measure();
    }
    current = self;
    steps.add(new Step(self.name, self.action));
    remember(self);
  }

  private void measure() {
    if (gauges != null && !steps.isEmpty()) {
      Map<String, String> after = steps.get(steps.size() - 1).after();
      for (PlayLock lock : locks) {
        after.put(lock.name(), lock.holders());
      }
      gauges.accept(after);
    }
  }

  /** What a step may depend on goes into its mark, and its mark into what it touched. */
  private void remember(Actor self) {
    long mark = mix(self.history ^ self.action.hashCode());
    for (String thing : self.touched) {
      mark = mix(mark ^ marks.getOrDefault(thing, (long) thing.hashCode()));
    }
    fingerprint += mix(mark ^ self.number) - mix(self.history ^ self.number);
    self.history = mark;
    for (String thing : self.touched) {
      long before = marks.getOrDefault(thing, 0L);
      fingerprint +=
          mix(mark + thing.hashCode()) - (before == 0 ? 0 : mix(before + thing.hashCode()));
      marks.put(thing, mark);
    }
  }

  private static long mix(long value) {
    long z = (value + 0x9E3779B97F4A7C15L) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 29)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 32);
  }

  /** Who can go on, as the chooser sees it. */
  private final class Choice implements Options {
    private final List<Actor> options = new ArrayList<>();
    private boolean currentIsFirst;

    void gather(@Nullable Actor last) {
      options.clear();
      currentIsFirst = last != null && last.canGoOn();
      if (last != null && currentIsFirst) {
        options.add(last);
      }
      for (Actor actor : actors) {
        if (actor != last && actor.canGoOn()) {
          options.add(actor);
        }
      }
    }

    @Override
    public int count() {
      return options.size();
    }

    @Override
    public String actor(int option) {
      return options.get(option).name;
    }

    @Override
    public String action(int option) {
      return options.get(option).action;
    }

    @Override
    public boolean currentIsFirst() {
      return currentIsFirst;
    }

    @Override
    public long fingerprint() {
      return mix(fingerprint ^ (current == null ? -1 : current.number));
    }
  }
}
