package org.ext4map.check;

import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Counts what is found and hands it to the listener: each problem at most {@value #TOLD_PER_INODE}
 * times in a row for one inode, so that one hostile inode cannot drown the rest.
 */
final class Findings {
  private static final int TOLD_PER_INODE = 64;

  /** How often a problem was found, and where last. */
  private static final class Tally {
    private long count;
    private long lastIno = -1;
    private int inARow;
  }

  private final CheckListener listener;
  private final Map<Problem, Tally> tallies = new EnumMap<>(Problem.class);

  Findings(CheckListener listener) {
    this.listener = listener;
  }

  /** A problem of the file system as a whole. */
  void add(Problem problem, String detail) {
    tell(problem, OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty(), detail);
  }

  /** A problem that stands in a block. */
  void addAt(Problem problem, long block, String detail) {
    tell(problem, OptionalLong.empty(), OptionalLong.of(block), OptionalLong.empty(), detail);
  }

  /** A problem of an inode. */
  void add(Problem problem, long ino, String detail) {
    tell(problem, OptionalLong.of(ino), OptionalLong.empty(), OptionalLong.empty(), detail);
  }

  /** A problem of an inode that stands in a block. */
  void addAt(Problem problem, long ino, long block, String detail) {
    tell(problem, OptionalLong.of(ino), OptionalLong.of(block), OptionalLong.empty(), detail);
  }

  /** A problem with what inode {@code ino} says about inode {@code target}. */
  void addTarget(Problem problem, long ino, long target, String detail) {
    tell(problem, OptionalLong.of(ino), OptionalLong.empty(), OptionalLong.of(target), detail);
  }

  private void tell(
      Problem problem, OptionalLong ino, OptionalLong block, OptionalLong target, String detail) {
    Tally tally = tallies.get(problem);
    if (tally == null) {
      tally = new Tally();
      tallies.put(problem, tally);
    }
    tally.count++;
    tally.inARow = ino.orElse(-1) == tally.lastIno ? tally.inARow + 1 : 1;
    tally.lastIno = ino.orElse(-1);
    if (tally.inARow <= TOLD_PER_INODE) {
      listener.found(new Finding(problem, ino, block, target, detail));
    }
  }

  /** True if nothing was found. */
  boolean isEmpty() {
    return tallies.isEmpty();
  }

  /** How often each problem was found. */
  Map<Problem, Long> counts() {
    Map<Problem, Long> counts = new EnumMap<>(Problem.class);
    for (Map.Entry<Problem, Tally> found : tallies.entrySet()) {
      counts.put(found.getKey(), found.getValue().count);
    }
    return counts;
  }

  /** True if {@code problem} was found. */
  boolean has(Problem problem) {
    return tallies.containsKey(problem);
  }

  /** True if something of {@code severity} was found. */
  boolean hasAny(Severity severity) {
    for (Problem problem : tallies.keySet()) {
      if (problem.severity() == severity) {
        return true;
      }
    }
    return false;
  }
}
