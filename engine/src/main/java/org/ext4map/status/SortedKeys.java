package org.ext4map.status;

/**
 * Search in sorted unsigned 32-bit keys, as fast as plain Java goes. No branch depends on a key,
 * because a random one is guessed wrong every other time; three comparisons a step do not wait for
 * each other; and arrays of one window or two all take the same steps, which the processor learns.
 *
 * <pre>
 *   fewer than 256 slots   any length
 *   256                    [ window ]
 *   512                    [ window ][ window: keys, then at least one spare slot ]
 * </pre>
 *
 * Spare slots hold the end: no key that is searched for is as great.
 */
final class SortedKeys {
  /** Keys in an array at most. */
  static final int MAX_KEYS = 511;

  private static final int WINDOW = 256;

  private SortedKeys() {}

  /** Slots of an array that holds {@code count} keys, at least one of them spare. */
  static int slotsFor(int count) {
    assert count <= MAX_KEYS : count;
    return count < WINDOW - 1 ? count + 1 : (count / WINDOW + 1) * WINDOW;
  }

  /** The index of the last key that is at most {@code lblk}, or 0 if there is none. */
  static int floor(int[] keys, long lblk) {
    long bound = lblk + 1;
    return keys.length < WINDOW ? small(keys, bound) : windows(keys, bound);
  }

  private static int small(int[] keys, long bound) {
    int base = 0;
    int length = keys.length;
    while (length >= 4) {
      int quarter = length >>> 2;
      base = step(keys, base, quarter, bound);
      length -= 3 * quarter;
    }
    for (; length > 1; length--) {
      base += below(keys[base + 1], bound);
    }
    return base;
  }

  private static int windows(int[] keys, long bound) {
    int base = WINDOW * below(keys[Math.min(WINDOW, keys.length - 1)], bound);
    base = step(keys, base, WINDOW / 4, bound);
    base = step(keys, base, WINDOW / 16, bound);
    base = step(keys, base, WINDOW / 64, bound);
    return step(keys, base, WINDOW / 256, bound);
  }

  /** Goes on from {@code base} by as many quarters, up to three, as begin below {@code bound}. */
  static int step(int[] keys, int base, int quarter, long bound) {
    return base
        + quarter
            * (below(keys[base + quarter], bound)
                + below(keys[base + 2 * quarter], bound)
                + below(keys[base + 3 * quarter], bound));
  }

  /** 1 if {@code key} is less than {@code bound}, else 0. */
  static int below(int key, long bound) {
    return (int) ((Integer.toUnsignedLong(key) - bound) >>> 63);
  }
}
