package org.ext4map.ondisk;

import static org.ext4map.ondisk.BigEndian.i64;
import static org.ext4map.ondisk.BigEndian.put32;
import static org.ext4map.ondisk.BigEndian.put64;
import static org.ext4map.ondisk.BigEndian.u32;

import java.nio.ByteBuffer;
import org.ext4map.model.CorruptionException;

/**
 * A revoke block: numbers of blocks of which no copy from this or an older transaction may be
 * replayed. Not thread-safe.
 *
 * <pre>
 *   header 12 | r_count 4 | number | number | ...           | tail 4
 *   r_count counts bytes, with these 16
 * </pre>
 */
public final class Jbd2Revoke {
  private static final int R_COUNT = 12;
  private static final int RECORDS = 16;

  private final Jbd2Layout layout;
  private final ByteBuffer block;

  /** A view of {@code block}. */
  public Jbd2Revoke(Jbd2Layout layout, ByteBuffer block) {
    this.layout = layout;
    this.block = block;
  }

  /**
   * How many records there are.
   *
   * @throws CorruptionException if r_count points outside the block
   */
  public int count(String place) throws CorruptionException {
    long used = u32(block, R_COUNT);
    if (used < RECORDS || used > layout.usableBytes()) {
      throw CorruptionException.of(
          "revoke block", "r_count", used, RECORDS + " … " + layout.usableBytes(), place);
    }
    return (int) (used - RECORDS) / layout.revokeBytes();
  }

  /** The block that record {@code i} names. */
  public long target(int i) {
    int at = RECORDS + i * layout.revokeBytes();
    return layout.features().is64Bit() ? i64(block, at) : u32(block, at);
  }

  /** How many records fit into a block. */
  public static int capacity(Jbd2Layout layout) {
    return (layout.usableBytes() - RECORDS) / layout.revokeBytes();
  }

  /** Writes a whole block that revokes {@code targets}, at most {@link #capacity} of them. */
  public void format(int sequence, long[] targets) {
    block.put(0, new byte[layout.blockSize()]);
    Jbd2Header.format(block, Jbd2Header.REVOKE, sequence);
    int at = RECORDS;
    for (long target : targets) {
      if (layout.features().is64Bit()) {
        put64(block, at, target);
      } else {
        put32(block, at, target);
      }
      at += layout.revokeBytes();
    }
    put32(block, R_COUNT, at);
    layout.seal(block);
  }
}
