package org.ext4map.status;

/**
 * For how many entries leaves have room. One that grows gets one of a few sizes, so that the room
 * that it leaves can be another's; see {@link SpareRooms}.
 */
final class LeafSizes {
  /** What everybody uses: one that has just been cut in two, one that grew, one that is full. */
  static final LeafSizes USUAL = new LeafSizes(511, 320, 416, 511);

  /** Room to grow into: one entry for so many, as a power of two. */
  private static final int SPARE_SHIFT = 3;

  /** The same in a leaf that has just grown, and will again. */
  private static final int GROWING_SPARE_SHIFT = 2;

  private final int most;
  private final int[] growing;

  /**
   * Sizes of leaves.
   *
   * @param most entries of a leaf; with more it is cut in two
   * @param growing the sizes of leaves that grow, ascending; no leaf is larger than the last
   */
  LeafSizes(int most, int... growing) {
    this.most = most;
    this.growing = growing;
  }

  /** Small leaves, for tests that want to split them. */
  static LeafSizes ofAtMost(int entries) {
    return new LeafSizes(entries, USUAL.growing);
  }

  /** Entries in a leaf at most. */
  int most() {
    return most;
  }

  /**
   * Entries that a leaf of {@code count} gets room for.
   *
   * @param grows true if it takes the place of one that has become too small
   */
  int capacityFor(int count, boolean grows) {
    int largest = growing[growing.length - 1];
    int spare = Math.max(Leaf.MIN_SPARE, count >>> (grows ? GROWING_SPARE_SHIFT : SPARE_SHIFT));
    int wanted = Math.min(count + spare, largest);
    if (!grows || count < largest / 2) {
      return wanted;
    }
    int i = 0;
    while (growing[i] < wanted) {
      i++;
    }
    return growing[i];
  }

  /** True if a leaf that grows may want room for {@code capacity} entries. */
  boolean isUsual(int capacity) {
    for (int size : growing) {
      if (size == capacity) {
        return true;
      }
    }
    return false;
  }
}
