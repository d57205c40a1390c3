package org.ext4map;

import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A tree of names as simple as can be: what the calls of POSIX do to it, and what they refuse. */
final class NameModel {
  /** A file, a directory or a symbolic link; the same object for all names of a file. */
  static final class Node {
    private final boolean directory;
    final Map<String, Node> children = new TreeMap<>();
    String text;
    int names = 1;

    private Node(boolean directory, String text) {
      this.directory = directory;
      this.text = text;
    }

    static Node directory() {
      return new Node(true, "");
    }

    static Node file() {
      return new Node(false, "");
    }

    /** Its text begins with an arrow. */
    static Node link(String target) {
      return new Node(false, "-> " + target);
    }

    boolean isLink() {
      return text.startsWith("-> ");
    }

    boolean isDirectory() {
      return directory;
    }

    int links() {
      return isDirectory()
          ? 2 + (int) children.values().stream().filter(Node::isDirectory).count()
          : names;
    }
  }

  private final Node root = Node.directory();

  Node root() {
    return root;
  }

  private static String parentOf(String path) {
    return path.substring(0, path.lastIndexOf('/'));
  }

  private static String lastOf(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  private Node find(String path) throws FileSystemException {
    Node node = root;
    for (String name : path.isEmpty() ? new String[0] : path.substring(1).split("/")) {
      node = entered(node, path).get(name);
      if (node == null) {
        throw new NoSuchFileException(path);
      }
    }
    return node;
  }

  private Map<String, Node> directoryOf(String path) throws FileSystemException {
    return entered(find(parentOf(path)), path);
  }

  /** What is in {@code node}; all symbolic links lead nowhere. */
  private static Map<String, Node> entered(Node node, String path) throws FileSystemException {
    if (node.isDirectory()) {
      return node.children;
    }
    throw node.isLink() ? new NoSuchFileException(path) : new NotDirectoryException(path);
  }

  private Node existing(String path) throws FileSystemException {
    Node node = directoryOf(path).get(lastOf(path));
    if (node == null) {
      throw new NoSuchFileException(path);
    }
    return node;
  }

  void add(String path, Node node) throws FileSystemException {
    if (directoryOf(path).putIfAbsent(lastOf(path), node) != null) {
      throw new FileAlreadyExistsException(path);
    }
  }

  void link(String existing, String path) throws FileSystemException {
    Node node = existing(existing);
    directoryOf(path);
    if (node.isDirectory()) {
      throw new FileSystemException(existing);
    }
    add(path, node);
    node.names++;
  }

  void unlink(String path) throws FileSystemException {
    Node node = existing(path);
    if (node.isDirectory()) {
      throw new FileSystemException(path);
    }
    node.names--;
    directoryOf(path).remove(lastOf(path));
  }

  void rmdir(String path) throws FileSystemException {
    Node node = existing(path);
    if (!node.isDirectory()) {
      throw new NotDirectoryException(path);
    }
    if (!node.children.isEmpty()) {
      throw new DirectoryNotEmptyException(path);
    }
    directoryOf(path).remove(lastOf(path));
  }

  void rename(String from, String to) throws FileSystemException {
    Map<String, Node> old = directoryOf(from);
    Map<String, Node> fresh = directoryOf(to);
    Node moved = existing(from);
    Node victim = fresh.get(lastOf(to));
    if (to.startsWith(from + "/")) {
      throw new FileSystemException(from);
    }
    if (from.startsWith(to + "/")) {
      throw new DirectoryNotEmptyException(to);
    }
    if (moved == victim) {
      return;
    }
    if (victim != null && moved.isDirectory() && !victim.isDirectory()) {
      throw new NotDirectoryException(to);
    }
    if (victim != null && !moved.isDirectory() && victim.isDirectory()) {
      throw new FileSystemException(to);
    }
    if (victim != null && victim.isDirectory() && !victim.children.isEmpty()) {
      throw new DirectoryNotEmptyException(to);
    }
    if (victim != null) {
      victim.names--;
    }
    old.remove(lastOf(from));
    fresh.put(lastOf(to), moved);
  }

  void write(String path, String text) throws FileSystemException {
    Node node = existing(path);
    if (node.isDirectory() || node.isLink()) {
      throw new FileSystemException(path);
    }
    node.text = text;
  }

  /** All paths below the root, sorted; of directories alone, or of all else. */
  List<String> paths(boolean directories) {
    List<String> paths = new ArrayList<>();
    collect(root, "", directories, paths);
    return paths;
  }

  private static void collect(Node node, String path, boolean directories, List<String> paths) {
    node.children.forEach(
        (name, child) -> {
          String below = path + "/" + name;
          if (child.isDirectory() == directories) {
            paths.add(below);
          }
          if (child.isDirectory()) {
            collect(child, below, directories, paths);
          }
        });
  }

  /**
   * All that there is, one line for each name, sorted: {@code d 3 /x}, {@code - 2 /x/f "text"},
   * {@code l 1 /y "-> target"}; names of one file behind the first say {@code = first}.
   */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(line('d', root.links(), "/", ""));
    describe(root, "", lines, new TreeMap<>());
    return lines;
  }

  private static void describe(
      Node node, String path, List<String> lines, Map<Integer, String> seen) {
    node.children.forEach(
        (name, child) -> {
          String below = path + "/" + name;
          String first =
              child.isDirectory() ? null : seen.putIfAbsent(System.identityHashCode(child), below);
          char letter = child.isDirectory() ? 'd' : child.isLink() ? 'l' : '-';
          String what = child.isDirectory() ? "" : first == null ? child.text : "= " + first;
          lines.add(line(letter, child.links(), below, what));
          if (child.isDirectory()) {
            describe(child, below, lines, seen);
          }
        });
  }

  /** One line of {@link #lines}. */
  static String line(char letter, int links, String path, String text) {
    boolean isLong = text.length() > 60 && !text.startsWith("= ");
    String shown = isLong ? text.length() + ":" + text.substring(0, 60) : text;
    return letter + " " + links + " " + path + " \"" + shown + "\"";
  }
}
