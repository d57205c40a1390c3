package org.ext4map.cli;

import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.ext4map.inspect.Progress;

/**
 * Shows a person how far a long look is: one line on stderr, if that is a terminal, which the
 * results wipe away. What takes less than half a second shows nothing.
 */
final class Meter implements Progress {
  private static final long FIRST_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long BETWEEN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final int CELLS = 30;

  private final Console console;
  private final long begun = System.nanoTime();
  private final boolean shown;
  private long next;

  Meter(Console console) {
    this(console, false);
  }

  /** A meter that, if {@code always}, shows itself from the start, terminal or not. */
  Meter(Console console, boolean always) {
    this.console = console;
    this.shown = always || console.errIsTerminal();
    this.next = begun + (always ? 0 : FIRST_NANOS);
  }

  @Override
  public void step(String what, long done, long total) {
    long now = System.nanoTime();
    if (shown && now - next >= 0) {
      next = now + BETWEEN_NANOS;
      console.status(line(what, done, total, TimeUnit.NANOSECONDS.toSeconds(now - begun)));
    }
  }

  /** {@code block groups [#####.....] 50 % 1200 of 2400, 3 s}. */
  static String line(String what, long done, long total, long seconds) {
    double part = total <= 0 ? 1 : Math.min(1, (double) done / total);
    int full = (int) (part * CELLS);
    return String.format(
        Locale.ROOT,
        "%s [%s%s] %3d %%  %d of %d, %d/s, %d s",
        what,
        "#".repeat(full),
        ".".repeat(CELLS - full),
        (int) (part * 100),
        done,
        total,
        done / Math.max(1, seconds),
        seconds);
  }
}
