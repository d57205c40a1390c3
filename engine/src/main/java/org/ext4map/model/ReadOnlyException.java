package org.ext4map.model;

/** A change was asked of an image that is open for reading, or whose journal has aborted: EROFS. */
public final class ReadOnlyException extends Ext4Exception {
  private static final long serialVersionUID = 1;

  /**
   * Why no change is possible.
   *
   * @param message names the operation and the reason
   */
  public ReadOnlyException(String message) {
    super(message);
  }
}
