package org.ext4map.model;

/** What the blocks of a run hold: the mapping states of {@code EXTENT_STATUS_*} (Linux ext4). */
public enum ExtentState {
  /** No space is allocated; reads as zeros. */
  HOLE('H'),
  /** Space is allocated and holds the file's bytes: EXT4_MAP_MAPPED. */
  WRITTEN('W'),
  /** Space is allocated, its bytes are not the file's; reads as zeros: EXT4_MAP_UNWRITTEN. */
  UNWRITTEN('U'),
  /** Data exists in memory only. Reserved: the engine has no delayed allocation. */
  DELAYED('D');

  private final char letter;

  ExtentState(char letter) {
    this.letter = letter;
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
