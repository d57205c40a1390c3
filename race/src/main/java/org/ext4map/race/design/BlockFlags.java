package org.ext4map.race.design;

/** The values of EXT4_GET_BLOCKS_* that a design has, as far as the stories need them. */
enum BlockFlags {
  /** Without NO_LOCK: 4.5. */
  OF_4_5(0, 0x0100, 0x0200),

  /** With NO_LOCK put back, and the flags above it moved on as they should have been. */
  OF_THE_REVERT(0x0100, 0x0200, 0x0400),

  /** As posted: 0x0300 is what comes after 0x0200 if one counts in hundreds. */
  AS_POSTED(0x0100, 0x0200, 0x0300);

  private static final int CREATE = 0x0001;

  private final int noLock;
  private final int convertUnwritten;
  private final int zero;

  /**
   * Three flags.
   *
   * @param noLock the caller holds i_data_sem shared already; 0 if there is no such flag
   * @param convertUnwritten written blocks become unwritten
   * @param zero newly allocated blocks are zeroed
   */
  BlockFlags(int noLock, int convertUnwritten, int zero) {
    this.noLock = noLock;
    this.convertUnwritten = convertUnwritten;
    this.zero = zero;
  }

  /** What a page fault on a DAX mapping asks for: EXT4_GET_BLOCKS_CREATE_ZERO. */
  int createZero() {
    return CREATE | zero;
  }

  boolean asksNotToLock(int flags) {
    return (flags & noLock) != 0;
  }

  boolean asksToUnwrite(int flags) {
    return (flags & convertUnwritten) != 0;
  }
}
