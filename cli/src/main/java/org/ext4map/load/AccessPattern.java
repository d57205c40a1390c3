package org.ext4map.load;

/** What a job does, in fio's words. */
public enum AccessPattern {
  /** Reads one block after the other. */
  READ(100, false),
  /** Writes one block after the other. */
  WRITE(0, false),
  /** Reads each block once, in no order. */
  RANDREAD(100, true),
  /** Writes each block once, in no order. */
  RANDWRITE(0, true),
  /** Reads or writes each block, half of the time each. */
  RANDRW(50, true);

  private final int readPercent;
  private final boolean isRandom;

  AccessPattern(int readPercent, boolean isRandom) {
    this.readPercent = readPercent;
    this.isRandom = isRandom;
  }

  int readPercent() {
    return readPercent;
  }

  boolean isRandom() {
    return isRandom;
  }
}
