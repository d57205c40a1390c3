package org.ext4map.ondisk;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * CRC-32C as ext4 and jbd2 chain it: a 32-bit state goes in, bytes pass, a state comes out, and
 * nothing is inverted at either end ({@code ext4_chksum}, {@code jbd2_chksum}). The first state is
 * {@link #SEED}.
 *
 * <p>{@link CRC32C} of the JDK is fast (the CPU's own instruction) but always starts at ~0. To
 * start at any other state we first feed it the four bytes that lead from ~0 to that state: a CRC
 * is linear, so feeding four bytes {@code p} from state {@code s} gives {@code T(s ^ p)} with a T
 * that can be undone, hence {@code p = T⁻¹(wanted) ^ ~0}.
 */
public final class Crc32c {
  /** The state every checksum of ext4 starts from unless it is chained: ~0. */
  public static final int SEED = 0xFFFFFFFF;

  private static final int POLYNOMIAL = 0x82F63B78;

  /** UNDO[b] is the part of a state that a step ending in top byte {@code b} has mixed in. */
  private static final int[] UNDO = new int[256];

  static {
    for (int low = 0; low < 256; low++) {
      int step = low;
      for (int bit = 0; bit < 8; bit++) {
        step = (step >>> 1) ^ ((step & 1) == 0 ? 0 : POLYNOMIAL);
      }
      UNDO[step >>> 24] = (step << 8) | low;
    }
  }

  /** One for each thread, so that a checksum makes no object; nobody keeps it beyond a method. */
  private static final ThreadLocal<CRC32C> OWN =
      new ThreadLocal<>() {
        @Override
        protected CRC32C initialValue() {
          return new CRC32C();
        }
      };

  private Crc32c() {}

  /**
   * The state after {@code length} bytes from {@code index}; the buffer's position is neither used
   * nor moved.
   */
  public static int update(int state, ByteBuffer bytes, int index, int length) {
    CRC32C crc = startingAt(state);
    if (bytes.hasArray()) {
      crc.update(bytes.array(), bytes.arrayOffset() + index, length);
    } else {
      crc.update(bytes.duplicate().limit(index + length).position(index));
    }
    return (int) ~crc.getValue();
  }

  /** The state after all of {@code bytes}. */
  public static int update(int state, byte[] bytes) {
    CRC32C crc = startingAt(state);
    crc.update(bytes, 0, bytes.length);
    return (int) ~crc.getValue();
  }

  /** The state after the 32 bits of {@code value}, lowest byte first. */
  public static int updateLe32(int state, int value) {
    CRC32C crc = startingAt(state);
    feedLe32(crc, value);
    return (int) ~crc.getValue();
  }

  /** The state after the 64 bits of {@code value}, lowest byte first. */
  public static int updateLe64(int state, long value) {
    return updateLe32(updateLe32(state, (int) value), (int) (value >>> 32));
  }

  /** The state after the 32 bits of {@code value}, highest byte first (jbd2). */
  public static int updateBe32(int state, int value) {
    return updateLe32(state, Integer.reverseBytes(value));
  }

  /**
   * The state after {@code count} zero bytes: a checksum field counts as zero in its own checksum.
   */
  public static int updateZeros(int state, int count) {
    CRC32C crc = startingAt(state);
    for (int i = 0; i < count; i++) {
      crc.update(0);
    }
    return (int) ~crc.getValue();
  }

  private static CRC32C startingAt(int state) {
    CRC32C crc = OWN.get();
    crc.reset();
    if (state != SEED) {
      int before = state;
      for (int i = 0; i < 4; i++) {
        before = (before << 8) ^ UNDO[before >>> 24];
      }
      feedLe32(crc, ~before);
    }
    return crc;
  }

  private static void feedLe32(CRC32C crc, int value) {
    crc.update(value);
    crc.update(value >>> 8);
    crc.update(value >>> 16);
    crc.update(value >>> 24);
  }
}
