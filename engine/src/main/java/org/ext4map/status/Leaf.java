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

  /** Spare slots are an eighth, and at least so many: one for the end, some to grow into. */
  private static final int MIN_SPARE = 4;

  /** Header of an object and of two arrays, and a directory's two slots. */
  private static final int FIXED_BYTES = 32 + 2 * 16 + 8;

  private static final int ENTRY_BYTES = Integer.BYTES + Long.BYTES;

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
    int capacity = capacityFor(count);
    this.keys = Arrays.copyOf(Arrays.copyOfRange(keys, from, from + count), capacity);
    this.words = Arrays.copyOf(Arrays.copyOfRange(words, from, from + count), capacity);
    this.count = count;
    Arrays.fill(this.keys, count, capacity, (int) end);
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
    int i = floor(theKeys, lblk);
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

  /**
   * The index of the last key that is at most {@code lblk}, or 0 if there is none. Without a branch
   * that depends on the keys, because a random one is wrong every other time.
   */
  static int floor(int[] keys, long lblk) {
    int base = 0;
    int length = keys.length;
    while (length > 1) {
      int half = length >>> 1;
      long notAfter = ~((lblk - Integer.toUnsignedLong(keys[base + half])) >> 63);
      base += (int) notAfter & half;
      length -= half;
    }
    return base;
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
    return floor(keys, lblk);
  }

  boolean knowsNothing() {
    return count == 1 && words[0] == EntryWord.NOTHING;
  }

  /** Bytes on the heap. */
  int bytes() {
    return bytesFor(keys.length);
  }

  static int bytesFor(int slots) {
    return FIXED_BYTES + slots * ENTRY_BYTES;
  }

  /** Puts {@code added} in the place of entries {@code [from, to)}; first key and end stay. */
  void splice(int from, int to, Edit added) {
    int newCount = count - (to - from) + added.count();
    int behind = count - to;
    int end = keys[count];
    beginChange();
    int[] newKeys = keys;
    long[] newWords = words;
    if (newCount >= keys.length || newCount * 2 < keys.length - 2 * MIN_SPARE) {
      newKeys = Arrays.copyOf(keys, capacityFor(newCount));
      newWords = Arrays.copyOf(words, newKeys.length);
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
    return count + Math.max(MIN_SPARE, count >>> 3);
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
