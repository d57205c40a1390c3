package org.ext4map.check;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * A small number for each of many: a byte while it is small, a map entry once it is not. Pages
 * exist once a number in them is not zero; those whose numbers are all the same, as most are in the
 * end, are one page, copied when one of its numbers changes. Not thread-safe.
 */
final class Counts {
  private static final int PAGE_SHIFT = 8;
  private static final int PAGE = 1 << PAGE_SHIFT;
  private static final byte[] NONE = new byte[0];
  private static final int OVERFLOW = 255;

  private final byte[][] pages;

  /** The pages whose numbers are all the same, by that number; {@link #NONE} until one is seen. */
  private final byte[][] uniform = new byte[OVERFLOW][];

  private final Map<Long, Long> large = new HashMap<>();

  Counts(long size) {
    pages = new byte[Math.toIntExact((size + PAGE) >> PAGE_SHIFT)][];
    Arrays.fill(pages, NONE);
    Arrays.fill(uniform, NONE);
  }

  /**
   * The most memory that counts of {@code size} take while they are small and those that are not
   * zero lie on pages of {@code kept} together, bytes.
   */
  static long bytesFor(long size, long kept) {
    return kept + (kept >> PAGE_SHIFT) * 16 + (size >> PAGE_SHIFT) * 8 + 64;
  }

  /** The most that lie on the pages of {@code count} that follow each other. */
  static long onPagesOf(long count) {
    return count == 0 ? 0 : ((count + PAGE - 1) & -PAGE) + PAGE;
  }

  long get(long index) {
    byte[] page = pages[(int) (index >> PAGE_SHIFT)];
    int value = page == NONE ? 0 : Byte.toUnsignedInt(page[(int) index & (PAGE - 1)]);
    return value == OVERFLOW ? large.getOrDefault(index, (long) OVERFLOW) : value;
  }

  void set(long index, long value) {
    int number = (int) (index >> PAGE_SHIFT);
    if (value == 0 && pages[number] == NONE) {
      return;
    }
    byte[] page = writable(number);
    if (value >= OVERFLOW) {
      large.put(index, value);
      page[(int) index & (PAGE - 1)] = (byte) OVERFLOW;
    } else {
      page[(int) index & (PAGE - 1)] = (byte) value;
    }
  }

  /** Sets {@code count} numbers below {@value #OVERFLOW} from {@code first} on. */
  void setAll(long first, byte[] values, int count) {
    int done = 0;
    while (done < count) {
      int at = (int) (first + done) & (PAGE - 1);
      int length = Math.min(count - done, PAGE - at);
      int index = (int) ((first + done) >> PAGE_SHIFT);
      System.arraycopy(values, done, writable(index), at, length);
      share(index);
      done += length;
    }
  }

  /** The page, if it exists and is no other's as well. */
  private byte[] writable(int index) {
    byte[] page = pages[index];
    if (page == NONE) {
      page = new byte[PAGE];
      pages[index] = page;
    } else if (isShared(page)) {
      page = page.clone();
      pages[index] = page;
    }
    return page;
  }

  private boolean isShared(byte[] page) {
    int value = Byte.toUnsignedInt(page[0]);
    return value < OVERFLOW && page == uniform[value];
  }

  /** Keeps page {@code index} with the others like it, if its numbers are all the same. */
  private void share(int index) {
    byte[] page = pages[index];
    int value = page == NONE ? OVERFLOW : Byte.toUnsignedInt(page[0]);
    if (value == OVERFLOW || page[PAGE - 1] != page[0] || page == uniform[value]) {
      return;
    }
    if (uniform[value] == NONE) {
      byte[] same = new byte[PAGE];
      Arrays.fill(same, page[0]);
      uniform[value] = same;
    }
    if (Arrays.equals(page, uniform[value])) {
      pages[index] = value == 0 ? NONE : uniform[value];
    }
  }

  /** The same for all pages of {@code indexes}, unsigned, in {@code [from, to)}. */
  void share(int[] indexes, int from, int to) {
    int last = -1;
    for (int i = from; i < to; i++) {
      int index = indexes[i] >>> PAGE_SHIFT;
      if (index != last) {
        share(index);
        last = index;
      }
    }
  }

  /**
   * Which of the 64 numbers from {@code first} on, a multiple of 64, are not zero, below {@value
   * #OVERFLOW}, and the same in {@code other}: a bit for each.
   */
  long sameAsIn(Counts other, long first) {
    byte[] mine = pages[(int) (first >> PAGE_SHIFT)];
    byte[] theirs = other.pages[(int) (first >> PAGE_SHIFT)];
    if (mine == NONE || theirs == NONE) {
      return 0;
    }
    int at = (int) first & (PAGE - 1);
    long same = 0;
    for (int i = 0; i < Long.SIZE; i++) {
      byte value = mine[at + i];
      if (value != 0 && value == theirs[at + i] && value != (byte) OVERFLOW) {
        same |= 1L << i;
      }
    }
    return same;
  }

  void increment(long index) {
    set(index, get(index) + 1);
  }

  /** Increments the counts at those of {@code indexes}, unsigned, in {@code [from, to)}. */
  void incrementAll(int[] indexes, int from, int to) {
    for (int i = from; i < to; i++) {
      long index = Integer.toUnsignedLong(indexes[i]);
      byte[] page = pages[(int) (index >> PAGE_SHIFT)];
      int at = (int) index & (PAGE - 1);
      if (page != NONE && page[at] >= 0 && !isShared(page)) {
        page[at]++; // 128 at most, far from an overflow
      } else {
        increment(index);
      }
    }
  }
}
