package org.ext4map.alloc;

import java.nio.ByteBuffer;
import org.ext4map.ondisk.LittleEndian;
import org.jspecify.annotations.Nullable;

/**
 * The free bits of one group: those that neither the bitmap nor the hidden set has. A view, valid
 * as long as the group's lock is held.
 */
final class FreeBits {
  /** Linux fs/ext4/mballoc.h: MB_DEFAULT_MAX_TO_SCAN. */
  private static final int MAX_TO_SCAN = 200;

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
   * A small run that holds {@code want} bits, or else a long one; if none has {@code least}, the
   * longest of all.
   *
   * <p>Looks from {@code from} on and then from the front. A run of just {@code want} ends the
   * search; so does any that has {@code least} once {@value #MAX_TO_SCAN} runs have been looked at,
   * as in ext4's mb_max_to_scan: in a group of many small gaps the best is not worth more.
   */
  Run bestFit(int from, int want, int least) {
    int begin = Math.min(from, bits);
    Scan scan = new Scan(want, least);
    scan.between(begin, bits);
    scan.between(0, begin);
    return scan.best;
  }

  /** The best run so far. */
  private final class Scan {
    private final int want;
    private final int least;
    private int seen;
    private Run best = Run.NONE;

    Scan(int want, int least) {
      this.want = want;
      this.least = least;
    }

    /** Looks at the runs that start in [from, to). */
    void between(int from, int to) {
      int at = nextFree(from);
      while (at < to && !isGoodEnough()) {
        int end = nextUsed(at);
        if (improves(end - at)) {
          best = new Run(at, end - at);
        }
        seen++;
        at = nextFree(end);
      }
    }

    private boolean improves(int length) {
      return best.length < want ? length > best.length : length >= want && length < best.length;
    }

    private boolean isGoodEnough() {
      return best.length == want || (best.length >= least && seen >= MAX_TO_SCAN);
    }
  }
}
