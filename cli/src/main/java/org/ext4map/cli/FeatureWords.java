package org.ext4map.cli;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.ext4map.format.MkfsOptions;
import org.ext4map.ondisk.Feature;

/**
 * The words of mke2fs -O: features by name, {@code ^} before those to be left out, {@code none} for
 * a start from nothing.
 */
final class FeatureWords {
  private FeatureWords() {}

  /**
   * Changes {@code options} word by word.
   *
   * @throws IllegalArgumentException if a word is no feature
   */
  static void apply(List<String> words, MkfsOptions.Builder options) {
    for (String word : words) {
      if (word.equals("none")) {
        options.without(Feature.values());
      } else if (word.startsWith("^")) {
        options.without(feature(word.substring(1)));
      } else {
        options.with(feature(word));
      }
    }
  }

  private static Feature feature(String word) {
    String label = word.equals("extents") ? "extent" : word;
    return Arrays.stream(Feature.values())
        .filter(feature -> feature.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "-O " + word + ", allowed none, and with or without ^ " + labels()));
  }

  private static String labels() {
    return Arrays.stream(Feature.values()).map(Feature::label).collect(Collectors.joining(" "));
  }
}
