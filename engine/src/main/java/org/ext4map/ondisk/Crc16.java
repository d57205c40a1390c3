package org.ext4map.ondisk;

import java.nio.ByteBuffer;

/**
 * CRC-16/ARC (polynomial 0x8005, reflected), chained without inversion: group descriptors of
 * gdt_csum.
 */
public final class Crc16 {
  /** The first state: ~0. */
  public static final int SEED = 0xFFFF;

  private static final int POLYNOMIAL = 0xA001;
  private static final int[] STEP = new int[256];

  static {
    for (int low = 0; low < 256; low++) {
      int step = low;
      for (int bit = 0; bit < 8; bit++) {
        step = (step >>> 1) ^ ((step & 1) == 0 ? 0 : POLYNOMIAL);
      }
      STEP[low] = step;
    }
  }

  private Crc16() {}

  /** The state after {@code length} bytes from {@code index}. */
  public static int update(int state, ByteBuffer bytes, int index, int length) {
    int crc = state;
    for (int i = index; i < index + length; i++) {
      crc = step(crc, bytes.get(i));
    }
    return crc;
  }

  /** The state after the 32 bits of {@code value}, lowest byte first. */
  public static int updateLe32(int state, int value) {
    int crc = state;
    for (int shift = 0; shift < 32; shift += 8) {
      crc = step(crc, (byte) (value >>> shift));
    }
    return crc;
  }

  private static int step(int crc, byte value) {
    return (crc >>> 8) ^ STEP[(crc ^ value) & 0xFF];
  }
}
