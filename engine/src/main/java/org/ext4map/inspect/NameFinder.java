package org.ext4map.inspect;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.ext4map.Ext4File;
import org.ext4map.Ext4Image;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.Ext4Exception;
import org.ext4map.model.FileName;
import org.ext4map.ondisk.DirEntry;
import org.ext4map.ondisk.FileType;

/**
 * The paths of inodes: {@code ncheck} of debugfs, for many inodes in one search. Looks through all
 * directories for names, then goes up by "..".
 */
public final class NameFinder {
  /** Names kept for one inode; a file can have 65,000. */
  private static final int MOST_NAMES = 16;

  /** Directories on the way up; more are a circle or a joke. */
  private static final int MOST_LEVELS = 256;

  private static final int MOST_REMEMBERED = 4096;
  private static final long ROOT_INO = 2;
  private static final FileName DOT_DOT = FileName.of("..");

  private final Ext4Image image;
  private final Map<Long, List<Named>> found = new HashMap<>();
  private final Map<Long, FilePath> directories =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, FilePath> eldest) {
          return size() > MOST_REMEMBERED;
        }
      };

  /** Links of the inodes asked for that were not met yet. */
  private long missing;

  private long blocksSeen;

  private record Named(long parent, FileName name) {}

  private NameFinder(Ext4Image image) {
    this.image = image;
  }

  /**
   * All names of each inode, at most 16 a piece, the first found first. An inode without a name has
   * an empty list. A path whose way to the root is broken begins with the inode where it ended, as
   * in {@code <12>/name}.
   */
  public static Map<Long, List<FilePath>> find(Ext4Image image, Set<Long> inos, Progress progress)
      throws IOException {
    NameFinder finder = new NameFinder(image);
    for (long ino : inos) {
      finder.found.put(ino, new ArrayList<>(1));
      finder.missing += finder.namesOf(ino);
    }
    if (finder.missing > 0) {
      Unread passedOver = new InodeScan(image, progress).run(finder::directory);
      assert passedOver.count() >= 0 : "a directory that cannot be read names nobody";
    }
    Map<Long, List<FilePath>> paths = new HashMap<>();
    for (long ino : inos) {
      paths.put(ino, finder.paths(ino));
    }
    return paths;
  }

  /** Names to be expected: a directory's links are those of its children, too. */
  private long namesOf(long ino) throws IOException {
    if (ino == ROOT_INO) {
      return 0;
    }
    try {
      Ext4File file = image.inode(ino);
      return file.type() == FileType.DIRECTORY ? 1 : file.record().linksCount();
    } catch (Ext4Exception | java.nio.file.NoSuchFileException unreadable) {
      return 1;
    }
  }

  private boolean directory(Ext4File file) throws IOException {
    if (file.type() != FileType.DIRECTORY) {
      return true;
    }
    blocksSeen += 1 + file.size() / image.geometry().blockSize();
    if (blocksSeen > 2 * image.geometry().blocksCount()) {
      throw CorruptionException.of(
          "directories",
          "blocks",
          blocksSeen,
          "<= " + 2 * image.geometry().blocksCount(),
          "ino=" + file.ino());
    }
    file.forEachEntry(
        entry -> {
          List<Named> names = entry.name().isDots() ? null : found.get(entry.ino());
          if (names != null) {
            missing--;
            if (names.size() < MOST_NAMES) {
              names.add(new Named(file.ino(), entry.name()));
            }
          }
          return missing > 0;
        });
    return missing > 0;
  }

  private List<FilePath> paths(long ino) throws IOException {
    if (ino == ROOT_INO) {
      return List.of(FilePath.root());
    }
    List<FilePath> paths = new ArrayList<>();
    for (Named named : found.getOrDefault(ino, List.of())) {
      paths.add(pathOf(named.parent()).resolve(named.name()));
    }
    return paths;
  }

  /** The path of a directory. */
  private FilePath pathOf(long directory) throws IOException {
    List<Named> way = new ArrayList<>();
    long ino = directory;
    FilePath path = directories.get(ino);
    while (path == null && ino != ROOT_INO && way.size() < MOST_LEVELS) {
      Named up = up(ino);
      if (up == null) {
        path = FilePath.detached(ino);
      } else {
        way.add(new Named(ino, up.name()));
        ino = up.parent();
        path = directories.get(ino);
      }
    }
    if (path == null) {
      path = ino == ROOT_INO ? FilePath.root() : FilePath.detached(ino);
    }
    for (int i = way.size() - 1; i >= 0; i--) {
      path = path.resolve(way.get(i).name());
      directories.put(way.get(i).parent(), path);
    }
    return path;
  }

  /** The parent of a directory and the name there; null if one of them cannot be found. */
  private @org.jspecify.annotations.Nullable Named up(long directory) throws IOException {
    try {
      long parent = image.inode(directory).find(DOT_DOT).map(DirEntry::ino).orElse(0L);
      if (parent == 0 || parent == directory) {
        return null;
      }
      List<FileName> names = new ArrayList<>(1);
      image
          .inode(parent)
          .forEachEntry(
              entry -> {
                if (entry.ino() == directory && !entry.name().isDots()) {
                  names.add(entry.name());
                }
                return names.isEmpty();
              });
      return names.isEmpty() ? null : new Named(parent, names.get(0));
    } catch (Ext4Exception | java.nio.file.FileSystemException broken) {
      return null;
    }
  }
}
