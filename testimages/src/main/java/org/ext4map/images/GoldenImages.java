package org.ext4map.images;

import java.io.BufferedReader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** All golden images of the repository. */
public final class GoldenImages {
  private static final List<GoldenImage> ALL = readIndex();

  private GoldenImages() {}

  /** Every image, sorted by name. */
  public static List<GoldenImage> list() {
    return ALL;
  }

  /**
   * One image.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  public static GoldenImage byName(String name) {
    return ALL.stream()
        .filter(image -> image.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no golden image " + name));
  }

  static InputStream resource(String path) throws IOException {
    InputStream found = GoldenImages.class.getResourceAsStream(path);
    if (found == null) {
      throw new FileNotFoundException("resource org/ext4map/images/" + path);
    }
    return found;
  }

  private static List<GoldenImage> readIndex() {
    try (BufferedReader names =
        new BufferedReader(
            new InputStreamReader(resource("golden/index"), StandardCharsets.UTF_8))) {
      return names.lines().map(GoldenImage::new).toList();
    } catch (IOException problem) {
      throw new UncheckedIOException(problem);
    }
  }
}
