package org.ext4map.race.schedule;

/** Who could take the next step. The first is whoever took the last one, if he can go on. */
public interface Options {
  /** How many, at least 1. */
  int count();

  /** The name of an actor, unique in the play. */
  String actor(int option);

  /** What he would do. */
  String action(int option);

  /** True if any other than the first would be a preemption. */
  boolean currentIsFirst();

  /** Stands for all that has happened: the same number, the same state. */
  long fingerprint();
}
