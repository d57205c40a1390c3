package org.ext4map.model;

/**
 * A run of blocks {@code [start, start + length)}, logical or physical as the context says.
 * Immutable.
 *
 * @param start first block, at least 0
 * @param length blocks, at least 1
 */
public record BlockRange(long start, long length) {
  /** Checks the shape; a caller's mistake is an {@link IllegalArgumentException}. */
  public BlockRange {
    if (start < 0 || length < 1 || start + length < 0) {
      throw new IllegalArgumentException("block range start=" + start + " length=" + length);
    }
  }

  /** The first block after the run. */
  public long end() {
    return start + length;
  }

  /** True if the two runs share a block. */
  public boolean overlaps(BlockRange other) {
    return start < other.end() && other.start < end();
  }

  /** True if {@code block} lies in the run. */
  public boolean contains(long block) {
    return block >= start && block < end();
  }

  @Override
  public String toString() {
    return start + "-" + (end() - 1);
  }
}
