package org.ext4map.model;

/** What the blocks of a run hold: the mapping states of {@code EXTENT_STATUS_*} (Linux ext4). */
public enum ExtentState {
  /** No space is allocated; reads as zeros. */
  HOLE('H', 0),
  /** Space is allocated and holds the file's bytes: EXT4_MAP_MAPPED. */
  WRITTEN('W', 1),
  /** Space is allocated, its bytes are not the file's; reads as zeros: EXT4_MAP_UNWRITTEN. */
  UNWRITTEN('U', 2),
  /** Data exists in memory only. Reserved: the engine has no delayed allocation. */
  DELAYED('D', 3);

  private final char letter;
  private final int code;

  ExtentState(char letter, int code) {
    this.letter = letter;
    this.code = code;
  }

  /** A number that stands for this state: 0 for a hole, then 1, 2, 3; for who must not branch. */
  public int code() {
    return code;
  }

  /** The letter that stands for this state in {@code first-last:STATE@pblk}. */
  public char letter() {
    return letter;
  }

  /** True if blocks on the device belong to the run, written or not. */
  public boolean isMapped() {
    return this == WRITTEN || this == UNWRITTEN;
  }

  /**
   * The state that {@code letter} stands for.
   *
   * @throws IllegalArgumentException if no state has that letter
   */
  public static ExtentState ofLetter(char letter) {
    for (ExtentState state : values()) {
      if (state.letter == letter) {
        return state;
      }
    }
    throw new IllegalArgumentException("extent state '" + letter + "', allowed H, W, U, D");
  }
}
