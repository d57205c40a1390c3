package org.ext4map.race.schedule;

import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.ext4map.locks.ThreadClass;

/**
 * What actors say where others may come in between. A {@link Play} lets them, one at a time; a
 * {@link FreeStage} lets real threads run.
 */
public interface Stage {
  /** What an actor does. */
  @FunctionalInterface
  interface Part {
    void play() throws Exception;
  }

  /**
   * The calling actor is about to do {@code action}; others may go first.
   *
   * @param action names the step, the same in each run
   * @param touched what of the things that actors share the step reads or changes
   */
  void point(String action, String... touched);

  /**
   * The same, and the step does not begin before {@code ready}, which only looks at what actors
   * have done.
   */
  void await(String action, BooleanSupplier ready, String... touched);

  /** Adds to the present step what came of it; {@code text} is asked only if somebody records. */
  void note(Supplier<String> text);

  /** A free lock. */
  StageLock lock(String name);

  /**
   * A new actor, whose first step is {@code action}.
   *
   * @param kind what his thread may wait for
   * @param touched what the first step touches, as at a point
   */
  void enter(String actor, ThreadClass kind, Part part, String action, String... touched);

  /** The same, but the play can end without him. */
  void enterServant(String actor, ThreadClass kind, Part part, String action, String... touched);
}
