package org.ext4map.cli;

/** A command of {@code io} that means nothing: word found, words allowed. */
final class IoSyntaxException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  IoSyntaxException(String message) {
    super(message);
  }
}
