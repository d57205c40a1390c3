package org.ext4map.cli;

/** Colours of a terminal, or none. */
enum Paint {
  PLAIN,
  ANSI;

  /** Headings. */
  String bold(String text) {
    return sgr("1", text);
  }

  /** What is there but not in the foreground: holes, units, explanations. */
  String faint(String text) {
    return sgr("2", text);
  }

  /** Good news, and written blocks. */
  String green(String text) {
    return sgr("32", text);
  }

  /** What deserves a look, and unwritten blocks. */
  String yellow(String text) {
    return sgr("33", text);
  }

  /** Bad news. */
  String red(String text) {
    return sgr("31", text);
  }

  /** Names and frames. */
  String cyan(String text) {
    return sgr("36", text);
  }

  private String sgr(String code, String text) {
    return this == ANSI ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
  }
}
