package org.ext4map.status;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.ext4map.model.ExtentState;
import org.ext4map.model.Mapping;

/**
 * Some hundred sorted entries, and a table that says where to begin to search.
 *
 * <pre>
 *   (lblk - first) >>> shift ──▶ slots [ 0 | 0 | 2 | 3 | 3 | … ]   the entry that holds the slot's first block
 *                                               ▼
 *   entries  [ 0:W  | 7:W  | 40:U | 52:W | 61:U | … | end end end end end end end ]
 *                                   └── the next few keys are compared, all of them, none waits ──┘
 * </pre>
 *
 * There are about as many slots as entries, so that the few comparisons nearly always end the
 * search; where entries crowd together, a binary search of the slot's entries goes on. No branch
 * depends on a key, because a random one is guessed wrong every other time.
 *
 * <p>Threads: {@link #lookup} and {@link #lookupFrom} are for everybody and take no lock. The rest
 * is for the holder of the owner's esLock.
 */
final class Leaf {
  /** What {@link #lookup} found: the block's run or hole, written into the answer. */
  static final int FOUND = 1;

  /** What {@link #lookup} found: nothing is known of the block. */
  static final int UNKNOWN = 0;

  /** {@link #lookup} met a change, or not the block: look again from the top. */
  static final int RETRY = -1;

  /** Keys that are compared at once; so many spare ones follow the last entry's. */
  static final int WINDOW = 7;

  /** Room to grow into, of entries, that each leaf begins with unless it is full. */
  static final int MIN_SPARE = 3;

  /** Header and fields of the leaf, headers of two arrays, the directory's share. */
  private static final int FIXED_BYTES = 40 + 2 * 16 + 24;

  private static final VarHandle SEQ;

