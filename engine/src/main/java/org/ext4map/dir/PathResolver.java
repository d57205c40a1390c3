package org.ext4map.dir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.ext4map.inode.Inode;
import org.ext4map.inode.Symlink;
import org.ext4map.inode.Volume;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.FileName;
import org.ext4map.ondisk.DirEntry;
import org.ext4map.ondisk.FileType;

/**
 * The way from a path to an inode, as path_resolution(7) has it. {@code ..} goes back the way that
 * was come; it does not trust what directories say about their parents. Threads: any.
 */
public final class PathResolver {
  /** The inode of "/". */
  public static final long ROOT_INO = 2;

  /** Symbolic links followed in one resolution at most: MAXSYMLINKS of Linux. */
  static final int MAX_LINKS = 40;

  private final Volume volume;

  /** A resolver for one volume. */
  public PathResolver(Volume volume) {
    this.volume = volume;
  }

  /**
   * The inode that {@code path} names.
   *
   * @param path absolute; UTF-8 names
   * @param followLast whether a symbolic link at the end is followed or is the answer
   * @throws NoSuchFileException if a name is not there
   * @throws NotDirectoryException if a name stands behind something that is no directory
   * @throws FileSystemLoopException if more than 40 symbolic links had to be followed
   * @throws CorruptionException if an inode or a directory on the way breaks a rule
   */
  public Inode resolve(String path, boolean followLast) throws IOException {
    requireAbsolute(path);
    return new Walk(path, followLast).run();
  }

  /**
   * Where the last name of {@code path} stands or could stand. Symbolic links before it are
   * followed; whether it is there is not looked at.
   *
   * @throws NoSuchFileException if a name before it is not there
   * @throws NotDirectoryException if a name before it is no directory
   * @throws java.nio.file.FileSystemException if the name is too long
   * @throws IllegalArgumentException if there is a 0 in it
   */
  NamePlace placeOf(String path) throws IOException {
    requireAbsolute(path);
    int end = path.length();
    while (end > 1 && path.charAt(end - 1) == '/') {
      end--;
    }
    int start = path.lastIndexOf('/', end - 1) + 1;
    Walk walk = new Walk(path.substring(0, start), true);
    walk.run();
    FileName name = FileName.of(path.substring(Math.min(start, end), end));
    return NamePlace.of(path, walk.directories(), name, end < path.length());
  }

  private static void requireAbsolute(String path) throws NoSuchFileException {
    if (!path.startsWith("/")) {
      throw new NoSuchFileException(path, null, "paths start with /, or are <inode>");
    }
  }

  /** The root directory. */
  public Inode root() throws IOException {
    Inode root = volume.inode(ROOT_INO);
    if (root.type() != FileType.DIRECTORY) {
      throw CorruptionException.ofText(
          "inode",
          "i_mode",
          "0" + Integer.toOctalString(root.record().mode()),
          "a directory",
          "ino=" + ROOT_INO);
    }
    return root;
  }

  /**
   * The inode that a name in {@code parent} stands for. Takes the directory's lock, shared, for as
   * long as that needs: under it an inode with a name is not deleted.
   *
   * @throws CorruptionException as {@link #inodeOf}
   */
  Optional<Inode> child(Inode parent, FileName name) throws IOException {
    parent.lock().readLock().lock();
    try {
      Optional<DirEntry> entry = new Directory(volume, parent).find(name);
      return entry.isPresent() ? Optional.of(inodeOf(parent, entry.get())) : Optional.empty();
    } finally {
      parent.lock().readLock().unlock();
    }
  }

  /**
   * The inode that an entry of {@code parent} names.
   *
   * @throws CorruptionException if it is a reserved one or not in use
   */
  public Inode inodeOf(Inode parent, DirEntry entry) throws IOException {
    String place = "dir ino=" + parent.ino() + " name=" + entry.name();
    if (entry.ino() != ROOT_INO && entry.ino() < volume.geometry().firstIno()) {
      throw CorruptionException.of(
          "directory entry",
          "inode",
          entry.ino(),
          ROOT_INO + " or >= " + volume.geometry().firstIno(),
          place);
    }
    Inode child = volume.inode(entry.ino());
    if (child.record().linksCount() == 0) {
      throw CorruptionException.of(
          "directory entry", "inode", entry.ino(), "an inode in use (i_links_count > 0)", place);
    }
    return child;
  }

  private static List<FileName> split(byte[] path) {
    List<FileName> names = new ArrayList<>();
    int from = 0;
    for (int i = 0; i <= path.length; i++) {
      if (i == path.length || path[i] == '/') {
        if (i > from) {
          names.add(FileName.of(ByteBuffer.wrap(path, from, i - from)));
        }
        from = i + 1;
      }
    }
    return names;
  }

  /** One resolution: the directories passed, and the names still to go. */
  private final class Walk {
    private final String path;
    private final boolean followLast;
    private final Deque<Inode> passed = new ArrayDeque<>();
    private final Deque<FileName> ahead = new ArrayDeque<>();
    private boolean mustBeDirectory;
    private int links;

    Walk(String path, boolean followLast) throws IOException {
      this.path = path;
      this.followLast = followLast;
      prepend(path.getBytes(StandardCharsets.UTF_8));
      passed.push(root());
    }

    private void prepend(byte[] more) {
      if (ahead.isEmpty()) {
        mustBeDirectory |= more[more.length - 1] == '/';
      }
      List<FileName> names = split(more);
      for (int i = names.size() - 1; i >= 0; i--) {
        ahead.push(names.get(i));
      }
    }

    Inode run() throws IOException {
      while (!ahead.isEmpty()) {
        step(ahead.pop());
      }
      Inode last = passed.element();
      if (mustBeDirectory && last.type() != FileType.DIRECTORY) {
        throw new NotDirectoryException(path);
      }
      return last;
    }

    /** Those passed, from the root to the last. */
    List<Inode> directories() {
      List<Inode> fromRoot = new ArrayList<>(passed);
      Collections.reverse(fromRoot);
      return fromRoot;
    }

    private void step(FileName name) throws IOException {
      Inode directory = passed.element();
      if (directory.type() != FileType.DIRECTORY) {
        throw new NotDirectoryException(path);
      }
      if (name.isDots()) {
        if (name.length() == 2 && passed.size() > 1) {
          passed.pop();
        }
        return;
      }
      Optional<Inode> found = child(directory, name);
      if (found.isEmpty()) {
        throw new NoSuchFileException(path);
      }
      Inode child = found.get();
      boolean follow = followLast || !ahead.isEmpty() || mustBeDirectory;
      if (child.type() == FileType.SYMLINK && follow) {
        follow(child);
      } else {
        passed.push(child);
      }
    }

    private void follow(Inode link) throws IOException {
      links++;
      if (links > MAX_LINKS) {
        throw new FileSystemLoopException(path);
      }
      byte[] target = Symlink.read(volume, link);
      prepend(target);
      if (target[0] == '/') {
        Inode root = passed.removeLast();
        passed.clear();
        passed.push(root);
      }
    }
  }
}
