package org.ext4map.ondisk;

import static org.ext4map.ondisk.LittleEndian.put32;
import static org.ext4map.ondisk.LittleEndian.u32;

import java.nio.ByteBuffer;

/**
 * A run of block pointers of the indirect map: one map block, or the part of i_block that plays
 * that role.
 *
 * <pre>
 *   i_block   [0 .. 11 direct][12 single][13 double][14 triple]
 *   map block [0 ................................... bs/4 - 1 ]     32 bits each, 0: hole
 * </pre>
 *
 * Not thread-safe while written.
 */
public final class IndirectBlock {
  /** Bytes of a pointer. */
  public static final int POINTER_BYTES = 4;

  private final ByteBuffer bytes;
  private final int base;
  private final int count;

  /** A view of {@code count} pointers at {@code base} of {@code bytes}. */
  public IndirectBlock(ByteBuffer bytes, int base, int count) {
    this.bytes = bytes;
    this.base = base;
    this.count = count;
  }

  /** Pointers in the run. */
  public int count() {
    return count;
  }

  /** Pointer {@code i}: a block, or 0 for a hole. */
  public long pointer(int i) {
    return u32(bytes, base + i * POINTER_BYTES);
  }

  /** Stores pointer {@code i}. */
  public void setPointer(int i, long pblk) {
    put32(bytes, base + i * POINTER_BYTES, pblk);
  }

  /** Pointers from {@code i} on, up to {@code limit}, that are 0. */
  public int holeLength(int i, int limit) {
    int end = i;
    while (end < limit && pointer(end) == 0) {
      end++;
    }
    return end - i;
  }

  /** Pointers from {@code i} on, up to {@code limit}, that continue pointer {@code i}, not 0. */
  public int runLength(int i, int limit) {
    long first = pointer(i);
    int end = i + 1;
    while (end < limit && pointer(end) == first + (end - i)) {
      end++;
    }
    return end - i;
  }
}
