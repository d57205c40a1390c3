package org.ext4map;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.ext4map.ondisk.DirEntry;
import org.ext4map.ondisk.FileType;

/** All names of an image, or of a mounted one, as {@link NameModel#lines} shows them. */
final class NamedTree {
  private static final String LOST = "/lost+found";

  private final List<String> lines = new ArrayList<>();
  private final Map<Object, String> seen = new HashMap<>();

  private NamedTree() {}

  /** What we see; lost+found is left out, and not counted. */
  static List<String> of(Ext4Image image) throws IOException {
    NamedTree tree = new NamedTree();
    boolean hasLost = image.root().list().stream().anyMatch(e -> LOST.endsWith("/" + e.name()));
    int links = image.root().record().linksCount() - (hasLost ? 1 : 0);
    tree.lines.add(NameModel.line('d', links, "/", ""));
    tree.describe(image, image.root(), "");
    return tree.lines;
  }

  private void describe(Ext4Image image, Ext4File directory, String path) throws IOException {
    Map<String, DirEntry> entries = new TreeMap<>();
    for (DirEntry entry : directory.list()) {
      if (!entry.name().isDots()) {
        DirEntry twin = entries.put(entry.name().toString(), entry);
        if (twin != null) {
          throw new AssertionError(path + " has " + entry.name() + " twice");
        }
      }
    }
    for (Map.Entry<String, DirEntry> entry : entries.entrySet()) {
      String below = path + "/" + entry.getKey();
      Ext4File file = image.lookup(below);
      if (below.equals(LOST)) {
        continue;
      }
      if (file.ino() != entry.getValue().ino()) {
        throw new AssertionError(below + ": found " + file.ino() + ", listed " + entry.getValue());
      }
      boolean isDirectory = file.type() == FileType.DIRECTORY;
      String text =
          switch (file.type()) {
            case DIRECTORY -> "";
            case SYMLINK -> "-> " + new String(file.readSymlink(), StandardCharsets.UTF_8);
            default -> new String(FileWriteModelTest.bytes(file), StandardCharsets.UTF_8);
          };
      add(below, file.type().letter(), file.record().linksCount(), text, file.ino());
      if (isDirectory) {
        describe(image, file, below);
      }
    }
  }

  private void add(String path, char letter, int links, String text, Object identity) {
    String first = letter == 'd' ? null : seen.putIfAbsent(identity, path);
    lines.add(NameModel.line(letter, links, path, first == null ? text : "= " + first));
  }

  /** What the kernel sees below {@code root}; lost+found is left out, and not counted. */
  static List<String> of(Path root) throws IOException {
    NamedTree tree = new NamedTree();
    boolean hasLost = Files.exists(root.resolve(LOST.substring(1)));
    tree.lines.add(NameModel.line('d', links(root) - (hasLost ? 1 : 0), "/", ""));
    tree.describe(root, "");
    return tree.lines;
  }

  private static int links(Path file) throws IOException {
    return (int) Files.getAttribute(file, "unix:nlink", LinkOption.NOFOLLOW_LINKS);
  }

  private void describe(Path directory, String path) throws IOException {
    List<Path> children;
    try (Stream<Path> listed = Files.list(directory)) {
      children = listed.sorted().toList();
    }
    for (Path child : children) {
      String below = path + "/" + child.getFileName();
      if (below.equals(LOST)) {
        continue;
      }
      Object ino = Files.getAttribute(child, "unix:ino", LinkOption.NOFOLLOW_LINKS);
      if (Files.isSymbolicLink(child)) {
        add(below, 'l', links(child), "-> " + Files.readSymbolicLink(child), ino);
      } else if (Files.isDirectory(child)) {
        add(below, 'd', links(child), "", ino);
        describe(child, below);
      } else {
        add(below, '-', links(child), Files.readString(child, StandardCharsets.UTF_8), ino);
      }
    }
  }
}
