package org.ext4map.inspect;

/**
 * How a block's own checksum stands.
 *
 * @param state right, wrong, or none is kept
 * @param detail what is wrong, or why there is none; may be empty
 */
public record Checksum(State state, String detail) {
  /** Whether it matches. */
  public enum State {
    /** It matches. */
    RIGHT,
    /** It does not match. */
    WRONG,
    /** There is none. */
    NONE
  }

  static final Checksum RIGHT = new Checksum(State.RIGHT, "");

  static Checksum none(String why) {
    return new Checksum(State.NONE, why);
  }

  static Checksum wrong(String detail) {
    return new Checksum(State.WRONG, detail);
  }

  static Checksum of(int found, int computed) {
    return found == computed
        ? RIGHT
        : wrong(String.format("found 0x%08x, computed 0x%08x", found, computed));
  }
}
