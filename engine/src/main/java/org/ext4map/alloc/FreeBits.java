package org.ext4map.alloc;

import java.nio.ByteBuffer;
import org.ext4map.ondisk.LittleEndian;
import org.jspecify.annotations.Nullable;

/**
 * The free bits of one group: those that neither the bitmap nor the hidden set has. A view, valid
 * as long as the group's lock is held.
 */
final class FreeBits {
  private final ByteBuffer bitmap;
  private final long @Nullable [] hidden;
  private final int bits;

  /**
   * Looks at the first {@code bits} bits.
   *
   * @param bitmap the on-disk bitmap, padded with ones to a multiple of 64 bits
   * @param hidden one bit for each bit that is not to be used although it is free on disk
   */
  FreeBits(ByteBuffer bitmap, long @Nullable [] hidden, int bits) {
    this.bitmap = bitmap;
    this.hidden = hidden;
    this.bits = bits;
  }

  /** A run of free bits; {@code length} 0 for none. */
  record Run(int start, int length) {
    static final Run NONE = new Run(0, 0);
  }

  private long usedWord(int i) {
    long used = LittleEndian.i64(bitmap, i * Long.BYTES);
    return hidden == null ? used : used | hidden[i];
  }

  /** The first free bit at or after {@code from}; the number of bits if there is none. */
  int nextFree(int from) {
    return next(from, ~0L);
  }

  /**
   * The first bit at or after {@code from} that is not free; the number of bits if there is none.
   */
  int nextUsed(int from) {
    return next(from, 0);
  }

  private int next(int from, long flip) {
    if (from >= bits) {
      return bits;
    }
    int i = from / Long.SIZE;
    long word = (usedWord(i) ^ flip) & (~0L << from);
    while (word == 0) {
      i++;
      if (i * Long.SIZE >= bits) {
        return bits;
      }
      word = usedWord(i) ^ flip;
    }
    return Math.min(bits, i * Long.SIZE + Long.numberOfTrailingZeros(word));
  }

  /** How many bits are free from {@code from} on without a gap. */
  int runAt(int from) {
    return nextUsed(from) - from;
  }

  /** How many bits are free in all. */
  int count() {
    int free = 0;
    for (int at = nextFree(0); at < bits; at = nextFree(nextUsed(at))) {
      free += runAt(at);
    }
    return free;
  }

  /**
   * The smallest run that holds {@code want} bits, the first one at or after {@code from} if there
   * are several; if none does, the longest.
   */
  Run bestFit(int from, int want) {
    Run best = Run.NONE;
    int begin = Math.min(from, bits);
    for (int at = nextFree(begin); at < bits; at = nextFree(nextUsed(at))) {
      best = better(best, new Run(at, runAt(at)), want);
    }
    for (int at = nextFree(0); at < begin; at = nextFree(nextUsed(at))) {
      best = better(best, new Run(at, runAt(at)), want);
    }
    return best;
  }

  private static Run better(Run best, Run run, int want) {
    boolean improves =
        best.length < want
            ? run.length > best.length
            : run.length >= want && run.length < best.length;
    return improves ? run : best;
  }

  /** The length of the longest run. */
  int longest() {
    return bestFit(0, Integer.MAX_VALUE).length;
  }
}
