package org.ext4map.cli;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.TypeConversionException;

/** The words of one command of {@code io}: a name, options of one letter, operands. */
final class IoArguments {
  private static final ByteCount NUMBERS = new ByteCount();

  private final String name;
  private final List<String> words;
  private final Map<Character, String> options = new HashMap<>();
  private final List<String> operands = new ArrayList<>();

  private IoArguments(List<String> words) {
    this.name = words.get(0);
    this.words = words.subList(1, words.size());
  }

  /** Splits at blanks. */
  static IoArguments of(String text) {
    String stripped = text.strip();
    if (stripped.isEmpty()) {
      throw new IoSyntaxException("no command, allowed " + IoWords.NAMES);
    }
    return new IoArguments(List.of(stripped.split("\\s+")));
  }

  String name() {
    return name;
  }

  /**
   * Sorts options from operands, as getopt does.
   *
   * @param letters of the options; a colon behind one says that a value follows it
   * @param names of the operands, all of which must be there
   */
  IoArguments take(String letters, String... names) {
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      if (word.length() < 2 || word.charAt(0) != '-') {
        operands.add(word);
        continue;
      }
      i += takeOptions(word, letters, i + 1 < words.size() ? words.get(i + 1) : "");
    }
    if (operands.size() != names.length) {
      throw new IoSyntaxException(
          name
              + " with "
              + Text.count(operands.size(), "operand")
              + ", allowed "
              + (names.length == 0 ? "none" : String.join(" ", names)));
    }
    return this;
  }

  /** Takes the letters of one word; answers how many words more belong to it. */
  private int takeOptions(String word, String letters, String next) {
    for (int at = 1; at < word.length(); at++) {
      char letter = word.charAt(at);
      int found = letter == ':' ? -1 : letters.indexOf(letter);
      if (found < 0) {
        throw new IoSyntaxException(name + " " + word + ", allowed " + shown(letters));
      }
      if (found + 1 == letters.length() || letters.charAt(found + 1) != ':') {
        options.put(letter, "");
        continue;
      }
      boolean isAttached = at + 1 < word.length();
      options.put(letter, isAttached ? word.substring(at + 1) : next);
      return isAttached ? 0 : 1;
    }
    return 0;
  }

  private static String shown(String letters) {
    return letters.isEmpty()
        ? "no option"
        : letters.replaceAll("[a-zA-Z]", " -$0").replace(":", " N").strip();
  }

  boolean has(char option) {
    return options.containsKey(option);
  }

  /** The number behind an option. */
  long option(char letter, long otherwise, long least, long most) {
    String text = options.get(letter);
    if (text == null) {
      return otherwise;
    }
    long value = number("-" + letter, text);
    if (value < least || value > most) {
      throw new IoSyntaxException(
          name + " -" + letter + " " + text + ", allowed " + least + " … " + most);
    }
    return value;
  }

  /** The number in place {@code i} of the operands. */
  long operand(int i) {
    return number("operand " + (i + 1), operands.get(i));
  }

  /** Operands 0 and 1 as offset and length, whose sum is a file offset still. */
  IoRange range() {
    IoRange range = new IoRange(operand(0), operand(1));
    if (range.end() < 0) {
      throw new IoSyntaxException(
          name + " " + String.join(" ", operands) + ", allowed an end below 2^63");
    }
    return range;
  }

  private long number(String what, String text) {
    try {
      return NUMBERS.convert(text);
    } catch (TypeConversionException notANumber) {
      throw new IoSyntaxException(name + " " + what + ": " + notANumber.getMessage());
    }
  }
}
