package org.ext4map.cli;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.TypeConversionException;

/**
 * One command of {@code io}, parsed.
 *
 * @param place where it stood, for messages
 * @param path of another file than the one that was opened first
 * @param action what to do with the file
 */
record IoStep(String place, Optional<ImagePath> path, IoAction action) {
  private static final Pattern ADDRESSED = Pattern.compile("([/<].*?):\\s+(.*)");

  /**
   * Reads {@code command} or {@code PATH: command}.
   *
   * @throws IoSyntaxException naming place and word
   */
  static IoStep parse(String place, String text) {
    String stripped = text.strip();
    Matcher addressed = ADDRESSED.matcher(stripped);
    try {
      if (!addressed.matches()) {
        return new IoStep(place, Optional.empty(), IoWords.parse(stripped));
      }
      ImagePath path = new ImagePath.Converter().convert(addressed.group(1));
      return new IoStep(place, Optional.of(path), IoWords.parse(addressed.group(2)));
    } catch (IoSyntaxException | TypeConversionException wrong) {
      throw new IoSyntaxException(place + ": " + wrong.getMessage());
    }
  }
}
