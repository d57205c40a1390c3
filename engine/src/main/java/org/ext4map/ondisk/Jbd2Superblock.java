package org.ext4map.ondisk;

import static org.ext4map.ondisk.BigEndian.i32;
import static org.ext4map.ondisk.BigEndian.put32;
import static org.ext4map.ondisk.BigEndian.u32;

import java.nio.ByteBuffer;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.UnsupportedFeatureException;

/**
 * {@code struct journal_superblock_s}: block 0 of the journal, 1,024 bytes of it used. Not
 * thread-safe while written.
 *
 * <pre>
 *   0          s_first                                s_maxlen - s_num_fc_blks   s_maxlen
 *   [superblock][ ring of transactions, s_start is where recovery begins ][ fast commits ]
 * </pre>
 */
public final class Jbd2Superblock {
  /** Size on disk. */
  public static final int BYTES = 1024;

  /** The shortest journal that Linux accepts, in blocks: JBD2_MIN_JOURNAL_BLOCKS. */
  public static final int FEWEST_BLOCKS = 1024;

  private static final String NAME = "journal superblock";
  private static final int CRC32C = 4;
  private static final int DEFAULT_FAST_COMMIT_BLOCKS = 256;

  private static final int BLOCKSIZE = 0x0C;
  private static final int MAXLEN = 0x10;
  private static final int FIRST = 0x14;
  private static final int SEQUENCE = 0x18;
  private static final int START = 0x1C;
  private static final int ERRNO = 0x20;
  private static final int FEATURE_COMPAT = 0x24;
  private static final int FEATURE_INCOMPAT = 0x28;
  private static final int FEATURE_RO_COMPAT = 0x2C;
  private static final int UUID = 0x30;
  private static final int UUID_BYTES = 16;
  private static final int NR_USERS = 0x40;
  private static final int CHECKSUM_TYPE = 0x50;
  private static final int NUM_FC_BLKS = 0x54;
  private static final int CHECKSUM = 0xFC;

  private final ByteBuffer bytes;

  /** A view of the first {@link #BYTES} bytes of {@code bytes}. */
  public Jbd2Superblock(ByteBuffer bytes) {
    if (bytes.capacity() < BYTES) {
      throw new IllegalArgumentException("journal superblock in " + bytes.capacity() + " bytes");
    }
    this.bytes = bytes;
  }

  /** The bytes themselves. */
  public ByteBuffer bytes() {
    return bytes;
  }

  /** s_blocksize. */
  public long blockSize() {
    return u32(bytes, BLOCKSIZE);
  }

  /** s_maxlen: blocks of the journal. */
  public long maxLength() {
    return u32(bytes, MAXLEN);
  }

  /** s_first: first block of the ring. */
  public long first() {
    return u32(bytes, FIRST);
  }

  /** s_sequence: the first transaction expected at {@link #start}. */
  public int sequence() {
    return i32(bytes, SEQUENCE);
  }

  /** s_start: where recovery begins; 0 if there is nothing to recover. */
  public long start() {
    return u32(bytes, START);
  }

  /** s_errno: why the journal aborted, as a negative errno; 0 if it did not. */
  public int errno() {
    return i32(bytes, ERRNO);
  }

  /** The feature words; none in a superblock of version 1. */
  public Jbd2Features features() {
    return Jbd2Header.type(bytes) == Jbd2Header.SUPERBLOCK_V1
        ? new Jbd2Features(0, 0, 0)
        : new Jbd2Features(
            i32(bytes, FEATURE_COMPAT),
            i32(bytes, FEATURE_INCOMPAT),
            i32(bytes, FEATURE_RO_COMPAT));
  }

  /** s_uuid, all 16 bytes. */
  public byte[] uuid() {
    byte[] uuid = new byte[UUID_BYTES];
    bytes.get(UUID, uuid);
    return uuid;
  }

  /** The state that all checksums of the log start from: crc32c(~0, s_uuid). */
  public int checksumSeed() {
    return Crc32c.update(Crc32c.SEED, bytes, UUID, UUID_BYTES);
  }

  /**
   * The first block after the ring. The fast-commit area is taken off its end, unless too little
   * would be left.
   */
  public long ringEnd() {
    long shorter = maxLength() - fastCommitBlocks();
    return features().hasFastCommit() && shorter >= FEWEST_BLOCKS ? shorter : maxLength();
  }

