package org.ext4map.ondisk;

import static org.ext4map.ondisk.LittleEndian.i32;
import static org.ext4map.ondisk.LittleEndian.u16;

import java.nio.ByteBuffer;

/**
 * One tag of a fast-commit block, {@code struct ext4_fc_tl}: kind, length, value. Little-endian,
 * unlike the rest of the journal. A cursor; not thread-safe.
 *
 * <pre>
 *   [tag 2][len 2][value len] [tag 2][len 2][value len] ...   a block ends with TAIL or PAD
 * </pre>
 */
public final class FastCommitTag {
  /** Inode and extent: map this range. */
  public static final int ADD_RANGE = 1;

  /** Inode, first block, length: unmap this range. */
  public static final int DEL_RANGE = 2;

  /** Parent, inode, name: create. */
  public static final int CREAT = 3;

  /** Parent, inode, name: link. */
  public static final int LINK = 4;

  /** Parent, inode, name: unlink. */
  public static final int UNLINK = 5;

  /** Inode number and the inode as it stands on disk. */
  public static final int INODE = 6;

  /** Nothing. */
  public static final int PAD = 7;

  /** Transaction and checksum: ends a run. */
  public static final int TAIL = 8;

  /** Features and transaction: begins a run. */
  public static final int HEAD = 9;

  /** Bytes before the value. */
  public static final int HEADER_BYTES = 4;

  /** Bytes of a TAIL that its own checksum covers: header and transaction. */
  public static final int TAIL_CHECKED_BYTES = 8;

  private final ByteBuffer block;
  private int at = -1;

  /** A cursor before the first tag of {@code block}. */
  public FastCommitTag(ByteBuffer block) {
    this.block = block;
  }

  /** Moves to the next tag; answers false if no header fits any more. */
  public boolean next() {
    int following = at < 0 ? 0 : at + HEADER_BYTES + length();
    if (following > block.capacity() - HEADER_BYTES) {
      return false;
    }
    at = following;
    return true;
  }

  /** fc_tag. */
  public int kind() {
    return u16(block, at);
  }

  /** fc_len: bytes of the value. */
  public int length() {
    return u16(block, at + 2);
  }

  /** True if the value lies inside the block. */
  public boolean fits() {
    return length() <= block.capacity() - at - HEADER_BYTES;
  }

  /** Where the tag begins in the block. */
  public int start() {
    return at;
  }

  /** The 32 bits at {@code offset} of the value. */
  public int word(int offset) {
    return i32(block, at + HEADER_BYTES + offset);
  }

  /** A copy of the value from {@code offset} to its end. */
  public byte[] bytes(int offset) {
    byte[] copy = new byte[length() - offset];
    block.get(at + HEADER_BYTES + offset, copy);
    return copy;
  }

  /** The value from {@code offset} as one leaf entry of an extent tree, at index 0. */
  public ExtentNode extent(int offset) {
    return new ExtentNode(block, at + HEADER_BYTES + offset - ExtentNode.ENTRY_BYTES);
  }
}
