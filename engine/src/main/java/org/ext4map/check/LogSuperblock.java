package org.ext4map.check;

import static org.ext4map.ondisk.BigEndian.i32;
import static org.ext4map.ondisk.BigEndian.u32;

import java.nio.ByteBuffer;
import org.ext4map.ondisk.Crc32c;

/** {@code journal_superblock_t}, as the judge reads it; big-endian. */
record LogSuperblock(ByteBuffer bytes) {
  static final int MAGIC = 0xC03B3998;
  static final int CHECKSUM_V2 = 0x8;
  static final int CHECKSUM_V3 = 0x10;
  static final int BIT64 = 0x2;
  static final int ASYNC_COMMIT = 0x4;
  static final int FAST_COMMIT = 0x20;
  private static final int KNOWN_INCOMPAT = 0x3F;
  private static final int KNOWN_COMPAT = 0x1;
  private static final int VERSION_1 = 3;
  private static final int VERSION_2 = 4;
  private static final int BYTES = 1024;
  private static final int CHECKSUM_TYPE = 0x50;
  private static final int CRC32C = 4;
  private static final int CHECKSUM = 0xFC;
  private static final int DEFAULT_FAST_COMMIT_BLOCKS = 256;

  boolean hasMagic() {
    return i32(bytes, 0) == MAGIC && (isVersion1() || u32(bytes, 4) == VERSION_2);
  }

  boolean isVersion1() {
    return u32(bytes, 4) == VERSION_1;
  }

  long blockSize() {
    return u32(bytes, 0x0C);
  }

  /** Blocks of the log, superblock included. */
  long maxLength() {
    return u32(bytes, 0x10);
  }

  /** The first block of the ring. */
  long first() {
    return u32(bytes, 0x14);
  }

  /** The first transaction to recover. */
  int sequence() {
    return i32(bytes, 0x18);
  }

  /** Where recovery starts; 0 if the log is empty. */
  long start() {
    return u32(bytes, 0x1C);
  }

  int errno() {
    return i32(bytes, 0x20);
  }

  int compat() {
    return isVersion1() ? 0 : i32(bytes, 0x24);
  }

  int incompat() {
    return isVersion1() ? 0 : i32(bytes, 0x28);
  }

  /**
   * True if a version 1 superblock has features or users, which it cannot, or if many users share
   * one journal, which nothing supports.
   */
  boolean hasV2FieldsInV1() {
    return u32(bytes, 0x40) > 1
        || (isVersion1()
            && (i32(bytes, 0x24) | i32(bytes, 0x28) | i32(bytes, 0x2C) | i32(bytes, 0x40)) != 0);
  }

  boolean hasUnknownFeatures() {
    return !isVersion1()
        && ((i32(bytes, 0x24) & ~KNOWN_COMPAT) | (incompat() & ~KNOWN_INCOMPAT) | i32(bytes, 0x2C))
            != 0;
  }

  boolean has(int incompatBit) {
    return (incompat() & incompatBit) != 0;
  }

  boolean hasChecksums() {
    return has(CHECKSUM_V2) || has(CHECKSUM_V3);
  }

  /** True if the checksums are of the only kind that there is. */
  boolean isChecksumTypeKnown() {
    return !hasChecksums() || checksumType() == CRC32C;
  }

  int checksumType() {
    return Byte.toUnsignedInt(bytes.get(CHECKSUM_TYPE));
  }

  boolean isChecksumRight() {
    if (!hasChecksums()) {
      return true;
    }
    int crc = Crc32c.update(Crc32c.SEED, bytes, 0, CHECKSUM);
    crc = Crc32c.updateZeros(crc, 4);
    crc = Crc32c.update(crc, bytes, CHECKSUM + 4, BYTES - CHECKSUM - 4);
    return i32(bytes, CHECKSUM) == crc;
  }

  /** The seed of the checksums in the log. */
  int seed() {
    return Crc32c.update(Crc32c.SEED, bytes, 0x30, 16);
  }

  /** The first block behind the ring: where fast commits start, or the end of the log. */
  long ringEnd() {
    if (!has(FAST_COMMIT)) {
      return maxLength();
    }
    long blocks = u32(bytes, 0x54);
    return maxLength() - (blocks == 0 ? DEFAULT_FAST_COMMIT_BLOCKS : blocks);
  }
}
