package org.ext4map.check;

/** What a problem means for the verdict. */
public enum Severity {
  /** Worth knowing; the file system is sound. */
  INFO("info"),
  /** Not as it should be, but nothing depends on it; the file system is sound. */
  WARNING("warning"),
  /** The file system is corrupt. */
  ERROR("error"),
  /** The check cannot go on; without an error before it, the image is refused. */
  FATAL("fatal");

  private final String label;

  Severity(String label) {
    this.label = label;
  }

  /** The name that people and programs see. */
  public String label() {
    return label;
  }
}
