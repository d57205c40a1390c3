package org.ext4map.model;

/**
 * A run of file blocks that lie side by side on the device in one state. Immutable.
 *
 * <p>Units: file-system blocks. A hole has {@code pblk} 0.
 *
 * @param lblk first logical block, 0 … 2^32−2
 * @param length blocks, at least 1
 * @param pblk first physical block; 0 for a hole
 * @param state what the blocks hold
 */
public record Extent(long lblk, int length, long pblk, ExtentState state) {
  /** Checks the shape; a caller's mistake is an {@link IllegalArgumentException}. */
  public Extent {
    if (lblk < 0 || length < 1 || pblk < 0) {
      throw new IllegalArgumentException(
          "extent lblk=" + lblk + " length=" + length + " pblk=" + pblk);
    }
  }

  /** The hole {@code [lblk, lblk + length)}. */
  public static Extent hole(long lblk, int length) {
    return new Extent(lblk, length, 0, ExtentState.HOLE);
  }

  /** The first logical block after the run. */
  public long end() {
    return lblk + length;
  }

  /** The last logical block of the run. */
  public long last() {
    return lblk + length - 1;
  }

  /**
   * True if {@code next} continues this run: same state, no gap, neither in the file nor on the
   * device.
   */
  public boolean isContinuedBy(Extent next) {
    return state == next.state
        && end() == next.lblk
        && (!state.isMapped() || pblk + length == next.pblk)
        && (long) length + next.length <= Integer.MAX_VALUE;
  }

  /**
   * Reads the notation that {@link #toString} writes.
   *
   * @throws IllegalArgumentException if {@code text} is not {@code first-last:STATE[@pblk]}
   */
  public static Extent parse(String text) {
    int dash = text.indexOf('-');
    int colon = text.indexOf(':');
    if (dash < 1 || colon < dash + 2 || colon + 1 >= text.length()) {
      throw new IllegalArgumentException("extent '" + text + "', allowed first-last:STATE[@pblk]");
    }
    long first = Long.parseLong(text.substring(0, dash));
    long last = Long.parseLong(text.substring(dash + 1, colon));
    ExtentState state = ExtentState.ofLetter(text.charAt(colon + 1));
    int at = text.indexOf('@', colon);
    if (state.isMapped() != (at == colon + 2)) {
      throw new IllegalArgumentException("extent '" + text + "': @pblk goes with W and U alone");
    }
    long pblk = at < 0 ? 0 : Long.parseLong(text.substring(at + 1));
    return new Extent(first, Math.toIntExact(last - first + 1), pblk, state);
  }

  /** The project's notation: {@code 0-7:W@100}, {@code 8-10:H}. */
  @Override
  public String toString() {
    String run = lblk + "-" + last() + ":" + state.letter();
    return state.isMapped() ? run + "@" + pblk : run;
  }
}
