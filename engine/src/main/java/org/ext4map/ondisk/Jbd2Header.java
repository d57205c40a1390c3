package org.ext4map.ondisk;

import static org.ext4map.ondisk.BigEndian.i32;
import static org.ext4map.ondisk.BigEndian.put32;

import java.nio.ByteBuffer;

/**
 * {@code struct journal_header_s}: the 12 bytes that begin every block of a journal that is not a
 * copy of something. Big-endian, like all of jbd2. Stateless; the block is passed in.
 */
public final class Jbd2Header {
  /** The value of h_magic. */
  public static final int MAGIC = 0xC03B3998;

  /** Size on disk. */
  public static final int BYTES = 12;

  /** h_blocktype: tells where the copies that follow belong. */
  public static final int DESCRIPTOR = 1;

  /** h_blocktype: ends a transaction. */
  public static final int COMMIT = 2;

  /** h_blocktype: superblock without features. */
  public static final int SUPERBLOCK_V1 = 3;

  /** h_blocktype: superblock with features. */
  public static final int SUPERBLOCK_V2 = 4;

  /** h_blocktype: blocks whose older copies must not be replayed. */
  public static final int REVOKE = 5;

  private static final int H_BLOCKTYPE = 4;
  private static final int H_SEQUENCE = 8;

  private Jbd2Header() {}

  /** True if the block begins with the magic number. */
  public static boolean hasMagic(ByteBuffer block) {
    return i32(block, 0) == MAGIC;
  }

  /** h_blocktype. */
  public static int type(ByteBuffer block) {
    return i32(block, H_BLOCKTYPE);
  }

  /** h_sequence; compare with {@link #isAfter}, since it wraps. */
  public static int sequence(ByteBuffer block) {
    return i32(block, H_SEQUENCE);
  }

  /** Writes a whole header. */
  public static void format(ByteBuffer block, int type, int sequence) {
    put32(block, 0, MAGIC);
    put32(block, H_BLOCKTYPE, type);
    put32(block, H_SEQUENCE, sequence);
  }

  /** True if sequence {@code a} comes after {@code b}: tid_gt, which lets numbers wrap. */
  public static boolean isAfter(int a, int b) {
    return a - b > 0;
  }

  /**
   * Takes or puts back the magic number of a copied block that happens to begin with it: such a
   * copy stands in the log with zeros there.
   */
  public static void setMagic(ByteBuffer copy, boolean present) {
    put32(copy, 0, present ? MAGIC : 0);
  }
}
