package org.ext4map.images;

import java.util.ArrayList;
import java.util.List;

/**
 * A command with places for an image and a path. Words are split at blanks before the places are
 * filled, so no name needs quoting and no shell is involved; single quotes, double quotes and
 * backslash keep blanks in a word.
 */
final class CommandTemplate {
  private static final String IMAGE = "{image}";
  private static final String PATH = "{path}";

  private final List<String> words;

  CommandTemplate(String template) {
    words = split(template);
    if (!template.contains(IMAGE) || !template.contains(PATH)) {
      throw new IllegalArgumentException(
          "command: " + template + ", wanted {image} and {path} in it");
    }
  }

  List<String> fill(String image, String path) {
    return words.stream().map(word -> word.replace(IMAGE, image).replace(PATH, path)).toList();
  }

  private static List<String> split(String template) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    boolean inWord = false;
    char quote = 0;
    for (int at = 0; at < template.length(); at++) {
      char c = template.charAt(at);
      if (c == '\\' && quote != '\'' && at + 1 < template.length()) {
        word.append(template.charAt(++at));
        inWord = true;
      } else if (quote == 0 && (c == '\'' || c == '"')) {
        quote = c;
        inWord = true;
      } else if (quote != 0 && c == quote) {
        quote = 0;
      } else if (quote == 0 && Character.isWhitespace(c)) {
        if (inWord) {
          words.add(word.toString());
        }
        word.setLength(0);
        inWord = false;
      } else {
        word.append(c);
        inWord = true;
      }
    }
    if (quote != 0) {
      throw new IllegalArgumentException("command: " + template + ", quote not closed");
    }
    if (inWord) {
      words.add(word.toString());
    }
    return words;
  }
}
