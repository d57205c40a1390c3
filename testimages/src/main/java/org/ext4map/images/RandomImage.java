package org.ext4map.images;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A fresh image and what the live kernel showed of it.
 *
 * @param seed makes the same geometry and operations again
 * @param image the file; {@link #close} deletes it
 * @param mke2fs options it was made with
 * @param operations what was done, in the language of {@code tools/fileops.py}
 * @param blockSize bytes
 * @param views what the kernel showed, sorted by path; a crashed image has no REPLAYED, which would
 *     differ from RECOVERED for orphans that are cut
 */
public record RandomImage(
    long seed,
    Path image,
    List<String> mke2fs,
    String operations,
    int blockSize,
    Map<View, List<FileTruth>> views)
    implements AutoCloseable {

  /** Copies the lists. */
  public RandomImage {
    mke2fs = List.copyOf(mke2fs);
    views = Map.copyOf(views);
  }

  /**
   * What one view shows.
   *
   * @throws IllegalArgumentException if the kernel was not asked
   */
  public List<FileTruth> files(View view) {
    List<FileTruth> files = views.get(view);
    if (files == null) {
      throw new IllegalArgumentException(this + " has no view " + view);
    }
    return files;
  }

  /** Deletes the file. */
  @Override
  public void close() throws IOException {
    Files.deleteIfExists(image);
  }

  /** How to get it again. */
  @Override
  public String toString() {
    return "random image -D" + RandomImages.SEED_PROPERTY + "=" + seed + " mke2fs " + mke2fs;
  }
}
