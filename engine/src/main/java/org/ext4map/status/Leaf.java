package org.ext4map.status;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.ext4map.model.Mapping;

/**
 * Some hundred entries side by side: sorted keys, and one {@link EntryWord} for each.
 *
 * <p>Threads: {@link #lookup} is for everybody and takes no lock. The rest is for the holder of the
 * owner's esLock.
 */
final class Leaf {
  /** What {@link #lookup} found: the block's run or hole, written into the answer. */
  static final int FOUND = 1;

  /** What {@link #lookup} found: nothing is known of the block. */
  static final int UNKNOWN = 0;

  /**
   * {@link #lookup} met a change, or the leaf is no longer the block's: look again from the top.
   */
  static final int RETRY = -1;

  /** Room to grow into is an eighth, and at least so many entries. */
  private static final int MIN_SPARE = 3;

  /** Header and fields of the leaf, headers of two arrays, the directory's slots. */
  private static final int FIXED_BYTES = 32 + 2 * 16 + 16;

  private static final VarHandle SEQ;

  static {
    try {
      SEQ = MethodHandles.lookup().findVarHandle(Leaf.class, "seq", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Odd while the other fields change, and for ever once the leaf has left the directory. */
  private int seq;

  /** Somebody has looked here since the last sweep. Races lose nothing but a second chance. */
  private boolean referenced = true;

  /** Sorted, unsigned. Slots from {@link #count} on, at least one, hold the leaf's end. */
  private int[] keys;

  private long[] words;
  private int count;

  /** A leaf of {@code count} entries, copied, that ends at {@code end}. */
  Leaf(int[] keys, long[] words, int from, int count, long end) {
    assert count > 0;
    this.words = new long[capacityFor(count)];
    this.keys = new int[SortedKeys.slotsFor(this.words.length)];
    System.arraycopy(keys, from, this.keys, 0, count);
    System.arraycopy(words, from, this.words, 0, count);
    this.count = count;
    Arrays.fill(this.keys, count, this.keys.length, (int) end);
  }

  /** A leaf that knows nothing of {@code [first, end)}; not worth a slot to grow into. */
  static Leaf nothing(long first, long end) {
    Leaf leaf = new Leaf(new int[] {(int) first}, new long[] {EntryWord.NOTHING}, 0, 1, end);
    leaf.referenced = false;
    return leaf;
  }

  /**
   * Answers for one block, from a state the leaf really had.
   *
   * @return {@link #FOUND}, {@link #UNKNOWN} or {@link #RETRY}; {@code out} is filled if FOUND
   */
  int lookup(long lblk, Mapping out) {
    int before = (int) SEQ.getAcquire(this);
    int[] theKeys = keys;
    long[] theWords = words;
    int i = SortedKeys.floor(theKeys, lblk);
    // the arrays may belong to two different moments: lengths are checked, values are proven below
    if ((before & 1) != 0 || i + 1 >= theKeys.length || i >= theWords.length) {
      return RETRY;
    }
    long key = Integer.toUnsignedLong(theKeys[i]);
    long end = Integer.toUnsignedLong(theKeys[i + 1]);
    long word = theWords[i];
    VarHandle.loadLoadFence();
    if ((int) SEQ.getOpaque(this) != before || lblk < key) {
      return RETRY;
    }
    long run = EntryWord.runLength(word, end - key);
    long offset = lblk - key;
    if (offset < run) {
      out.setMapped(
          lblk, toLength(run - offset), EntryWord.pblk(word) + offset, EntryWord.state(word));
    } else if (EntryWord.isHoleAfter(word)) {
      out.setHole(lblk, toLength(end - lblk));
    } else {
      return UNKNOWN;
    }
    if (!referenced) {
      referenced = true;
    }
    return FOUND;
  }

  private static int toLength(long blocks) {
    return (int) Math.min(blocks, Integer.MAX_VALUE);
  }

  int count() {
    return count;
  }

  long key(int i) {
    return Integer.toUnsignedLong(keys[i]);
  }

  /** One past the interval of entry {@code i}. */
  long intervalEnd(int i) {
    return Integer.toUnsignedLong(keys[i + 1]);
  }

  long end() {
    return key(count);
  }

  long word(int i) {
    return words[i];
  }

  /** The entry whose interval holds {@code lblk}, which the leaf must hold. */
  int indexOf(long lblk) {
    assert lblk >= key(0) && lblk < end();
    return SortedKeys.floor(keys, lblk);
  }

  boolean knowsNothing() {
    return count == 1 && words[0] == EntryWord.NOTHING;
  }

  /** Bytes on the heap. */
  int bytes() {
    return FIXED_BYTES + keys.length * Integer.BYTES + words.length * Long.BYTES;
  }

  /** Puts {@code added} in the place of entries {@code [from, to)}; first key and end stay. */
  void splice(int from, int to, Edit added) {
    int newCount = count - (to - from) + added.count();
    int behind = count - to;
    int end = keys[count];
    beginChange();
    int[] newKeys = keys;
    long[] newWords = words;
    if (newCount > words.length || newCount * 2 < words.length - 2 * MIN_SPARE) {
      newWords = Arrays.copyOf(words, capacityFor(newCount));
      newKeys = Arrays.copyOf(keys, SortedKeys.slotsFor(newWords.length));
    }
    System.arraycopy(keys, to, newKeys, from + added.count(), behind);
    System.arraycopy(words, to, newWords, from + added.count(), behind);
    added.copyTo(newKeys, newWords, from);
    Arrays.fill(newKeys, newCount, newKeys.length, end);
    keys = newKeys;
    words = newWords;
    count = newCount;
    endChange();
  }

  private static int capacityFor(int count) {
    return Math.min(count + Math.max(MIN_SPARE, count >>> 3), SortedKeys.MAX_KEYS);
  }

  /** Copies entries {@code [from, to)} to the end of the two arrays. */
  void copyTo(int from, int to, int[] toKeys, long[] toWords, int at) {
    System.arraycopy(keys, from, toKeys, at, to - from);
    System.arraycopy(words, from, toWords, at, to - from);
  }

  /** Sends every reader that still holds this leaf back to the directory. */
  void retire() {
    beginChange();
  }

  /** Reads and clears the mark that somebody has looked here. */
  boolean takeReferenced() {
    boolean was = referenced;
    referenced = false;
    return was;
  }

  private void beginChange() {
    assert (seq & 1) == 0 : "leaf is being changed or has left";
    SEQ.setOpaque(this, seq + 1);
    VarHandle.storeStoreFence();
  }

  private void endChange() {
    SEQ.setRelease(this, seq + 1);
  }
}
