package org.ext4map.ondisk;

import static org.ext4map.ondisk.BigEndian.i32;
import static org.ext4map.ondisk.BigEndian.put32;

import java.nio.ByteBuffer;

/**
 * How wide things are in a journal and how its blocks are checksummed: what follows from block
 * size, features and uuid. Immutable, for many threads.
 */
public final class Jbd2Layout {
  private static final int CHECKSUM_BYTES = 4;
  private static final int NARROW_TAG_BYTES = 8;
  private static final int WIDE_TAG_BYTES = 12;

  /** A tag with 16-bit checksums is two bytes longer than it need be; a slip of the format. */
  private static final int V2_EXTRA_BYTES = 2;

  private static final int V3_TAG_BYTES = 16;

  private final int blockSize;
  private final Jbd2Features features;
  private final int seed;

  /**
   * A layout.
   *
   * @param blockSize bytes of a log block
   * @param features of the journal
   * @param seed {@link Jbd2Superblock#checksumSeed}
   */
  public Jbd2Layout(int blockSize, Jbd2Features features, int seed) {
    this.blockSize = blockSize;
    this.features = features;
    this.seed = seed;
  }

  /** Bytes of a log block. */
  public int blockSize() {
    return blockSize;
  }

  /** The features it follows from. */
  public Jbd2Features features() {
    return features;
  }

  /** Bytes of a descriptor's tag without uuid: 8, 10, 12, 14 or 16. */
  public int tagBytes() {
    if (features.checksums() == Jbd2Features.Checksums.V3) {
      return V3_TAG_BYTES;
    }
    int width = features.is64Bit() ? WIDE_TAG_BYTES : NARROW_TAG_BYTES;
    return features.checksums() == Jbd2Features.Checksums.V2 ? width + V2_EXTRA_BYTES : width;
  }

  /** Bytes of a descriptor or revoke block that tags or records may use, header included. */
  public int usableBytes() {
    return features.hasBlockChecksums() ? blockSize - CHECKSUM_BYTES : blockSize;
  }

  /** Bytes of a revoke record. */
  public int revokeBytes() {
    return features.is64Bit() ? Long.BYTES : Integer.BYTES;
  }

  /** True if a descriptor or revoke block matches its tail, or the journal has no tails. */
  public boolean isIntact(ByteBuffer block) {
    return !features.hasBlockChecksums() || i32(block, usableBytes()) == tail(block);
  }

  /** Stores the tail of a descriptor or revoke block, if the journal has tails. */
  public void seal(ByteBuffer block) {
    if (features.hasBlockChecksums()) {
      put32(block, usableBytes(), tail(block));
    }
  }

  private int tail(ByteBuffer block) {
    return Crc32c.updateZeros(Crc32c.update(seed, block, 0, usableBytes()), CHECKSUM_BYTES);
  }

  /**
   * What the tag of a copy should hold: 32 bits with V3, the low 16 with V2, else 0.
   *
   * @param logged the copy as it stands in the log
   */
  public int copyChecksum(ByteBuffer logged, int sequence) {
    int crc = 0;
    if (features.hasBlockChecksums()) {
      crc = Crc32c.update(Crc32c.updateBe32(seed, sequence), logged, 0, blockSize);
    }
    return features.checksums() == Jbd2Features.Checksums.V2 ? crc & 0xFFFF : crc;
  }

  /** What h_chksum[0] of a commit block with V2 or V3 should be. */
  int commitChecksum(ByteBuffer block, int field) {
    int crc = Crc32c.updateZeros(Crc32c.update(seed, block, 0, field), CHECKSUM_BYTES);
    int after = field + CHECKSUM_BYTES;
    return Crc32c.update(crc, block, after, blockSize - after);
  }
}
