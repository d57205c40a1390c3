package org.ext4map.status;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.ext4map.model.Mapping;

/**
 * The leaves of one cache in order; together they cover every block a file can have. Which range
 * each of them covers never changes, so that a reader sees one partition; a leaf may be replaced by
 * another one for the same range. An insertion that needs another range pays for a copy; that is
 * one change in some hundred.
 *
 * <pre>
 *   lblk >>> shift ──▶ slices [ 0 | 0 | 0 | 0 | 1 | 1 | 1 | 1 | 1 | 2 | … ]   the leaf that holds the slice's first block
 *                                         ▼
 *   firstKeys                 [ 0 | 700 | 1900 | 2400 | … | end end end ]
 *   leaves                    [ ● | ●   | ●    | ●    | … ]
 * </pre>
 *
 * There are a few times as many slices as leaves, so that a step from a slice's leaf nearly always
 * ends the search; where leaves crowd together, a binary search of the slice's leaves goes on.
 */
final class Directory {
  /** One past the last logical block: EXT_MAX_BLOCKS. */
  static final long END = 0xFFFF_FFFFL;

  /** Leaves that one step can go on by; so many spare keys follow the last one. */
  private static final int STEP = 3;

  /** Slices for each leaf, as a power of two. */
  private static final int SLICES_SHIFT = 2;

  private static final VarHandle LEAF = MethodHandles.arrayElementVarHandle(Leaf[].class);

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
    this.shift = Math.max(0, keyBits - sliceBits - SLICES_SHIFT);
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

  /** Puts {@code leaf} in the place of leaf {@code i}, which covered the same range. */
  void replace(int i, Leaf leaf) {
    assert leaf.key(0) == leaves[i].key(0) && leaf.end() == leaves[i].end();
    LEAF.setRelease(leaves, i, leaf);
  }

  /** Answers for one block: {@link Leaf#lookup}. */
  int lookup(long lblk, int limit, Mapping out) {
    int i = indexOf(lblk);
    return leaves[i].lookup(lblk, limit, out, i);
  }

  /**
   * As {@link #lookup}, but looks only where {@code out} had its last answer from, and behind it.
   */
  int lookupFrom(long lblk, int limit, Mapping out) {
    int i = out.leaf();
    return i >= 0 && i < leaves.length ? leaves[i].lookupFrom(lblk, limit, out, i) : Leaf.RETRY;
  }

  /** The leaf that answers for {@code lblk}. */
  Leaf leafOf(long lblk) {
    return leaves[indexOf(lblk)];
  }

  int indexOf(long lblk) {
    if (leaves.length == 1) {
      return 0;
    }
    int slice = (int) Math.min(lblk >>> shift, slices.length - 1);
    int start = slices[slice];
    long behind =
        Entries.isBehind(firstKeys[start + 1], lblk)
            + Entries.isBehind(firstKeys[start + 2], lblk)
            + Entries.isBehind(firstKeys[start + 3], lblk);
    return behind != 0 ? start + STEP - (int) behind : searchOn(slice, start + STEP, lblk);
  }

  /** Goes on in a crowded slice, from a leaf that begins at or before {@code lblk}. */
  private int searchOn(int slice, int from, long lblk) {
    int low = from;
    int high = slices[Math.min(slice + 1, slices.length - 1)];
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (Integer.toUnsignedLong(firstKeys[middle]) <= lblk) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }
}
