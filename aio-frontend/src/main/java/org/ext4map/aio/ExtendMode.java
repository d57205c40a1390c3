package org.ext4map.aio;

/**
 * How writes behind the end of a file are made. In both cases a crash cuts back what is not done.
 */
public enum ExtendMode {
  /** As the kernel does: the submitter waits, holding the inode lock exclusively. */
  WAIT,
  /**
   * The size follows with the conversion, on a worker. Several may be in flight; each one makes the
   * file long enough for itself, so that what lies before it may read as zeros until it is done.
   */
  DEFER
}
