package org.ext4map.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.ext4map.Ext4Image;
import org.ext4map.inspect.Difference;
import org.ext4map.inspect.FilePath;
import org.ext4map.inspect.ImageDiff;
import org.ext4map.inspect.NameFinder;
import org.ext4map.inspect.Progress;

/**
 * Hands differences on with the names of the inodes they are about. The first are held back until
 * the names are found, in one search; of more, only inodes that have a name by then are named.
 */
final class NamedDifferences implements ImageDiff.Visitor {
  private static final int MOST_HELD = 20_000;
  private static final int MOST_NAMED = 2_000;

  private final Ext4Image before;
  private final Ext4Image after;
  private final Sink sink;
  private final List<Difference> held = new ArrayList<>();
  private final Map<Long, List<FilePath>> names = new HashMap<>();
  private boolean named;
  private long count;

  /** Takes a difference and the names of its inode, none if it has none. */
  interface Sink {
    void write(Difference difference, List<FilePath> paths) throws IOException;
  }

  NamedDifferences(Ext4Image before, Ext4Image after, Sink sink) {
    this.before = before;
    this.after = after;
    this.sink = sink;
  }

  @Override
  public void visit(Difference difference) throws IOException {
    count++;
    if (named) {
      write(difference);
      return;
    }
    held.add(difference);
    if (held.size() == MOST_HELD) {
      finish();
    }
  }

  /** Hands on what is held back. */
  void finish() throws IOException {
    if (named) {
      return;
    }
    named = true;
    Set<Long> inos = new HashSet<>();
    for (Difference difference : held) {
      inodeOf(difference).ifPresent(ino -> addTo(inos, ino));
    }
    if (!inos.isEmpty()) {
      names.putAll(NameFinder.find(before, inos, Progress.NONE));
      NameFinder.find(after, inos, Progress.NONE)
          .forEach(
              (ino, paths) -> {
                if (!paths.isEmpty()) {
                  names.put(ino, paths);
                }
              });
    }
    for (Difference difference : held) {
      write(difference);
    }
    held.clear();
  }

  private static void addTo(Set<Long> inos, long ino) {
    if (inos.size() < MOST_NAMED) {
      inos.add(ino);
    }
  }

  private void write(Difference difference) throws IOException {
    OptionalLong ino = inodeOf(difference);
    sink.write(
        difference, ino.isPresent() ? names.getOrDefault(ino.getAsLong(), List.of()) : List.of());
  }

  /** The inode that a difference is about. */
  static OptionalLong inodeOf(Difference difference) {
    if (difference instanceof Difference.Field field) {
      return field.subject() == Difference.Subject.INODE
          ? OptionalLong.of(field.number())
          : OptionalLong.empty();
    }
    if (difference instanceof Difference.Existence existence) {
      return OptionalLong.of(existence.ino());
    }
    if (difference instanceof Difference.Range range) {
      return OptionalLong.of(range.ino());
    }
    return OptionalLong.of(((Difference.Name) difference).directory());
  }

  /** Differences so far. */
  long count() {
    return count;
  }
}