  static {
    try {
      SEQ = MethodHandles.lookup().findVarHandle(Leaf.class, "seq", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** The first key, unsigned. */
  private final int first;

  /** Blocks in a slot, as a power of two; at least 1, so that a slot's number is no sign. */
  private final int shift;

  /**
   * Where the entry stands in the array that holds the slot's first block; the last slot answers
   * for all behind it too.
   */
  private final char[] slots;

  /** Sorted. Keys from {@link #count} on, at least {@link #WINDOW}, are the leaf's end. */
  private final int[] entries;

  /** Holds the two. */
  private final Room room;

  private int count;

  /** Odd while slots and entries change, and for ever once the leaf has left the directory. */
  private int seq;

  /** Somebody has looked here since the last sweep. Races lose nothing but a second chance. */
  private boolean referenced = true;

  /**
   * A leaf of {@code count} entries, copied, that ends at {@code end}.
   *
   * @param room for as many; its arrays are the leaf's until that has left the directory
   */
  Leaf(Room room, int[] source, int from, int count, long end) {
    assert count > 0 && count <= room.capacity() : count;
    this.count = count;
    this.room = room;
    this.entries = room.entries;
    this.slots = room.slots;
    Entries.copy(source, from, entries, 0, count);
    Entries.fill(entries, count, room.capacity() + WINDOW, end);
    this.first = entries[0];
    this.shift = shiftFor(key(count - 1));
    setSlots(0, 0, slots.length);
  }

  /** A leaf that knows nothing of {@code [first, end)}; not worth a slot to grow into. */
  static Leaf nothing(long first, long end) {
    int[] entry = Entries.allocate(1);
    Entries.setKey(entry, 0, first);
    Entries.setWord(entry, 0, EntryWord.NOTHING);
    Leaf leaf = new Leaf(new Room(1 + MIN_SPARE), entry, 0, 1, end);
    leaf.referenced = false;
    return leaf;
  }

  /**
   * Answers for one block, from a state the leaf really had.
   *
   * @param lblk one of the leaf's blocks
   * @param limit blocks that the answer may have
   * @param number of the leaf, which {@code out} shall remember
   * @return {@link #FOUND}, {@link #UNKNOWN} or {@link #RETRY}; {@code out} is filled if FOUND
   */
  int lookup(long lblk, int limit, Mapping out, int number) {
    int before = seqToMeetAgain();
    int at = search(lblk);
    out.setPlace(number, at);
    return answer(at, before, lblk, limit, out);
  }

  /**
   * As {@link #lookup}, but for any block, and looks only at the entry that {@code out} remembers
   * and at the one behind it.
   */
  int lookupFrom(long lblk, int limit, Mapping out, int number) {
    int before = seqToMeetAgain();
    int start = out.entry(); // anybody may have set it
    if (start % Entries.INTS != 0 || start < 0 || start >= entries.length - 2 * Entries.INTS) {
      return RETRY;
    }
    int at = lblk < keyAt(start + Entries.INTS) ? start : start + Entries.INTS;
    if (lblk < keyAt(at) || lblk >= keyAt(at + Entries.INTS)) {
      return RETRY;
    }
    out.setPlace(number, at);
    return answer(at, before, lblk, limit, out);
  }

  /** What {@link #seq} must still be when all is read; an odd number, made even, it never will. */
  private int seqToMeetAgain() {
    return (int) SEQ.getAcquire(this) & ~1;
  }

  private long keyAt(int at) {
    return Integer.toUnsignedLong(entries[at]);
  }

  /** The answer of the entry at {@code at} of the array, if {@link #seq} is as before. */
  private int answer(int at, int before, long lblk, int limit, Mapping out) {
    long key = keyAt(at);
    long interval = keyAt(at + Entries.INTS) - key;
    long word = Entries.wordAt(entries, at);
    VarHandle.loadLoadFence();
    if ((int) SEQ.getOpaque(this) != before) {
      return RETRY; // the parts may belong to different moments
    }
    long offset = lblk - key;
    long run = EntryWord.runLength(word, interval);
    long behind = (run - 1 - offset) >> 63; // all ones behind the run, else 0
    if ((behind & ~word) < 0) {
      return UNKNOWN;
    }
    out.set(
        lblk,
        (int) Math.min(run - offset + (behind & (interval - run)), limit),
        (EntryWord.pblk(word) + offset) & ~behind,
        EntryWord.stateCode(word) & (int) ~behind);
    if (!referenced) {
      referenced = true;
    }
    return FOUND;
  }

  /**
   * Where in the array the entry begins whose interval holds {@code lblk}, one of the leaf's
   * blocks; any entry if the leaf changes meanwhile.
   */
  private int search(long lblk) {
    int slot = Math.min(((int) lblk - first) >>> shift, slots.length - 1);
    int at = slots[slot];
    int[] e = entries;
    // how many of the next seven entries begin behind the block
    long over =
        Entries.isBehind(e[at + 3], lblk)
            + Entries.isBehind(e[at + 6], lblk)
            + (Entries.isBehind(e[at + 9], lblk) + Entries.isBehind(e[at + 12], lblk))
            + (Entries.isBehind(e[at + 15], lblk)
                + Entries.isBehind(e[at + 18], lblk)
                + Entries.isBehind(e[at + 21], lblk));
    return over != 0 ? at + Entries.INTS * (WINDOW - (int) over) : searchOn(slot, at, lblk);
  }

  /** Goes on in a crowded slot, from an entry that is known to begin at or before {@code lblk}. */
  private int searchOn(int slot, int at, long lblk) {
    int low = at / Entries.INTS + WINDOW;
    int high = slot + 1 < slots.length ? slots[slot + 1] / Entries.INTS : capacity() - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (key(middle) <= lblk) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low * Entries.INTS;
  }

  int count() {
    return count;
  }

  long key(int i) {
    return Entries.key(entries, i);
  }

  /** One past the interval of entry {@code i}. */
  long intervalEnd(int i) {
    return key(i + 1);
  }

  long end() {
    return key(count);
  }

  long word(int i) {
    return Entries.word(entries, i);
  }

  /** The entry whose interval holds {@code lblk}, which the leaf must hold. */
  int indexOf(long lblk) {
    assert lblk >= key(0) && lblk < end();
    return search(lblk) / Entries.INTS;
  }

  boolean knowsNothing() {
    return count == 1 && word(0) == EntryWord.NOTHING;
  }

  /** Bytes on the heap. */
  int bytes() {
    return FIXED_BYTES + room.bytes();
  }

  /** The two arrays; when the leaf has left the directory they may be another's. */
  Room room() {
    return room;
  }

  private int capacity() {
    return entries.length / Entries.INTS - WINDOW;
  }

  /** The shift with which the slots reach just beyond {@code lastKey}. */
  private int shiftFor(long lastKey) {
    if (slots.length == 1) {
      return Integer.SIZE - 1;
    }
    int bits = Long.SIZE - Long.numberOfLeadingZeros(lastKey - Integer.toUnsignedLong(first));
    return Math.max(1, bits - Integer.numberOfTrailingZeros(slots.length));
  }

  /**
   * Puts {@code added} in the place of entries {@code [from, to)}; first key and end stay.
   *
   * @return false if a new leaf should be made instead: for want of room, of entries, or of slots
   *     that reach to the last key; nothing has changed
   */
  boolean splice(int from, int to, Edit added) {
    int grown = added.count() - (to - from);
    int newCount = count + grown;
    int capacity = capacity();
    if (newCount > capacity || newCount * 2 < capacity - 2 * MIN_SPARE) {
      return false;
    }
    int wanted = shiftFor(to < count ? key(count - 1) : added.key(added.count() - 1));
    if (wanted > shift || wanted < shift - 1) {
      return false;
    }
    assert added.key(0) == key(from) : added.key(0) + " != " + key(from);
    long end = end();
    beginChange();
    Entries.copy(entries, to, entries, from + added.count(), count - to);
    added.copyTo(entries, from);
    Entries.fill(entries, newCount, Math.max(newCount, count), end);
    count = newCount;
    int afterSlot = slotFrom(key(from + added.count()));
    setSlots(from, slotFrom(key(from)), afterSlot);
    moveSlots(afterSlot, grown);
    endChange();
    return true;
  }

  /**
   * Moves the border between two runs: the one that ends where {@code lblk} begins takes {@code
   * length} blocks from the one behind it, which keeps some. What a conversion in order does.
   *
   * @return false if that is not all there is to do, or not possible; nothing has changed
   */
  boolean takeFromNext(long lblk, long length, ExtentState state, long pblk) {
    int i = indexOf(lblk);
    if (i == 0 || key(i) != lblk) {
      return false;
    }
    long before = word(i - 1);
    long next = word(i);
    long key = lblk + length;
    if (!EntryWord.isFullRun(before)
        || !EntryWord.isFullRun(next)
        || EntryWord.state(before) != state
        || EntryWord.pblk(before) + (lblk - key(i - 1)) != pblk
        || key >= intervalEnd(i)
        || (i == count - 1 && shiftFor(key) > shift)) {
      return false;
    }
    int from = slotFrom(lblk);
    int to = slotFrom(key);
    beginChange();
    Entries.setKey(entries, i, key);
    Entries.setWord(
        entries, i, EntryWord.fullRun(EntryWord.pblk(next) + length, EntryWord.state(next)));
    Arrays.fill(slots, from, to, (char) ((i - 1) * Entries.INTS));
    endChange();
    return true;
  }

  /** The first slot that begins at {@code key} or behind it. */
  private int slotFrom(long key) {
    long blocks = key - Integer.toUnsignedLong(first);
    return (int) Math.min((blocks + (1L << shift) - 1) >>> shift, slots.length);
  }

  /**
   * Sets slots {@code [from, to)}, all of which begin at or behind entry {@code i}. Each entry
   * writes itself into the first slot that begins at its key or behind it, over those before it;
   * what nobody wrote takes what stands before it.
   */
  private void setSlots(int i, int from, int to) {
    Arrays.fill(slots, from, to, (char) 0);
    long roundUp = (1L << shift) - 1 - Integer.toUnsignedLong(first);
    for (int at = i * Entries.INTS; at < count * Entries.INTS; at += Entries.INTS) {
      long slot = (keyAt(at) + roundUp) >>> shift;
      if (slot >= to) {
        break;
      }
      slots[(int) slot] = (char) at;
    }
    int last = i * Entries.INTS;
    for (int slot = from; slot < to; slot++) {
      last = Math.max(last, slots[slot]);
      slots[slot] = (char) last;
    }
  }

  private void moveSlots(int from, int by) {
    if (by != 0) {
      for (int slot = from; slot < slots.length; slot++) {
        slots[slot] += (char) (by * Entries.INTS);
      }
    }
  }

  /** Copies {@code howMany} entries to another array. */
  void copyTo(int from, int howMany, int[] to, int at) {
    Entries.copy(entries, from, to, at, howMany);
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
