package org.ext4map.cli;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** How values look to a person. */
final class Text {
  private static final String UNITS = "KMGTPE";

  /** Apart, because most commands show no time and would make the formatter for nothing. */
  private static final class Times {
    private static final DateTimeFormatter UTC =
        DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
  }

  private Text() {}

  /**
   * The same text with every control character shown as {@code \\xNN}: an image must not drive the
   * terminal, nor break a line.
   */
  static String printable(String text) {
    return isPlain(text) ? text : withoutControls(text);
  }

  /** True if the text is ASCII without control characters. */
  private static boolean isPlain(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < ' ' || text.charAt(i) > '~') {
        return false;
      }
    }
    return true;
  }

  private static String withoutControls(String text) {
    StringBuilder shown = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              if (isUnsafe(c)) {
                shown.append(c < 0x100 ? String.format("\\x%02x", c) : String.format("\\u%04x", c));
              } else {
                shown.appendCodePoint(c);
              }
            });
    return shown.toString();
  }

  private static boolean isUnsafe(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          true;
      default -> false;
    };
  }

  /** A size in bytes with at most one digit after the point: {@code 4.0 KiB}, {@code 17 B}. */
  static String bytes(long bytes) {
    if (bytes >= 0 && bytes < 1024) {
      return bytes + " B";
    }
    int unit = -1;
    double value = bytes >= 0 ? bytes : 0x1p64 + bytes;
    while (value >= 1023.95 && unit < UNITS.length() - 1) {
      value /= 1024;
      unit++;
    }
    return String.format(Locale.ROOT, "%.1f %ciB", value, UNITS.charAt(unit));
  }

  /** {@code 1 extent}, {@code 2 extents}. */
  static String count(long count, String noun) {
    return count + " " + noun + (count == 1 ? "" : "s");
  }

  /** A moment in UTC; an image does not know the reader's time zone. */
  static String time(Instant moment) {
    return Times.UTC.format(moment);
  }

  /** Seconds since 1970 as a superblock keeps them; 0 is never. */
  static String superTime(long seconds) {
    return seconds == 0 ? "never" : time(Instant.ofEpochSecond(seconds));
  }
}
