package org.ext4map.check;

/**
 * Hears what a check finds, while it runs. All calls come from the thread that runs the check; an
 * exception thrown here ends the check and reaches its caller.
 */
public interface CheckListener {
  /** Hears nothing. */
  CheckListener NONE =
      new CheckListener() {
        @Override
        public void found(Finding finding) {
          // nobody wants to know
        }
      };

  /** A problem was found. */
  void found(Finding finding);

  /**
   * The check is going to keep at most {@code bytes}, buffers and directories apart; called once,
   * before the first pass over inodes, unless the check ends before.
   */
  default void needsMemory(long bytes) {}

  /**
   * {@code done} of {@code total} steps of {@code pass} are made; called at least once a pass,
   * about once a group.
   */
  default void progress(Pass pass, long done, long total) {}

  /** Asked at every step; true ends the check early with what was found until then. */
  default boolean isCancelled() {
    return false;
  }
}
