package org.ext4map.status;

import java.util.Arrays;

/**
 * Entries side by side in one array, so that one cache line holds a key and what belongs to it.
 *
 * <pre>
 *   [ key | word, low half | word, high half ][ key | word, low half | word, high half ] …
 * </pre>
 *
 * A key is the first logical block, 32 bits unsigned; a word is an {@link EntryWord}.
 */
final class Entries {
  /** Array elements of one entry. */
  static final int INTS = 3;

  private static final int LOW = 1;
  private static final int HIGH = 2;

  private Entries() {}

  /** Room for {@code count} entries. */
  static int[] allocate(int count) {
    return new int[count * INTS];
  }

  static long key(int[] entries, int i) {
    return Integer.toUnsignedLong(entries[i * INTS]);
  }

  static void setKey(int[] entries, int i, long key) {
    entries[i * INTS] = (int) key;
  }

  static long word(int[] entries, int i) {
    return wordAt(entries, i * INTS);
  }

  /** The word of the entry that begins at element {@code at}. */
  static long wordAt(int[] entries, int at) {
    return Integer.toUnsignedLong(entries[at + LOW]) | (long) entries[at + HIGH] << Integer.SIZE;
  }

  static void setWord(int[] entries, int i, long word) {
    entries[i * INTS + LOW] = (int) word;
    entries[i * INTS + HIGH] = (int) (word >>> Integer.SIZE);
  }

  /** Sets the keys of entries {@code [from, to)}; what their words become, nobody may read. */
  static void fill(int[] entries, int from, int to, long key) {
    Arrays.fill(entries, from * INTS, to * INTS, (int) key);
  }

  /** Copies {@code count} entries. */
  static void copy(int[] from, int first, int[] to, int at, int count) {
    System.arraycopy(from, first * INTS, to, at * INTS, count * INTS);
  }

  /** 1 if {@code key}, unsigned, lies behind {@code lblk}, else 0; no branch. */
  static long isBehind(int key, long lblk) {
    return (lblk - Integer.toUnsignedLong(key)) >>> 63;
  }
}
