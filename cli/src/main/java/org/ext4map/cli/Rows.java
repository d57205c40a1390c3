package org.ext4map.cli;

import java.io.IOException;
import java.util.Locale;

/** Labelled values for people, within 80 columns where words allow it. */
final class Rows {
  private static final int COLUMNS = 80;
  private static final int LABEL = 18;

  private final Console console;

  Rows(Console console) {
    this.console = console;
  }

  /** A line that begins a group of rows. */
  void heading(String text) throws IOException {
    console.line(console.paint().bold(text));
  }

  /** One label and its value, which is wrapped at blanks. */
  void row(String label, String value) throws IOException {
    String margin = String.format(Locale.ROOT, "  %-" + (LABEL - 2) + "s", label);
    console.print(console.paint().cyan(margin));
    wrap(value, LABEL);
  }

  /** A sentence without a label. */
  void paragraph(String text) throws IOException {
    console.print("  ");
    wrap(text, 2);
  }

  private void wrap(String value, int margin) throws IOException {
    int used = margin;
    for (String word : value.split(" ", -1)) {
      if (used > margin && used + 1 + word.length() > COLUMNS) {
        console.print("\n" + " ".repeat(margin));
        used = margin;
      }
      console.print(used == margin ? word : " " + word);
      used += word.length() + (used == margin ? 0 : 1);
    }
    console.line("");
  }
}
