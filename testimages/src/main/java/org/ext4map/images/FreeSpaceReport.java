package org.ext4map.images;

import java.io.IOException;
import java.nio.file.Path;

/** What e2freefrag prints. Needs {@link Judge#E2FSPROGS}. */
public final class FreeSpaceReport {
  private FreeSpaceReport() {}

  /** Its report about an image file, in view {@link View#AS_IS}. */
  public static String of(Path image) throws IOException {
    return Command.of("e2freefrag", image.toString()).succeed().text();
  }
}
