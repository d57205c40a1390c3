package org.ext4map.cli;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.ext4map.Ext4Image;
import org.ext4map.aio.DirectIo;
import org.jspecify.annotations.Nullable;

/** The files that {@code io} has open; those not used for long are closed. */
final class IoFiles implements Closeable {
  private static final int MOST_OPEN = 64;

  private final Ext4Image image;
  private final boolean creating;
  private final @Nullable DirectIo io;
  private final Map<String, IoFile> open = new LinkedHashMap<>(MOST_OPEN, 0.75f, true);

  /**
   * None yet.
   *
   * @param creating true if missing files are made
   * @param io reads and writes; null for the engine's own synchronous way
   */
  IoFiles(Ext4Image image, boolean creating, @Nullable DirectIo io) {
    this.image = image;
    this.creating = creating;
    this.io = io;
  }

  /** The file, open. */
  IoFile get(ImagePath path) throws IOException {
    IoFile known = open.get(path.text());
    if (known != null) {
      return known;
    }
    if (open.size() == MOST_OPEN) {
      Iterator<IoFile> longestUnused = open.values().iterator();
      try (IoFile closing = longestUnused.next()) {
        assert closing != null;
        longestUnused.remove();
      }
    }
    IoFile file = IoFile.open(image, path, creating, io);
    open.put(path.text(), file);
    return file;
  }

  @Override
  public void close() throws IOException {
    ArrayDeque<IoFile> files = new ArrayDeque<>(open.values());
    open.clear();
    closeAll(files);
  }

  /** All of them, even if one fails. */
  private static void closeAll(ArrayDeque<IoFile> files) throws IOException {
    try (IoFile first = files.poll()) {
      if (first != null) {
        closeAll(files);
      }
    }
  }
}
