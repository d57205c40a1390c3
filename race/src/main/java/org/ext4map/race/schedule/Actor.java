package org.ext4map.race.schedule;

import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import org.ext4map.locks.ThreadClass;
import org.jspecify.annotations.Nullable;

/** Somebody who takes steps. All fields belong to who has the baton. */
final class Actor {
  final int number;
  final String name;
  final ThreadClass kind;
  final boolean isServant;
  final Stage.Part part;
  final Semaphore baton = new Semaphore(0);
  final Semaphore gone = new Semaphore(0);

  /** What he does next. */
  String action = "";

  BooleanSupplier ready = () -> true;
  String[] touched = {};
  boolean isFinished;

  /** Who plays him; null before his first step. */
  Troupe.@Nullable Player player;

  /** Stands for all that he has done and seen. */
  long history;

  Actor(int number, String name, ThreadClass kind, boolean isServant, Stage.Part part) {
    this.number = number;
    this.name = name;
    this.kind = kind;
    this.isServant = isServant;
    this.part = part;
  }

  /** He has come to a point. */
  void comesTo(String nextAction, BooleanSupplier nextReady, String[] nextTouched) {
    action = nextAction;
    ready = nextReady;
    touched = nextTouched;
  }

  void comesTo(String nextAction, String[] nextTouched) {
    comesTo(nextAction, () -> true, nextTouched);
  }

  boolean canGoOn() {
    return !isFinished && ready.getAsBoolean();
  }
}
