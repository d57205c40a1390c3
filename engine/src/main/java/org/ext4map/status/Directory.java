package org.ext4map.status;

/**
 * The leaves of one cache in order; together they cover every block a file can have. Immutable, so
 * that a reader sees one state of it. An insertion that needs another leaf pays for a copy; that is
 * one change in some hundred.
 */
final class Directory {
  /** One past the last logical block: EXT_MAX_BLOCKS. */
  static final long END = 0xFFFF_FFFFL;

  /** Nothing is known. Shared by all caches, so it is never changed in place. */
  static final Directory NOTHING = new Directory(new int[] {0}, new Leaf[] {Leaf.nothing(0, END)});

  private final int[] firstKeys;
  private final Leaf[] leaves;

  private Directory(int[] firstKeys, Leaf[] leaves) {
    this.firstKeys = firstKeys;
    this.leaves = leaves;
  }

  /** These leaves, which must follow each other from block 0 to the end. */
  static Directory of(Leaf[] leaves) {
    int[] firstKeys = new int[leaves.length];
    long expected = 0;
    for (int i = 0; i < leaves.length; i++) {
      assert leaves[i].key(0) == expected : leaves[i].key(0) + " != " + expected;
      expected = leaves[i].end();
      firstKeys[i] = (int) leaves[i].key(0);
    }
    assert expected == END : expected;
    return new Directory(firstKeys, leaves);
  }

  /** These leaves in the place of {@code [from, to)}; the range that they cover is the same. */
  Directory with(int from, int to, Leaf[] added) {
    int size = leaves.length - (to - from) + added.length;
    Leaf[] newLeaves = new Leaf[size];
    int[] newKeys = new int[size];
    int behind = leaves.length - to;
    System.arraycopy(leaves, 0, newLeaves, 0, from);
    System.arraycopy(firstKeys, 0, newKeys, 0, from);
    for (int i = 0; i < added.length; i++) {
      newLeaves[from + i] = added[i];
      newKeys[from + i] = (int) added[i].key(0);
    }
    System.arraycopy(leaves, to, newLeaves, from + added.length, behind);
    System.arraycopy(firstKeys, to, newKeys, from + added.length, behind);
    return new Directory(newKeys, newLeaves);
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
    return Leaf.floor(firstKeys, lblk);
  }
}
