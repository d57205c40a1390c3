package org.ext4map.inspect;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.stream.Collectors;
import org.ext4map.Ext4File;
import org.ext4map.Ext4Image;
import org.ext4map.inspect.BlockRole.Purpose;
import org.ext4map.model.CorruptionException;
import org.ext4map.ondisk.FileType;

/** How scattered the files of an image are, all of them or those below a directory. */
public final class FragmentationScan {
  private static final int MOST_DIRECTORIES = 1 << 20;
  private static final Comparator<FileFragments> WORST_LAST =
      Comparator.comparingLong(FileFragments::excess)
          .thenComparingLong(FileFragments::extents)
          .thenComparing(Comparator.comparingLong(FileFragments::ino).reversed());

  private final int most;
  private final PriorityQueue<FileFragments> worst = new PriorityQueue<>(WORST_LAST);
  private long files;
  private long mapped;
  private long fragmented;
  private long extents;
  private long fragments;
  private long least;
  private long walked;

  private FragmentationScan(int most) {
    this.most = most;
  }

  /**
   * Sums, and the worst files.
   *
   * @param files regular files
   * @param mapped of them, those that have blocks
   * @param fragmented of them, those with more extents than needed
   * @param extents of all of them
   * @param fragments of all of them
   * @param least that all of them need
   * @param worst those with the most extents too many, the worst first
   * @param paths their names
   * @param unread inodes that could not be read
   */
  public record Result(
      long files,
      long mapped,
      long fragmented,
      long extents,
      long fragments,
      long least,
      List<FileFragments> worst,
      Map<Long, List<FilePath>> paths,
      Unread unread) {
    /** Keeps its own collections. */
    public Result {
      worst = List.copyOf(worst);
      paths = Map.copyOf(paths);
    }
  }

  /**
   * Looks at all regular files but those of the file system itself; {@code most} of the worst are
   * named.
   */
  public static Result ofImage(Ext4Image image, int most, Progress progress) throws IOException {
    FragmentationScan scan = new FragmentationScan(most);
    Unread unread =
        new InodeScan(image, progress)
            .run(
                file -> {
                  scan.add(image, file);
                  return true;
                });
    return scan.result(image, unread, progress);
  }

  /** Looks at {@code top}: a file, or a directory and all regular files below it. */
  public static Result below(Ext4Image image, Ext4File top, int most, Progress progress)
      throws IOException {
    FragmentationScan scan = new FragmentationScan(most);
    Unread unread = new Unread();
    scan.add(image, top);
    Deque<Long> open = new ArrayDeque<>();
    Set<Long> seen = new HashSet<>();
    if (top.type() == FileType.DIRECTORY) {
      open.add(top.ino());
    }
    while (!open.isEmpty()) {
      long ino = open.pop();
      progress.step("directories", seen.size(), seen.size() + open.size() + 1L);
      if (seen.add(ino)) {
        unread.during(() -> scan.directory(image, ino, open, unread));
      }
    }
    return scan.result(image, unread, progress);
  }

  private void directory(Ext4Image image, long ino, Deque<Long> open, Unread unread)
      throws IOException {
    List<Long> names = new ArrayList<>();
    image
        .inode(ino)
        .forEachEntry(
            entry -> {
              if (!entry.name().isDots()) {
                names.add(entry.ino());
              }
              return names.size() < MOST_DIRECTORIES;
            });
    for (long each : names) {
      unread.during(
          () -> {
            Ext4File file = image.inode(each);
            if (file.type() != FileType.DIRECTORY) {
              add(image, file);
            } else if (open.size() < MOST_DIRECTORIES) {
              open.push(each);
            }
          });
    }
  }

  private void add(Ext4Image image, Ext4File file) throws IOException {
    if (RoleFinder.purpose(image.superblock(), file) != Purpose.FILE) {
      return;
    }
    FileFragments one = FileFragments.of(file);
    walked += one.extents();
    if (walked > image.geometry().blocksCount() + image.geometry().inodesCount()) {
      throw CorruptionException.of(
          "maps", "extents", walked, "not more than blocks", "ino=" + file.ino());
    }
    files++;
    mapped += one.blocks() > 0 ? 1 : 0;
    fragmented += one.excess() > 0 ? 1 : 0;
    extents += one.extents();
    fragments += one.fragments();
    least += one.least();
    if (one.blocks() > 0 && most > 0) {
      worst.add(one);
      if (worst.size() > most) {
        worst.poll();
      }
    }
  }

  private Result result(Ext4Image image, Unread unread, Progress progress) throws IOException {
    List<FileFragments> ordered = new ArrayList<>(worst);
    ordered.sort(WORST_LAST.reversed());
    Set<Long> inos = ordered.stream().map(FileFragments::ino).collect(Collectors.toSet());
    Map<Long, List<FilePath>> paths =
        inos.isEmpty() ? Map.of() : NameFinder.find(image, inos, progress);
    return new Result(files, mapped, fragmented, extents, fragments, least, ordered, paths, unread);
  }
}
