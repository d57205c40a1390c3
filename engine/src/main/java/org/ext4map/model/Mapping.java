package org.ext4map.model;

/**
 * One answer of {@code mapBlocks}: {@code struct ext4_map_blocks}. The caller owns it and uses it
 * again, so that an answer costs no allocation. Not thread-safe.
 *
 * <p>Units: file-system blocks. Shape: one run in one state, {@code lblk} being the block asked
 * for.
 */
public final class Mapping {
  private long lblk;
  private int length;
  private long pblk;

  /** The state as bits: storing a reference costs the collector's bookkeeping at every answer. */
  private boolean isMapped;

  private boolean isUnwritten;
  private boolean isNew;

  /** An empty answer; {@code mapBlocks} fills it. */
  public Mapping() {}

  /** Fills in a run of allocated blocks that the call did not allocate. */
  public void setMapped(long lblk, int length, long pblk, ExtentState state) {
    assert state.isMapped() && length > 0 : state;
    this.lblk = lblk;
    this.length = length;
    this.pblk = pblk;
    this.isMapped = true;
    this.isUnwritten = state == ExtentState.UNWRITTEN;
    this.isNew = false;
  }

  /** Fills in a hole of {@code length} blocks. */
  public void setHole(long lblk, int length) {
    assert length > 0;
    this.lblk = lblk;
    this.length = length;
    this.pblk = 0;
    this.isMapped = false;
    this.isUnwritten = false;
    this.isNew = false;
  }

  /** Marks the run as allocated or turned written by this very call: EXT4_MAP_NEW. */
  public void markNew() {
    isNew = true;
  }

  /** Shortens the run to at most {@code limit} blocks. */
  public void clip(int limit) {
    assert limit > 0;
    length = Math.min(length, limit);
  }

  /** The first logical block of the run. */
  public long lblk() {
    return lblk;
  }

  /**
   * Blocks in the run, at least 1 once filled; for a hole, the blocks until the next extent or the
   * request's end.
   */
  public int length() {
    return length;
  }

  /** The first physical block; 0 for a hole. */
  public long pblk() {
    return pblk;
  }

  /** What the blocks hold. */
  public ExtentState state() {
    if (!isMapped) {
      return ExtentState.HOLE;
    }
    return isUnwritten ? ExtentState.UNWRITTEN : ExtentState.WRITTEN;
  }

  /** EXT4_MAP_NEW: this call allocated the blocks or turned them written. */
  public boolean isNew() {
    return isNew;
  }

  /** The same answer as an immutable value. */
  public Extent toExtent() {
    return new Extent(lblk, length, pblk, state());
  }

  @Override
  public String toString() {
    return length == 0 ? "empty" : toExtent() + (isNew ? " new" : "");
  }
}
