package org.ext4map.inspect;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.ext4map.Ext4File;
import org.ext4map.inspect.Difference.Name;
import org.ext4map.model.FileName;

/**
 * The names of one directory in two images. A large directory is compared in rounds, each with the
 * names whose hash falls to it, so that memory stays bounded.
 */
final class DirectoryDiff {
  /** Names of a round, about; at most some ten times as many stand in so many bytes. */
  private static final long BYTES_PER_ROUND = 4L << 20;

  private static final int MOST_ROUNDS = 4096;

  private final Optional<Ext4File> before;
  private final Optional<Ext4File> after;
  private final ImageDiff.Visitor visitor;

  DirectoryDiff(Optional<Ext4File> before, Optional<Ext4File> after, ImageDiff.Visitor visitor) {
    this.before = before;
    this.after = after;
    this.visitor = visitor;
  }

  void run() throws IOException {
    long bytes = Math.max(size(before), size(after));
    int rounds = (int) Math.min(MOST_ROUNDS, 1 + bytes / BYTES_PER_ROUND);
    for (int round = 0; round < rounds; round++) {
      round(round, rounds);
    }
  }

  private static long size(Optional<Ext4File> directory) {
    return directory.map(Ext4File::size).orElse(0L);
  }

  private void round(int round, int rounds) throws IOException {
    Map<FileName, Long> old = names(before, round, rounds);
    Map<FileName, Long> now = names(after, round, rounds);
    long directory = before.or(() -> after).map(Ext4File::ino).orElse(0L);
    for (Map.Entry<FileName, Long> entry : old.entrySet()) {
      Long ino = now.remove(entry.getKey());
      if (!entry.getValue().equals(ino)) {
        visitor.visit(new Name(directory, entry.getKey(), entry.getValue(), ino == null ? 0 : ino));
      }
    }
    for (Map.Entry<FileName, Long> entry : now.entrySet()) {
      visitor.visit(new Name(directory, entry.getKey(), 0, entry.getValue()));
    }
  }

  private Map<FileName, Long> names(Optional<Ext4File> directory, int round, int rounds)
      throws IOException {
    Map<FileName, Long> names = new TreeMap<>();
    if (directory.isPresent()) {
      boolean alone = before.isEmpty() || after.isEmpty();
      directory
          .get()
          .forEachEntry(
              entry -> {
                boolean mine = Math.floorMod(entry.name().hashCode(), rounds) == round;
                if (mine && !(alone && entry.name().isDots())) {
                  names.put(entry.name(), entry.ino());
                }
                return true;
              });
    }
    return names;
  }
}
