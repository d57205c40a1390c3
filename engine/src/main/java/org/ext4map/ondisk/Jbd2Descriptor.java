package org.ext4map.ondisk;

import static org.ext4map.ondisk.BigEndian.i32;
import static org.ext4map.ondisk.BigEndian.put16;
import static org.ext4map.ondisk.BigEndian.put32;
import static org.ext4map.ondisk.BigEndian.u16;
import static org.ext4map.ondisk.BigEndian.u32;

import java.nio.ByteBuffer;

/**
 * A descriptor block: one tag for each of the copies that follow it in the log.
 *
 * <pre>
 *   header 12 | tag | uuid 16 | tag | tag | ... | tag with LAST_TAG |        | tail 4
 *
 *   no checksums  blocknr 4, unused 2, flags 2 [, blocknr_high 4]          8 or 12 bytes
 *   csum_v2       blocknr 4, checksum 2, flags 2 [, blocknr_high 4], 2    10 or 14 bytes
 *   csum_v3       blocknr 4, flags 4, blocknr_high 4, checksum 4                16 bytes
 * </pre>
 *
 * A cursor: {@link #next} moves to the next tag. Not thread-safe.
 */
public final class Jbd2Descriptor {
  private static final int ESCAPE = 1;
  private static final int SAME_UUID = 2;
  private static final int LAST_TAG = 8;
  private static final int UUID_BYTES = 16;

  private static final int T_CHECKSUM = 4;
  private static final int T_FLAGS = 6;
  private static final int T_BLOCKNR_HIGH = 8;
  private static final int T3_CHECKSUM = 12;

  private final Jbd2Layout layout;
  private final ByteBuffer block;
  private int tag = -1;

  /** A cursor before the first tag of {@code block}. */
  public Jbd2Descriptor(Jbd2Layout layout, ByteBuffer block) {
    this.layout = layout;
    this.block = block;
  }

  /** Moves to the next tag; answers false after the last. Needs at least one tag to fit. */
  public boolean next() {
    if (tag >= 0 && (flags() & LAST_TAG) != 0) {
      return false;
    }
    int following = tag < 0 ? Jbd2Header.BYTES : endOfTag();
    if (following + layout.tagBytes() > layout.usableBytes()) {
      return false;
    }
    tag = following;
    return true;
  }

  /** How many tags there are; the cursor is not moved. */
  public int count() {
    Jbd2Descriptor other = new Jbd2Descriptor(layout, block);
    int count = 0;
    while (other.next()) {
      count++;
    }
    return count;
  }

  /** Where the copy belongs: a block of the file system. */
  public long target() {
    long high = layout.features().is64Bit() ? u32(block, tag + T_BLOCKNR_HIGH) : 0;
    return high << 32 | u32(block, tag);
  }

  /** True if the copy has lost the magic number that it begins with. */
  public boolean isEscaped() {
    return (flags() & ESCAPE) != 0;
  }

  /** The checksum of the copy, to compare with {@link Jbd2Layout#copyChecksum}. */
  public int checksum() {
    return switch (layout.features().checksums()) {
      case V3 -> i32(block, tag + T3_CHECKSUM);
      case V2 -> u16(block, tag + T_CHECKSUM);
      case V1, NONE -> 0;
    };
  }

  private int flags() {
    return u16(block, tag + T_FLAGS);
  }

  private int endOfTag() {
    return tag + layout.tagBytes() + ((flags() & SAME_UUID) == 0 ? UUID_BYTES : 0);
  }

  /** Begins an empty block of transaction {@code sequence}; all of it is overwritten. */
  public void format(int sequence) {
    block.put(0, new byte[layout.blockSize()]);
    Jbd2Header.format(block, Jbd2Header.DESCRIPTOR, sequence);
    tag = -1;
  }

  /** How many tags fit into a block. */
  public static int capacity(Jbd2Layout layout) {
    return (layout.usableBytes() - Jbd2Header.BYTES - UUID_BYTES) / layout.tagBytes();
  }

  /**
   * Adds a tag; {@link #capacity} limits how many.
   *
   * @param uuid of the journal, which stands after the first tag
   */
  public void append(long target, boolean escaped, int checksum, byte[] uuid) {
    boolean first = tag < 0;
    tag = first ? Jbd2Header.BYTES : endOfTag();
    assert tag + layout.tagBytes() <= layout.usableBytes();
    put32(block, tag, target);
    if (layout.features().is64Bit()) {
      put32(block, tag + T_BLOCKNR_HIGH, target >>> 32);
    }
    switch (layout.features().checksums()) {
      case V3 -> put32(block, tag + T3_CHECKSUM, checksum);
      case V2 -> put16(block, tag + T_CHECKSUM, checksum);
      case V1, NONE -> {}
    }
    put16(block, tag + T_FLAGS, (escaped ? ESCAPE : 0) | (first ? 0 : SAME_UUID));
    if (first) {
      block.put(tag + layout.tagBytes(), uuid);
    }
  }

  /** Marks the current tag as the last and stores the checksum of the block. */
  public void finish() {
    put16(block, tag + T_FLAGS, flags() | LAST_TAG);
    layout.seal(block);
  }
}
