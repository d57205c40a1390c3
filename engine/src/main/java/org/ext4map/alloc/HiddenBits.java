package org.ext4map.alloc;

/** The hidden blocks of one group: one bit each, and how many. Guarded by the group's lock. */
final class HiddenBits {
  private final long[] words;
  private int count;

  /** None of {@code bits}, a multiple of 64. */
  HiddenBits(int bits) {
    words = new long[bits / Long.SIZE];
  }

  /** The bits; to be looked at only. */
  long[] words() {
    return words;
  }

  int count() {
    return count;
  }

  /** Hides bits that were not hidden. */
  void add(int from, int length) {
    for (int bit = from; bit < from + length; bit++) {
      assert (words[bit / Long.SIZE] >>> bit & 1) == 0 : "hidden twice: " + bit;
      words[bit / Long.SIZE] |= 1L << bit;
    }
    count += length;
  }

  /** Shows bits that were hidden. */
  void remove(int from, int length) {
    for (int bit = from; bit < from + length; bit++) {
      assert (words[bit / Long.SIZE] >>> bit & 1) == 1 : "not hidden: " + bit;
      words[bit / Long.SIZE] &= ~(1L << bit);
    }
    count -= length;
  }
}
