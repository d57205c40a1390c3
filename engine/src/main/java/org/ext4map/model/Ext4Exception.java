package org.ext4map.model;

import java.io.IOException;

/**
 * The image, not the caller, is the reason that an operation did not happen. The kinds: {@link
 * CorruptionException}, {@link UnsupportedFeatureException}, {@link NoSpaceException}, {@link
 * ReadOnlyException}. A caller's mistake is an {@link IllegalArgumentException} instead; a failing
 * device a plain {@link IOException}; a name that does not exist a {@link
 * java.nio.file.NoSuchFileException} and its siblings.
 */
public abstract class Ext4Exception extends IOException {
  private static final long serialVersionUID = 1;

  /** For the four kinds only. */
  Ext4Exception(String message) {
    super(message);
  }
}
