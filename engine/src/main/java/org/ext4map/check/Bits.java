package org.ext4map.check;

import java.util.Arrays;

/**
 * A long bitmap whose pages exist once a bit in them is set. Not thread-safe. Units: as the owner
 * counts: clusters or inodes.
 */
final class Bits {
  private static final int PAGE_SHIFT = 15;
  private static final long PAGE_BITS = 1L << PAGE_SHIFT;
  private static final long[] NONE = new long[0];
  private static final int PAGE_WORDS = (int) (PAGE_BITS / Long.SIZE);

  /** Words that are counted in one call. */
  private static final int STRIDE = 16;

  private final long size;
  private final long[][] pages;

  Bits(long size) {
    this.size = size;
    this.pages = new long[Math.toIntExact((size + PAGE_BITS - 1) >> PAGE_SHIFT)][];
    Arrays.fill(pages, NONE);
  }

  /** The most memory a bitmap of {@code size} bits takes, bytes. */
  static long bytesFor(long size) {
    return size / 8 + (size >> PAGE_SHIFT) * 24 + 64;
  }

  /** True if no bit is set. */
  boolean isEmpty() {
    return !anyIn(0, size);
  }

  long size() {
    return size;
  }

  boolean get(long bit) {
    if (bit < 0 || bit >= size) {
      return false;
    }
    long[] page = pages[(int) (bit >> PAGE_SHIFT)];
    return page != NONE && (page[wordOf(bit)] >>> bit & 1) != 0;
  }

  /** Sets one bit; true if it was set before. */
  boolean set(long bit) {
    long[] page = page(bit);
    long mask = 1L << bit;
    int word = wordOf(bit);
    boolean before = (page[word] & mask) != 0;
    page[word] |= mask;
    return before;
  }

  void clear(long bit) {
    long[] page = pages[(int) (bit >> PAGE_SHIFT)];
    if (page != NONE) {
      page[wordOf(bit)] &= ~(1L << bit);
    }
  }

  /**
   * Sets {@code [from, to)}; those that were set before are set in {@code twice} as well. True if
   * there were any.
   */
  boolean setAll(long from, long to, Bits twice) {
    boolean any = false;
    long bit = from;
    while (bit < to) {
      long end = Math.min(to, (bit | 63) + 1);
      long mask = maskOf(bit, end);
      long[] page = page(bit);
      int word = wordOf(bit);
      long before = page[word] & mask;
      if (before != 0) {
        any = true;
        twice.page(bit)[wordOf(bit)] |= before;
      }
      page[word] |= mask;
      bit = end;
    }
    return any;
  }

  /** Sets {@code [from, to)}. */
  void setAll(long from, long to) {
    long bit = from;
    while (bit < to) {
      long end = Math.min(to, (bit | 63) + 1);
      page(bit)[wordOf(bit)] |= maskOf(bit, end);
      bit = end;
    }
  }

  /** Sets those of the {@code count} bits from {@code from} on that are set in {@code words}. */
  void setWords(long from, long[] words, int count) {
    int shift = (int) from & 63;
    for (int i = 0; i < count; i += Long.SIZE) {
      long word = words[i >> 6];
      if (word == 0) {
        continue;
      }
      page(from + i)[wordOf(from + i)] |= word << shift;
      if (shift > 0 && word >>> (Long.SIZE - shift) != 0) {
        page(from + i + Long.SIZE)[wordOf(from + i + Long.SIZE)] |= word >>> (Long.SIZE - shift);
      }
    }
  }

  /** True if a bit in {@code [from, to)} is set. */
  boolean anyIn(long from, long to) {
    return nextSet(from, to) < to;
  }

  /** The first set bit at or after {@code from}, or {@code to} if there is none before it. */
  long nextSet(long from, long to) {
    long bit = from;
    while (bit < to) {
      long[] page = pages[(int) (bit >> PAGE_SHIFT)];
      if (page == NONE) {
        bit = ((bit >> PAGE_SHIFT) + 1) << PAGE_SHIFT;
        continue;
      }
      long word = page[wordOf(bit)] & (-1L << bit);
      if (word != 0) {
        return Math.min(to, (bit & ~63L) + Long.numberOfTrailingZeros(word));
      }
      bit = (bit | 63) + 1;
    }
    return to;
  }

  /** The 64 bits from {@code bit}, a multiple of 64; bits past the end are 0. */
  long word(long bit) {
    if (bit >= size) {
      return 0;
    }
    long[] page = pages[(int) (bit >> PAGE_SHIFT)];
    return page == NONE ? 0 : page[wordOf(bit)];
  }

  /** The 64 bits from {@code bit} on; bits past the end are 0. */
  long wordFrom(long bit) {
    int shift = (int) bit & 63;
    long low = word(bit & ~63L) >>> shift;
    return shift == 0 ? low : low | word((bit & ~63L) + Long.SIZE) << (Long.SIZE - shift);
  }

  long count() {
    long count = 0;
    for (long[] page : pages) {
      if (page != NONE) {
        for (int from = 0; from < PAGE_WORDS; from += STRIDE) {
          count += countOf(page, from);
        }
      }
    }
    return count;
  }

  private static int countOf(long[] page, int from) {
    int count = 0;
    for (int i = from; i < from + STRIDE; i++) {
      count += Long.bitCount(page[i]);
    }
    return count;
  }

  private static int wordOf(long bit) {
    return (int) (bit & (PAGE_BITS - 1)) >> 6;
  }

  private static long maskOf(long from, long to) {
    long mask = -1L << from;
    return (to & 63) == 0 ? mask : mask & ((1L << to) - 1);
  }

  private long[] page(long bit) {
    int index = (int) (bit >> PAGE_SHIFT);
    long[] page = pages[index];
    if (page == NONE) {
      page = new long[PAGE_WORDS];
      pages[index] = page;
    }
    return page;
  }
}
