package org.ext4map.images;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A fresh image and what the live kernel showed of it after a clean unmount; all views agree.
 *
 * @param seed makes the same geometry and operations again
 * @param image the file; {@link #close} deletes it
 * @param mke2fs options it was made with
 * @param operations what was done, in the language of {@code tools/fileops.py}
 * @param blockSize bytes
 * @param files truth, sorted by path
 */
public record RandomImage(
    long seed,
    Path image,
    List<String> mke2fs,
    String operations,
    int blockSize,
    List<FileTruth> files)
    implements AutoCloseable {

  /** Copies the lists. */
  public RandomImage {
    mke2fs = List.copyOf(mke2fs);
    files = List.copyOf(files);
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
