package org.ext4map.model;

/** No free block or inode is left for the request: ENOSPC. Nothing was changed. */
public final class NoSpaceException extends Ext4Exception {
  private static final long serialVersionUID = 1;

  /**
   * What was asked for and what was left.
   *
   * @param message names the request and the counts
   */
  public NoSpaceException(String message) {
    super(message);
  }
}