  /** s_num_fc_blks, or the number it stands for if it is 0. */
  public long fastCommitBlocks() {
    long blocks = u32(bytes, NUM_FC_BLKS);
    return blocks == 0 ? DEFAULT_FAST_COMMIT_BLOCKS : blocks;
  }

  /** Stores s_sequence. */
  public void setSequence(int sequence) {
    put32(bytes, SEQUENCE, sequence);
  }

  /** Stores s_start. */
  public void setStart(long logBlock) {
    put32(bytes, START, logBlock);
  }

  /** Stores s_errno. */
  public void setErrno(int errno) {
    put32(bytes, ERRNO, errno);
  }

  /** Stores the feature words and, with block checksums, s_checksum_type. */
  public void setFeatures(Jbd2Features features) {
    put32(bytes, FEATURE_COMPAT, features.compat());
    put32(bytes, FEATURE_INCOMPAT, features.incompat());
    put32(bytes, FEATURE_RO_COMPAT, features.roCompat());
    if (features.hasBlockChecksums()) {
      bytes.put(CHECKSUM_TYPE, (byte) CRC32C);
    }
  }

  /** Writes an empty, clean journal of {@code blocks} blocks; the checksum is not yet right. */
  public void format(int blockSize, long blocks, Jbd2Features features, byte[] uuid) {
    bytes.put(0, new byte[BYTES]);
    Jbd2Header.format(bytes, Jbd2Header.SUPERBLOCK_V2, 0);
    put32(bytes, BLOCKSIZE, blockSize);
    put32(bytes, MAXLEN, blocks);
    put32(bytes, FIRST, 1);
    put32(bytes, SEQUENCE, 1);
    put32(bytes, NR_USERS, 1);
    bytes.put(UUID, uuid);
    setFeatures(features);
  }

  /** What s_checksum should be. */
  public int computeChecksum() {
    int crc = Crc32c.update(Crc32c.SEED, bytes, 0, CHECKSUM);
    crc = Crc32c.updateZeros(crc, Integer.BYTES);
    int after = CHECKSUM + Integer.BYTES;
    return Crc32c.update(crc, bytes, after, BYTES - after);
  }

  /** Computes and stores s_checksum if the journal has block checksums. */
  public void updateChecksum() {
    if (features().hasBlockChecksums()) {
      put32(bytes, CHECKSUM, computeChecksum());
    }
  }

  /**
   * Checks everything that Linux checks before it uses a journal.
   *
   * @param blockSize of the file system
   * @param mappedBlocks blocks that the journal's inode has
   * @param place where it stands, for messages
   * @throws UnsupportedFeatureException for an unknown feature
   * @throws CorruptionException naming the first broken rule
   */
  public void verify(int blockSize, long mappedBlocks, String place)
      throws CorruptionException, UnsupportedFeatureException {
    if (!Jbd2Header.hasMagic(bytes)) {
      throw bad("h_magic", u32(bytes, 0), Integer.toUnsignedString(Jbd2Header.MAGIC), place);
    }
    int type = Jbd2Header.type(bytes);
    if (type != Jbd2Header.SUPERBLOCK_V1 && type != Jbd2Header.SUPERBLOCK_V2) {
      throw bad("h_blocktype", type, "3 or 4", place);
    }
    features().verify(place);
    if (features().hasBlockChecksums()) {
      verifyChecksum(place);
    }
    require("s_blocksize", blockSize(), blockSize, blockSize, place);
    require("s_maxlen", maxLength(), FEWEST_BLOCKS, mappedBlocks, place);
    require("s_first", first(), 1, ringEnd() - 1, place);
    if (start() != 0) {
      require("s_start", start(), first(), ringEnd() - 1, place);
    }
  }

  private void verifyChecksum(String place) throws CorruptionException {
    if (bytes.get(CHECKSUM_TYPE) != CRC32C) {
      throw bad("s_checksum_type", bytes.get(CHECKSUM_TYPE) & 0xFF, "4 (crc32c)", place);
    }
    int found = i32(bytes, CHECKSUM);
    if (found != computeChecksum()) {
      throw CorruptionException.checksum(NAME, "s_checksum", found, computeChecksum(), place);
    }
  }

  private static void require(String field, long found, long least, long most, String place)
      throws CorruptionException {
    if (found < least || found > most) {
      throw bad(field, found, least + " … " + most, place);
    }
  }

  private static CorruptionException bad(String field, long found, String allowed, String place) {
    return CorruptionException.of(NAME, field, found, allowed, place);
  }
}
