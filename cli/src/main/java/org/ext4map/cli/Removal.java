package org.ext4map.cli;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import org.ext4map.Ext4File;
import org.ext4map.Ext4Image;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.FileName;
import org.ext4map.ondisk.DirEntry;
import org.ext4map.ondisk.FileType;

/**
 * A directory with all that is in it, from the leaves up. Memory: for each level of the way down
 * one batch of names, so that no directory is too large.
 */
final class Removal {
  private static final int NAMES_IN_BATCH = 1024;

  /**
   * A directory on the way down.
   *
   * @param pending names found there and not removed yet
   */
  private record Level(String path, Ext4File directory, Deque<DirEntry> pending) {}

  private final Ext4Image image;
  private final Deque<Level> way = new ArrayDeque<>();
  private final Set<Long> inodesOnWay = new HashSet<>();

  private Removal(Ext4Image image) {
    this.image = image;
  }

  /** Removes what {@code path} names, a directory. */
  static void of(Ext4Image image, String path, Ext4File directory) throws IOException {
    Removal removal = new Removal(image);
    removal.enter(path, directory);
    while (!removal.way.isEmpty()) {
      removal.step();
    }
  }

  private void enter(String path, Ext4File directory) throws IOException {
    if (!inodesOnWay.add(directory.ino())) {
      throw CorruptionException.of(
          "directory", "inode", directory.ino(), "none that it lies in itself", path);
    }
    way.push(new Level(path, directory, new ArrayDeque<>()));
  }

  /** Removes one name of the innermost directory, or enters it, or leaves the empty directory. */
  private void step() throws IOException {
    Level level = way.element();
    if (level.pending().isEmpty()) {
      fill(level);
    }
    DirEntry entry = level.pending().poll();
    if (entry == null) {
      way.pop();
      inodesOnWay.remove(level.directory().ino());
      image.rmdir(level.path());
      return;
    }
    String path = level.path() + "/" + text(entry.name());
    Ext4File file = image.inode(entry.ino());
    if (file.type() == FileType.DIRECTORY) {
      enter(path, file);
    } else {
      image.unlink(path);
    }
  }

  private static void fill(Level level) throws IOException {
    Deque<DirEntry> batch = level.pending();
    level
        .directory()
        .forEachEntry(
            entry -> {
              if (!entry.name().isDots()) {
                batch.add(entry);
              }
              return batch.size() < NAMES_IN_BATCH;
            });
  }

  private static String text(FileName name) throws Failure {
    String text = name.toString();
    if (!FileName.of(text).equals(name)) {
      throw Failure.refused(
          "name in hex " + HexFormat.of().formatHex(name.toByteArray()) + ", allowed UTF-8");
    }
    return text;
  }
}
