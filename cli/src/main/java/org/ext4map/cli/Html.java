package org.ext4map.cli;

import java.util.Locale;

/**
 * A page as it is written. All text from an image goes through {@link #text}, which lets nothing
 * through that a browser could take for markup, nor characters that hide or turn others.
 */
final class Html {
  private static final int LONGEST_TEXT = 240;

  private final StringBuilder page = new StringBuilder(1 << 16);

  /** Markup of ours, as it stands. */
  Html raw(String markup) {
    page.append(markup);
    return this;
  }

  /** Text from anywhere; the middle of a very long one is left out. */
  Html text(String text) {
    page.append(escaped(text));
    return this;
  }

  /** {@code <name class="style">text</name>}. */
  Html element(String name, String style, String text) {
    open(name, style).text(text);
    return close(name);
  }

  /** {@code <name class="style">}. */
  Html open(String name, String style) {
    page.append('<').append(name);
    if (!style.isEmpty()) {
      page.append(" class=\"").append(style).append('"');
    }
    page.append('>');
    return this;
  }

  /** {@code </name>}. */
  Html close(String name) {
    page.append("</").append(name).append('>');
    return this;
  }

  /** The text, safe inside an element and inside a quoted attribute. */
  static String escaped(String text) {
    String shown = Text.printable(clipped(text));
    StringBuilder safe = new StringBuilder(shown.length() + 16);
    for (int i = 0; i < shown.length(); i++) {
      char c = shown.charAt(i);
      switch (c) {
        case '&' -> safe.append("&amp;");
        case '<' -> safe.append("&lt;");
        case '>' -> safe.append("&gt;");
        case '"' -> safe.append("&quot;");
        case '\'' -> safe.append("&#39;");
        default -> safe.append(c);
      }
    }
    return safe.toString();
  }

  private static String clipped(String text) {
    if (text.length() <= LONGEST_TEXT) {
      return text;
    }
    int half = LONGEST_TEXT / 2;
    return text.substring(0, half) + " … " + text.substring(text.length() - half);
  }

  /** A share of a whole, 0 … 100, for people. */
  static String percent(long part, long whole) {
    return String.format(Locale.ROOT, "%.1f %%", 100.0 * part / Math.max(1, whole));
  }

  @Override
  public String toString() {
    return page.toString();
  }
}
