package org.ext4map.ondisk;

import static org.ext4map.ondisk.BigEndian.i32;
import static org.ext4map.ondisk.BigEndian.i64;
import static org.ext4map.ondisk.BigEndian.put32;
import static org.ext4map.ondisk.BigEndian.put64;

import java.nio.ByteBuffer;

/** A commit block, {@code struct commit_header}: a transaction counts from here on. Stateless. */
public final class Jbd2Commit {
  private static final int CRC32 = 1;
  private static final int CRC32_BYTES = 4;
  private static final int H_CHKSUM_TYPE = 0x0C;
  private static final int H_CHKSUM_SIZE = 0x0D;
  private static final int H_CHKSUM = 0x10;
  private static final int COMMIT_SEC = 0x30;
  private static final int COMMIT_NSEC = 0x38;
  private static final int BYTES = 0x3C;

  private Jbd2Commit() {}

  /** h_commit_sec: when it was committed, in seconds since 1970. */
  public static long seconds(ByteBuffer block) {
    return i64(block, COMMIT_SEC);
  }

  /** h_commit_nsec. */
  public static int nanos(ByteBuffer block) {
    return i32(block, COMMIT_NSEC);
  }

  /**
   * True if the block carries what it should; old bytes behind its fields do not matter, since the
   * block may have been torn there (Linux jbd2_commit_block_csum_verify_partial).
   *
   * @param copies with V1: the CRC of the transaction's descriptors and copies; else unused
   */
  public static boolean isIntact(Jbd2Layout layout, ByteBuffer block, int copies) {
    int found = i32(block, H_CHKSUM);
    int type = block.get(H_CHKSUM_TYPE);
    int size = block.get(H_CHKSUM_SIZE);
    return switch (layout.features().checksums()) {
      case NONE -> true;
      case V1 ->
          (type == CRC32 && size == CRC32_BYTES && found == copies)
              || (type == 0 && size == 0 && found == 0);
      case V2, V3 ->
          found == layout.commitChecksum(block, H_CHKSUM)
              || found == layout.commitChecksum(headOf(layout, block), H_CHKSUM);
    };
  }

  /**
   * The block as it was written, if only its first sector reached the device: what follows the
   * fields is always zero.
   */
  private static ByteBuffer headOf(Jbd2Layout layout, ByteBuffer block) {
    ByteBuffer head = ByteBuffer.allocate(layout.blockSize());
    head.put(0, block, 0, BYTES);
    return head;
  }

  /**
   * Writes a whole block.
   *
   * @param copies with V1: the CRC of the transaction's descriptors and copies; else unused
   */
  public static void format(
      Jbd2Layout layout, ByteBuffer block, int sequence, long seconds, int nanos, int copies) {
    block.put(0, new byte[layout.blockSize()]);
    Jbd2Header.format(block, Jbd2Header.COMMIT, sequence);
    put64(block, COMMIT_SEC, seconds);
    put32(block, COMMIT_NSEC, nanos);
    switch (layout.features().checksums()) {
      case NONE -> {}
      case V1 -> {
        block.put(H_CHKSUM_TYPE, (byte) CRC32).put(H_CHKSUM_SIZE, (byte) CRC32_BYTES);
        put32(block, H_CHKSUM, copies);
      }
      case V2, V3 -> put32(block, H_CHKSUM, layout.commitChecksum(block, H_CHKSUM));
    }
  }
}
