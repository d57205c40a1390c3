package org.ext4map.cli;

/** What the process answers; the same for every command that does not check or recover. */
final class ExitCode {
  /** Done, found, same. */
  static final int OK = 0;

  /** The name is not in the image; the two things differ. */
  static final int NOT_FOUND = 1;

  /** Cannot open, not ext4, unsupported feature, damaged image, failing device. */
  static final int FAILED = 8;

  /** The command line is wrong. */
  static final int USAGE = 16;

  /** Interrupted, or the reader of our output went away. */
  static final int CANCELLED = 32;

  private ExitCode() {}
}
