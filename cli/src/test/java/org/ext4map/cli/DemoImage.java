package org.ext4map.cli;

import java.nio.file.Path;

/** The image of the demo, saved as a user would save it. It needs recovery. */
final class DemoImage {
  private DemoImage() {}

  static Path in(Path directory) {
    Path image = directory.resolve("demo.img");
    Ran saved = Ran.ext4map("demo", "--save", image);
    if (saved.exitCode() != 0) {
      throw new AssertionError(saved.err());
    }
    return image;
  }
}
