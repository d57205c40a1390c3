package org.ext4map.load;

import java.nio.ByteBuffer;
import java.util.function.LongPredicate;

/**
 * What a block of a stressed file holds: every eight bytes say which write made them, and where
 * they belong. So a block that was lost, torn, put elsewhere or belongs to another file is told
 * apart.
 */
final class Stamp {
  /** What a block holds that was never written, or punched. */
  static final long ZEROS = 0;

  /** What {@link #check} answers for bytes that no single write can have made. */
  static final long BROKEN = -1;

  /** What {@link #check} answers if nothing is wrong. */
  static final long FITTING = -2;

  private static final int SECTOR_BYTES = 512;

  private static final long PLACE = 0x9E3779B97F4A7C15L;

  private Stamp() {}

  /**
   * Fills {@code [at, at + length)}.
   *
   * @param write 1 …; tells this write from all others
   * @param position of the first byte in the file; a multiple of 8
   */
  static void fill(ByteBuffer bytes, int at, int length, long write, long position) {
    for (int i = 0; i < length; i += Long.BYTES) {
      bytes.putLong(at + i, write ^ (position + i) * PLACE);
    }
  }

  /**
   * Looks whether {@code [at, at + length)} holds what it may.
   *
   * @param allowed asked for each sector in turn: devices keep sectors whole, not blocks, when two
   *     write the same block at once
   * @return {@link #FITTING} if all sectors are allowed, else what the first one holds that is not
   */
  static long check(ByteBuffer bytes, int at, int length, long position, LongPredicate allowed) {
    for (int from = 0; from < length; from += SECTOR_BYTES) {
      long found = readSector(bytes, at + from, position + from);
      if (found == BROKEN || !allowed.test(found)) {
        return found;
      }
    }
    return FITTING;
  }

  private static long readSector(ByteBuffer bytes, int at, long position) {
    long first = bytes.getLong(at);
    long write = first == 0 ? ZEROS : first ^ (position * PLACE);
    for (int i = 0; i < SECTOR_BYTES; i += Long.BYTES) {
      long expected = write == ZEROS ? 0 : write ^ ((position + i) * PLACE);
      if (bytes.getLong(at + i) != expected) {
        return BROKEN;
      }
    }
    return write >= 0 ? write : BROKEN;
  }
}
