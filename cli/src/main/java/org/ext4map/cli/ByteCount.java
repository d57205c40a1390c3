package org.ext4map.cli;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a number of bytes: {@code 4096}, {@code 0x1000}, {@code 4k}, {@code 8s} (sectors). */
final class ByteCount implements ITypeConverter<Long> {
  private static final Pattern DECIMAL = Pattern.compile("([0-9]{1,19})([skmgt]?)");
  private static final Pattern HEXADECIMAL = Pattern.compile("0x([0-9a-f]{1,16})");
  private static final int SECTOR_BYTES = 512;

  @Override
  public Long convert(String text) {
    String word = text.toLowerCase(Locale.ROOT);
    try {
      Matcher hexadecimal = HEXADECIMAL.matcher(word);
      if (hexadecimal.matches()) {
        return Long.parseLong(hexadecimal.group(1), 16);
      }
      Matcher decimal = DECIMAL.matcher(word);
      if (decimal.matches()) {
        return Math.multiplyExact(Long.parseLong(decimal.group(1)), factor(decimal.group(2)));
      }
    } catch (ArithmeticException | NumberFormatException tooLarge) {
      throw refusal(text);
    }
    throw refusal(text);
  }

  private static long factor(String suffix) {
    return switch (suffix) {
      case "s" -> SECTOR_BYTES;
      case "k" -> 1L << 10;
      case "m" -> 1L << 20;
      case "g" -> 1L << 30;
      case "t" -> 1L << 40;
      default -> 1;
    };
  }

  private static TypeConversionException refusal(String text) {
    return new TypeConversionException(
        "'" + text + "', allowed bytes below 2^63 as 4096, 0x1000, 4k, 1M, 2G, 1T or 8s (sectors)");
  }
}
