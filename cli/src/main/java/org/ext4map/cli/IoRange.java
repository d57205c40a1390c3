package org.ext4map.cli;

/**
 * Bytes of a file.
 *
 * @param offset the first
 * @param length how many
 */
record IoRange(long offset, long length) {
  /** Behind the last; negative if that is too far. */
  long end() {
    return offset + length;
  }
}
