package org.ext4map.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A call of {@code check} that needs no parser: images, and none or more of {@code -n -f --json
 * --json-lines}. The parser and its look at even this one command take longer than the check of a
 * small image. Whatever else is said goes to the parser, which answers the same for these.
 */
final class PlainCheck {
  private PlainCheck() {}

  /** The checks that the words ask for, ready to be run; empty if the words need the parser. */
  static Optional<CheckRun> of(Console console, String... words) {
    if (words.length < 2 || !words[0].equals("check")) {
      return Optional.empty();
    }
    List<Path> images = new ArrayList<>();
    boolean json = false;
    boolean jsonLines = false;
    for (int i = 1; i < words.length; i++) {
      switch (words[i]) {
        case "-n", "-f", "-fn", "-nf" -> {}
        case "--json" -> json = true;
        case "--json-lines" -> jsonLines = true;
        default -> {
          if (words[i].isEmpty() || words[i].startsWith("-")) {
            return Optional.empty();
          }
          images.add(Path.of(words[i]));
        }
      }
    }
    return images.isEmpty() || (json && images.size() > 1)
        ? Optional.empty()
        : Optional.of(
            new CheckRun(console, CheckRun.Wish.plain(images, CheckRun.Form.of(json, jsonLines))));
  }
}
