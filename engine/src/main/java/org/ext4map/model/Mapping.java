package org.ext4map.model;

/**
 * One answer of {@code mapBlocks}: {@code struct ext4_map_blocks}. The caller owns it and uses it
 * again, so that an answer costs no allocation; and one who goes on from the last answer with the
 * same object gets the next one faster. Not thread-safe.
 *
 * <p>Units: file-system blocks. Shape: one run in one state, {@code lblk} being the block asked
 * for.
 */
public final class Mapping {
  private static final ExtentState[] BY_CODE = {
    ExtentState.HOLE, ExtentState.WRITTEN, ExtentState.UNWRITTEN
  };
  private static final int HOLE = ExtentState.HOLE.code();
  private static final int NEW = 1 << 8;

  private long lblk;
  private int length;
  private long pblk;

  /** Where the status cache found the answer, in its own terms. */
  private int leaf;

  private int entry;

  /** The state's code: storing a reference costs the collector's bookkeeping. And {@link #NEW}. */
  private int state;

  /** An empty answer; {@code mapBlocks} fills it. */
  public Mapping() {}

  /** Fills in a run of allocated blocks that the call did not allocate. */
  public void setMapped(long lblk, int length, long pblk, ExtentState state) {
    assert state.isMapped() : state;
    set(lblk, length, pblk, state.code());
  }

  /** Fills in a hole of {@code length} blocks. */
  public void setHole(long lblk, int length) {
    set(lblk, length, 0, HOLE);
  }

  /**
   * Fills in what the call found but did not allocate; without a branch, for those who know the
   * state as a number.
   *
   * @param pblk 0 for a hole
   * @param stateCode {@link ExtentState#code} of a hole, of written or of unwritten blocks
   */
  public void set(long lblk, int length, long pblk, int stateCode) {
    assert length > 0 && (stateCode != HOLE || pblk == 0) : length + "@" + pblk;
    this.lblk = lblk;
    this.length = length;
    this.pblk = pblk;
    this.state = stateCode;
  }

  /** Marks the run as allocated or turned written by this very call: EXT4_MAP_NEW. */
  public void markNew() {
    state |= NEW;
  }

  /**
   * Remembers where the status cache found the answer, so that the next question can begin there if
   * it goes on from here. Only a hint: whoever uses it has to look whether it is true.
   */
  public void setPlace(int leaf, int entry) {
    this.leaf = leaf;
    this.entry = entry;
  }

  /** What {@link #setPlace} was last told, by whichever cache; 0 at first. */
  public int leaf() {
    return leaf;
  }

  /** What {@link #setPlace} was last told, by whichever cache; 0 at first. */
  public int entry() {
    return entry;
  }

  /** True if {@code lblk} lies in the run or just behind it. */
  public boolean leadsTo(long lblk) {
    long ahead = lblk - this.lblk;
    return (ahead | (length - ahead)) >= 0;
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
    return BY_CODE[state & ~NEW];
  }

  /** Blocks on the device that the run has: its length, or 0 for a hole. No branch. */
  public int allocated() {
    return ((HOLE - state) >> (Integer.SIZE - 1)) & length;
  }

  /** EXT4_MAP_NEW: this call allocated the blocks or turned them written. */
  public boolean isNew() {
    return (state & NEW) != 0;
  }

  /** The same answer as an immutable value. */
  public Extent toExtent() {
    return new Extent(lblk, length, pblk, state());
  }

  @Override
  public String toString() {
    return length == 0 ? "empty" : toExtent() + (isNew() ? " new" : "");
  }
}
