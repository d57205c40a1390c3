package org.ext4map.cli;

import java.util.Locale;

/** Constants of the engine as words of JSON. */
final class Words {
  private Words() {}

  /** {@code ZEROS_HOLE} as {@code zeros_hole}. */
  static String of(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
