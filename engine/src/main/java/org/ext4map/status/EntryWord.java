package org.ext4map.status;

import org.ext4map.model.ExtentState;

/**
 * The second word of an entry: what the blocks from its key up to the next key hold.
 *
 * <pre>
 *   63          62         61 ... 48     47 ... 0
 *   hole after  unwritten  run length    physical block of the run's first block
 *
 *   run length  0: no run;  1 … 16382: so many blocks;  16383: up to the next key
 *   hole after  the blocks behind the run are a known hole; otherwise nothing is known of them
 * </pre>
 *
 * So 0 says that nothing is known of the whole interval.
 */
final class EntryWord {
  /** Nothing is known of the interval. */
  static final long NOTHING = 0;

  /** The interval is a hole. */
  static final long ALL_HOLE = 1L << 63;

  /** The longest run that can have something else behind it in the same entry. */
  static final int MAX_SHORT_RUN = (1 << 14) - 2;

  /** One past the last physical block that an entry can hold. */
  static final long PBLK_LIMIT = 1L << 48;

  private static final int LENGTH_BITS = 14;
  private static final int TO_NEXT_KEY = (1 << LENGTH_BITS) - 1;
  private static final int LENGTH_SHIFT = 48;
  private static final int UNWRITTEN_SHIFT = 62;
  private static final long UNWRITTEN = 1L << UNWRITTEN_SHIFT;
  private static final long PBLK_MASK = PBLK_LIMIT - 1;

  private static final int WRITTEN_CODE = ExtentState.WRITTEN.code();

  private EntryWord() {}

  /** A run that fills its interval. */
  static long fullRun(long pblk, ExtentState state) {
    assert state.isMapped() && pblk >= 0 && pblk < PBLK_LIMIT : state + "@" + pblk;
    long word = pblk | (long) TO_NEXT_KEY << LENGTH_SHIFT;
    return state == ExtentState.UNWRITTEN ? word | UNWRITTEN : word;
  }

  /** The same run, now {@code length} blocks long and followed by a hole or by nothing known. */
  static long shortened(long word, int length, boolean holeAfter) {
    assert length > 0 && length <= MAX_SHORT_RUN : length;
    long cleared = word & ~((long) TO_NEXT_KEY << LENGTH_SHIFT | ALL_HOLE);
    return cleared | (long) length << LENGTH_SHIFT | (holeAfter ? ALL_HOLE : 0);
  }

  /** Blocks of the run in an interval of {@code interval} blocks; 0 if there is none. No branch. */
  static long runLength(long word, long interval) {
    long code = (word >>> LENGTH_SHIFT) & TO_NEXT_KEY;
    long full = -((code + 1) >>> LENGTH_BITS); // all ones if the run goes on to the next key
    return (code & ~full) | (interval & full);
  }

  /** True if the run fills its interval, whatever its length. */
  static boolean isFullRun(long word) {
    return ((int) (word >>> LENGTH_SHIFT) & TO_NEXT_KEY) == TO_NEXT_KEY;
  }

  /** True if the blocks behind the run are a known hole. */
  static boolean isHoleAfter(long word) {
    return word < 0;
  }

  /** The physical block of the run's first block. */
  static long pblk(long word) {
    return word & PBLK_MASK;
  }

  /** The code of the run's state. No branch. */
  static int stateCode(long word) {
    return WRITTEN_CODE + ((int) (word >>> UNWRITTEN_SHIFT) & 1);
  }

  /** The run's state. */
  static ExtentState state(long word) {
    return (word & UNWRITTEN) == 0 ? ExtentState.WRITTEN : ExtentState.UNWRITTEN;
  }
}
