package org.ext4map.status;

/**
 * The two arrays of a leaf. They always stay together: a reader that still looks at a leaf which
 * has left the directory may meet what the next leaf writes there, finds every index inside, and
 * then that the leaf's number is odd for ever.
 */
final class Room {
  /** See {@link Leaf}: entries, and keys behind them. */
  final int[] entries;

  /** See {@link Leaf}: where entries stand in the array. */
  final char[] slots;

  /** Room for {@code capacity} entries. */
  Room(int capacity) {
    entries = Entries.allocate(capacity + Leaf.WINDOW);
    slots = new char[capacity <= Leaf.WINDOW ? 1 : Integer.highestOneBit(capacity)];
  }

  int capacity() {
    return entries.length / Entries.INTS - Leaf.WINDOW;
  }

  /** Bytes on the heap, without headers. */
  int bytes() {
    return entries.length * Integer.BYTES + slots.length * Character.BYTES;
  }
}
