package org.ext4map.ondisk;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Holds whole inode slots against their checksums, one after the other. Answers what {@link
 * InodeRecord#computeChecksum} would, with one pass over the slot instead of nine.
 *
 * <p>A CRC is linear: what seed, inode number, generation, and the two halves of i_checksum (which
 * count as zero) do to the state at the end of the slot is a sum of what each of their bytes does.
 * Those parts come from tables:
 *
 * <pre>
 *   right  =  crc(~0, slot as it is) ^ CONSTANT ^ INO[ino] ^ GENERATION[generation] ^ LOW[] ^ HIGH[]
 * </pre>
 *
 * <p>Immutable; may be used by many threads, each with a CRC of its own. Source: Linux
 * fs/ext4/inode.c, ext4_inode_csum.
 */
public final class InodeChecksums {
  private static final int CHECKSUM_LO = 0x7C;
  private static final int CHECKSUM_HI = 0x82;
  private static final int BYTE_VALUES = 256;
  private static final int SEED_BYTES = 8;

  private final int slotBytes;
  private final boolean wide;
  private final int constant;
  private final int[] ino;
  private final int[] generation;
  private final int[] low;
  private final int[] high;

  /** For slots of file systems of this shape, which must have inode checksums. */
  public InodeChecksums(Geometry geometry) {
    slotBytes = geometry.inodeSize();
    wide = slotBytes > InodeRecord.BASE_BYTES;
    ByteBuffer zeros = ByteBuffer.allocate(slotBytes + SEED_BYTES);
    int seed = Crc32c.update(geometry.checksumSeed(), zeros, 0, SEED_BYTES);
    constant = Crc32c.update(seed ^ Crc32c.SEED, zeros, 0, slotBytes);
    ino = parts(zeros, Integer.BYTES, slotBytes + Integer.BYTES);
    generation = parts(zeros, Integer.BYTES, slotBytes);
    low = parts(zeros, Short.BYTES, slotBytes - CHECKSUM_LO - Short.BYTES);
    high = wide ? parts(zeros, Short.BYTES, slotBytes - CHECKSUM_HI - Short.BYTES) : new int[0];
  }

  /** What each byte of a field of {@code bytes} adds to a state {@code after} bytes behind it. */
  private static int[] parts(ByteBuffer zeros, int bytes, int after) {
    int[] parts = new int[bytes * BYTE_VALUES];
    for (int bit = 0; bit < bytes * Byte.SIZE; bit++) {
      ByteBuffer field = ByteBuffer.allocate(bytes);
      field.put(bit / Byte.SIZE, (byte) (1 << bit % Byte.SIZE));
      int one = Crc32c.update(Crc32c.update(0, field, 0, bytes), zeros, 0, after);
      int table = bit / Byte.SIZE * BYTE_VALUES;
      int value = 1 << bit % Byte.SIZE;
      for (int below = 0; below < value; below++) {
        parts[table + value + below] = parts[table + below] ^ one;
      }
    }
    return parts;
  }

  /**
   * True if the slot at {@code base} has the checksum it should have. The position and the limit of
   * {@code table} are moved. A slot larger than {@link InodeRecord#BASE_BYTES} must have an
   * i_extra_isize that holds the upper half of the checksum.
   *
   * @param crc the caller's, in any state
   * @param slot the same slot as words
   */
  public boolean isRight(CRC32C crc, ByteBuffer table, int base, InodeWords slot, int number) {
    crc.reset();
    crc.update(table.limit(base + slotBytes).position(base));
    int storedLow = slot.checksumLow();
    int right =
        (int) ~crc.getValue()
            ^ constant
            ^ part4(ino, number)
            ^ part4(generation, slot.generation())
            ^ part2(low, storedLow);
    if (!wide) {
      return (right & 0xFFFF) == storedLow;
    }
    int storedHigh = slot.checksumHigh();
    return (right ^ part2(high, storedHigh)) == (storedLow | storedHigh << 16);
  }

  private static int part4(int[] parts, int value) {
    return part2(parts, value & 0xFFFF)
        ^ parts[2 * BYTE_VALUES + (value >>> 16 & 0xFF)]
        ^ parts[3 * BYTE_VALUES + (value >>> 24)];
  }

  private static int part2(int[] parts, int value) {
    return parts[value & 0xFF] ^ parts[BYTE_VALUES + (value >>> 8)];
  }
}
