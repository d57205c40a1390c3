package org.ext4map.ondisk;

import java.nio.ByteBuffer;

/**
 * CRC-32 with the highest bit first (polynomial 0x04C11DB7), chained without inversion: commit
 * blocks of journals with the first kind of checksums ({@code crc32_be}).
 */
public final class Crc32Be {
  /** The first state: ~0. */
  public static final int SEED = 0xFFFFFFFF;

  private static final int POLYNOMIAL = 0x04C11DB7;
  private static final int[] STEP = new int[256];

  static {
    for (int high = 0; high < 256; high++) {
      int step = high << 24;
      for (int bit = 0; bit < 8; bit++) {
        step = (step << 1) ^ (step < 0 ? POLYNOMIAL : 0);
      }
      STEP[high] = step;
    }
  }

  private Crc32Be() {}

  /** The state after {@code length} bytes from {@code index}. */
  public static int update(int state, ByteBuffer bytes, int index, int length) {
    int crc = state;
    for (int i = index; i < index + length; i++) {
      crc = (crc << 8) ^ STEP[(crc >>> 24) ^ (bytes.get(i) & 0xFF)];
    }
    return crc;
  }
}
