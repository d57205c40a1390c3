package org.ext4map.status;

import java.util.Arrays;

/**
 * The leaves of one cache in order; together they cover every block a file can have. Immutable, so
 * that a reader sees one state of it. An insertion that needs another leaf pays for a copy; that is
 * one change in some hundred.
 *
 * <pre>
 *   lblk >>> shift ──▶ slices [ 0 | 0 | 1 | 2 | 2 | 5 ]   the leaf that holds the slice's first block
 *                                         ▼
 *   firstKeys                 [ 0 | 700 | 1900 | 2400 | … | end end end ]
 *   leaves                    [ ● | ●   | ●    | ●    | … ]
 * </pre>
 *
 * There are about as many slices as leaves, so that one step from a slice's leaf nearly always ends
 * the search; a file whose extents crowd together in places takes a binary search there.
 */
final class Directory {
  /** One past the last logical block: EXT_MAX_BLOCKS. */
  static final long END = 0xFFFF_FFFFL;

  /** Leaves that one step can go on by; so many spare keys follow the last one. */
  private static final int STEP = 3;

  /** Nothing is known. Shared by all caches, so it is never changed in place. */
  static final Directory NOTHING = of(new Leaf[] {Leaf.nothing(0, END)});

  private final Leaf[] leaves;
  private final int[] firstKeys;
  private final int[] slices;
  private final int shift;

  private Directory(Leaf[] leaves, int[] firstKeys) {
    this.leaves = leaves;
    this.firstKeys = firstKeys;
    long lastKey = Integer.toUnsignedLong(firstKeys[leaves.length - 1]);
    int keyBits = Long.SIZE - Long.numberOfLeadingZeros(lastKey);
    int sliceBits = Integer.SIZE - Integer.numberOfLeadingZeros(leaves.length);
    this.shift = Math.max(0, keyBits - sliceBits);
    this.slices = slices((int) (lastKey >>> shift) + 2);
  }

  /** Slices up to the one where the last leaf begins, and one more, which it holds whole. */
  private int[] slices(int count) {
    int[] filled = new int[count];
    int slice = 0;
    for (int leaf = 0; leaf < leaves.length; leaf++) {
      long next = leaf + 1 < leaves.length ? Integer.toUnsignedLong(firstKeys[leaf + 1]) : END;
      while (slice < count && (long) slice << shift < next) {
        filled[slice++] = leaf;
      }
    }
    return filled;
  }

  /** These leaves, which must follow each other from block 0 to the end. */
  static Directory of(Leaf[] leaves) {
    int[] firstKeys = newKeys(leaves.length);
    long expected = 0;
    for (int i = 0; i < leaves.length; i++) {
      assert leaves[i].key(0) == expected : leaves[i].key(0) + " != " + expected;
      expected = leaves[i].end();
      firstKeys[i] = (int) leaves[i].key(0);
    }
    assert expected == END : expected;
    return new Directory(leaves, firstKeys);
  }

  /** These leaves in the place of {@code [from, to)}; the range that they cover is the same. */
  Directory with(int from, int to, Leaf[] added) {
    int size = leaves.length - (to - from) + added.length;
    Leaf[] newLeaves = new Leaf[size];
    int[] newKeys = newKeys(size);
    int behind = leaves.length - to;
    System.arraycopy(leaves, 0, newLeaves, 0, from);
    System.arraycopy(firstKeys, 0, newKeys, 0, from);
    for (int i = 0; i < added.length; i++) {
      newLeaves[from + i] = added[i];
      newKeys[from + i] = (int) added[i].key(0);
    }
    System.arraycopy(leaves, to, newLeaves, from + added.length, behind);
    System.arraycopy(firstKeys, to, newKeys, from + added.length, behind);
    return new Directory(newLeaves, newKeys);
  }

  private static int[] newKeys(int count) {
    int[] keys = new int[count + STEP];
    Arrays.fill(keys, count, count + STEP, (int) END);
    return keys;
  }

  int size() {
    return leaves.length;
  }

  Leaf leaf(int i) {
    return leaves[i];
  }

  /** The leaf that answers for {@code lblk}. */
  Leaf leafOf(long lblk) {
    return leaves[indexOf(lblk)];
  }

  int indexOf(long lblk) {
    int slice = (int) Math.min(lblk >>> shift, slices.length - 2);
    int first = slices[slice];
    int last = slices[slice + 1];
    if (last - first <= STEP) {
      return SortedKeys.step(firstKeys, first, 1, lblk + 1);
    }
    while (first < last) {
      int middle = (first + last + 1) >>> 1;
      if (Integer.toUnsignedLong(firstKeys[middle]) <= lblk) {
        first = middle;
      } else {
        last = middle - 1;
      }
    }
    return first;
  }
}
