package org.ext4map.aio;

import java.util.Map;
import java.util.TreeMap;

/**
 * Which parts of an arena are free. First fit; freed neighbours join. Threads: any; the monitor
 * guards the map.
 */
final class BufferSpace {
  private static final int UNIT = 4096;

  /** Start and length of each free part. */
  private final TreeMap<Integer, Integer> free = new TreeMap<>();

  /** Of {@code [start, start + length)}; {@code start} is a multiple of a page. */
  BufferSpace(int start, int length) {
    if (length > 0) {
      free.put(start, length);
    }
  }

  static int roundedUp(int bytes) {
    return Math.toIntExact(((long) bytes + UNIT - 1) / UNIT * UNIT);
  }

  /**
   * Takes whole pages for {@code bytes}.
   *
   * @throws IllegalStateException if there are not so many in one piece
   */
  synchronized int take(int bytes) {
    int wanted = roundedUp(bytes);
    Map.Entry<Integer, Integer> part = firstOf(wanted);
    int start = part.getKey();
    free.remove(start);
    if (part.getValue() > wanted) {
      free.put(start + wanted, part.getValue() - wanted);
    }
    return start;
  }

  private Map.Entry<Integer, Integer> firstOf(int wanted) {
    for (Map.Entry<Integer, Integer> part : free.entrySet()) {
      if (part.getValue() >= wanted) {
        return Map.entry(part.getKey(), part.getValue());
      }
    }
    throw new IllegalStateException(
        "no room for a buffer of " + wanted + " bytes, see DirectIo.Builder.bufferBytes");
  }

  /** Gives back what {@link #take} answered for {@code bytes}. */
  synchronized void giveBack(int start, int bytes) {
    int from = start;
    int length = roundedUp(bytes);
    Map.Entry<Integer, Integer> before = free.lowerEntry(from);
    if (before != null && before.getKey() + before.getValue() == from) {
      from = before.getKey();
      length += before.getValue();
    }
    Integer after = free.remove(start + roundedUp(bytes));
    free.put(from, after == null ? length : length + after);
  }
}
