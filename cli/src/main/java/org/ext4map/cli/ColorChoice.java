package org.ext4map.cli;

import java.util.Locale;

/** The values of {@code --color}. */
enum ColorChoice {
  AUTO,
  ALWAYS,
  NEVER;

  /** The word on the command line. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
