package org.ext4map.ondisk;

import static java.lang.invoke.MethodHandles.byteBufferViewVarHandle;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;

/**
 * Little-endian (ext4) fields at absolute indexes of a buffer, whatever order the buffer itself is
 * set to.
 */
public final class LittleEndian {
  private static final VarHandle SHORT = byteBufferViewVarHandle(short[].class, LITTLE_ENDIAN);
  private static final VarHandle INT = byteBufferViewVarHandle(int[].class, LITTLE_ENDIAN);
  private static final VarHandle LONG = byteBufferViewVarHandle(long[].class, LITTLE_ENDIAN);

  private LittleEndian() {}

  /** The unsigned 16-bit field at {@code index}. */
  public static int u16(ByteBuffer bytes, int index) {
    return Short.toUnsignedInt((short) SHORT.get(bytes, index));
  }

  /** The 32-bit field at {@code index} as bits, for checksums and flags. */
  public static int i32(ByteBuffer bytes, int index) {
    return (int) INT.get(bytes, index);
  }

  /** The unsigned 32-bit field at {@code index}. */
  public static long u32(ByteBuffer bytes, int index) {
    return Integer.toUnsignedLong((int) INT.get(bytes, index));
  }

  /** The 64-bit field at {@code index} as bits. */
  public static long i64(ByteBuffer bytes, int index) {
    return (long) LONG.get(bytes, index);
  }

  /**
   * Copies {@code count} 32-bit fields from {@code index} on into {@code words}; the buffer's
   * position is neither used nor moved. One copy of many is far cheaper than many reads of one.
   */
  public static void copy32(ByteBuffer bytes, int index, int[] words, int count) {
    bytes
        .slice(index, count * Integer.BYTES)
        .order(LITTLE_ENDIAN)
        .asIntBuffer()
        .get(words, 0, count);
  }

  /** Stores the low 16 bits of {@code value}. */
  public static void put16(ByteBuffer bytes, int index, int value) {
    SHORT.set(bytes, index, (short) value);
  }

  /** Stores the low 32 bits of {@code value}. */
  public static void put32(ByteBuffer bytes, int index, long value) {
    INT.set(bytes, index, (int) value);
  }

  /** Stores all 64 bits of {@code value}. */
  public static void put64(ByteBuffer bytes, int index, long value) {
    LONG.set(bytes, index, value);
  }
}
