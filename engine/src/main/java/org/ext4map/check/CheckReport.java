package org.ext4map.check;

import java.util.EnumMap;
import java.util.Map;

/**
 * The outcome of a check. Immutable.
 *
 * @param verdict the judgement
 * @param view the view that was judged
 * @param replayedTransactions transactions of the log that the recovered view includes
 * @param complete false if the check ended early
 * @param problems how often each problem was found
 * @param totals what was looked at
 */
public record CheckReport(
    Verdict verdict,
    CheckOptions.View view,
    long replayedTransactions,
    boolean complete,
    Map<Problem, Long> problems,
    Totals totals) {

  /** The judgement in one word; {@link #exitCode} has the bits of fsck(8). */
  public enum Verdict {
    /** No error. */
    CLEAN(0),
    /** At least one error. */
    CORRUPT(4),
    /** Not a file system that can be checked, or not checked to the end, and no error seen. */
    REFUSED(8),
    /** Cancelled by the listener before the end. */
    CANCELLED(32);

    private final int exitCode;

    Verdict(int exitCode) {
      this.exitCode = exitCode;
    }

    /** The exit code of fsck(8) for it. */
    public int exitCode() {
      return exitCode;
    }
  }

  /**
   * What a check has looked at.
   *
   * @param inodes inodes in use
   * @param blocks clusters in use, in blocks
   * @param files regular files
   * @param directories directories
   * @param extents leaf entries of extent trees
   */
  public record Totals(long inodes, long blocks, long files, long directories, long extents) {}

  /** Copies the map. */
  public CheckReport {
    Map<Problem, Long> copy = new EnumMap<>(Problem.class);
    copy.putAll(problems);
    problems = java.util.Collections.unmodifiableMap(copy);
  }

  /** All findings together. */
  public long problemCount() {
    long sum = 0;
    for (long count : problems.values()) {
      sum += count;
    }
    return sum;
  }

  /** True if no error was found in a complete check. */
  public boolean isClean() {
    return verdict == Verdict.CLEAN;
  }

  /** The exit code of fsck(8). */
  public int exitCode() {
    return verdict.exitCode();
  }
}
