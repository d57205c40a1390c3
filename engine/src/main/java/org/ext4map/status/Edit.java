package org.ext4map.status;

import java.util.Arrays;
import org.ext4map.model.ExtentState;
import org.jspecify.annotations.Nullable;

/**
 * One change of a cache in the making: the range {@code [from, to)} gets new content, and the
 * entries around it are written anew so that equal neighbours become one.
 *
 * <pre>
 *   before   | entry a        | ...  dropped  ... | entry b          |
 *                     from |==================| to
 *   after    | a, cut | new segments, merged where they fit | b, cut |
 * </pre>
 *
 * {@link #open} copies the part before the range, {@code append} adds segments up to its end,
 * {@link #close} copies the part behind. The entries then stand here, ready to replace those from
 * {@link #firstEntry} of {@link #firstLeaf} to before {@link #afterEntry} of {@link #lastLeaf}.
 *
 * <p>Merge rule: same state, next to each other in the file, and on the device too if mapped. Trim
 * rule: what loses its front advances its physical block by as much. Reused; one thread at a time.
 */
final class Edit {
  private static final int INITIAL_ENTRIES = 16;

  private int[] entries = Entries.allocate(INITIAL_ENTRIES);
  private int count;

  private int firstLeaf;
  private int firstEntry;
  private int lastLeaf;
  private int afterEntry;
  private long to;

  /** The segment that may still grow: {@code [start, end)}; state null means nothing known. */
  private long start;

  private long end;
  private @Nullable ExtentState state;
  private long pblk;

  /** Begins to replace {@code [from, to)} of {@code directory}. */
  void open(Directory directory, long from, long to) {
    assert from >= 0 && from < to && to <= Directory.END : from + ".." + to;
    this.to = to;
    count = 0;
    firstLeaf = directory.indexOf(from);
    lastLeaf = directory.indexOf(to - 1);
    Leaf leaf = directory.leaf(firstLeaf);
    firstEntry = leaf.indexOf(from);
    if (leaf.key(firstEntry) == from && firstEntry > 0) {
      firstEntry--; // the neighbour on the left may merge
    }
    start = leaf.key(firstEntry);
    end = start;
    if (start < from) {
      appendEntry(leaf, firstEntry, start, Math.min(from, leaf.intervalEnd(firstEntry)));
    }
  }

  /** Adds a segment from where the last one ended up to {@code upTo}. */
  void append(long upTo, @Nullable ExtentState newState, long newPblk) {
    assert upTo > end : upTo + " <= " + end;
    boolean continues =
        end > start
            && state == newState
            && (newState == null || !newState.isMapped() || pblk + (end - start) == newPblk);
    if (!continues) {
      emit();
      start = end;
      state = newState;
      pblk = newPblk;
    }
    end = upTo;
  }

  /** Adds the part {@code [from, upTo)} of {@code runs} and of the holes between them. */
  void appendRuns(KnownRuns runs, long from, long upTo) {
    assert end == from;
    for (int i = firstEndingAfter(runs, from); i < runs.count() && runs.lblk(i) < upTo; i++) {
      long first = runs.lblk(i);
      if (first > end) {
        append(first, ExtentState.HOLE, 0);
      }
      append(Math.min(first + runs.length(i), upTo), runs.state(i), runs.pblk(i) + (end - first));
    }
    if (end < upTo) {
      append(upTo, ExtentState.HOLE, 0);
    }
  }

  private static int firstEndingAfter(KnownRuns runs, long lblk) {
    int low = 0;
    int high = runs.count();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (runs.lblk(middle) + runs.length(middle) <= lblk) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Ends the change: adds what stands behind the range. */
  void close(Directory directory) {
    assert end == to : end + " != " + to;
    Leaf leaf = directory.leaf(lastLeaf);
    if (to < leaf.end()) {
      int i = leaf.indexOf(to);
      afterEntry = i + 1;
      appendEntry(leaf, i, to, leaf.intervalEnd(i));
    } else {
      afterEntry = leaf.count();
    }
    emit();
  }

  private void appendEntry(Leaf leaf, int i, long from, long upTo) {
    long key = leaf.key(i);
    long word = leaf.word(i);
    long runEnd = key + EntryWord.runLength(word, leaf.intervalEnd(i) - key);
    if (from < runEnd) {
      append(Math.min(runEnd, upTo), EntryWord.state(word), EntryWord.pblk(word) + (from - key));
    }
    if (runEnd < upTo) {
      append(upTo, EntryWord.isHoleAfter(word) ? ExtentState.HOLE : null, 0);
    }
  }

  /** Turns the finished segment into an entry, or into the tail of the last one. */
  private void emit() {
    if (end == start) {
      return;
    }
    if (state != null && state.isMapped()) {
      put(start, EntryWord.fullRun(pblk, state));
      return;
    }
    boolean hole = state == ExtentState.HOLE;
    if (count > 0 && start - key(count - 1) <= EntryWord.MAX_SHORT_RUN) {
      long before = Entries.word(entries, count - 1);
      if (EntryWord.isFullRun(before)) {
        int run = (int) (start - key(count - 1));
        Entries.setWord(entries, count - 1, EntryWord.shortened(before, run, hole));
        return;
      }
    }
    put(start, hole ? EntryWord.ALL_HOLE : EntryWord.NOTHING);
  }

  private void put(long key, long word) {
    if (count * Entries.INTS == entries.length) {
      entries = Arrays.copyOf(entries, entries.length * 2);
    }
    Entries.setKey(entries, count, key);
    Entries.setWord(entries, count, word);
    count++;
  }

  /** The key of new entry {@code i}. */
  long key(int i) {
    return Entries.key(entries, i);
  }

  int count() {
    return count;
  }

  int firstLeaf() {
    return firstLeaf;
  }

  int firstEntry() {
    return firstEntry;
  }

  int lastLeaf() {
    return lastLeaf;
  }

  int afterEntry() {
    return afterEntry;
  }

  /** Copies the new entries to {@code at} of another array. */
  void copyTo(int[] to, int at) {
    Entries.copy(entries, 0, to, at, count);
  }
}
