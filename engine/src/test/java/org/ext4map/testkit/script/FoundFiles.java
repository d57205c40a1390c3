package org.ext4map.testkit.script;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.ext4map.Ext4File;
import org.ext4map.Ext4Image;
import org.ext4map.ondisk.DirEntry;

/**
 * Names and bytes as they are found after a crash. {@code lost+found} does not count.
 *
 * @param names what each path is: {@code dir 2}, {@code file 1}, {@code symlink 1 target}
 * @param bytes contents of the files
 */
record FoundFiles(SortedMap<String, String> names, Map<String, byte[]> bytes) {
  private static final String LOST_AND_FOUND = "lost+found";

  private FoundFiles() {
    this(new TreeMap<>(), new TreeMap<>());
  }

  /** As this engine shows them. */
  static FoundFiles in(Ext4Image image) throws IOException {
    FoundFiles found = new FoundFiles();
    found.add("", image.root(), image);
    return found;
  }

  private void add(String path, Ext4File file, Ext4Image image) throws IOException {
    int links = file.record().linksCount();
    switch (file.type()) {
      case REGULAR -> {
        names.put(path, "file " + links);
        bytes.put(path, Listing.bytes(file));
      }
      case SYMLINK -> {
        String target = new String(file.readSymlink(), StandardCharsets.UTF_8);
        names.put(path, "symlink " + links + " " + target);
      }
      default -> {
        names.put(path, "dir " + links);
        for (DirEntry entry : file.list()) {
          String name = entry.name().toString();
          if (!entry.name().isDots() && !name.equals(LOST_AND_FOUND)) {
            add(path + "/" + name, image.inode(entry.ino()), image);
          }
        }
      }
    }
  }

  /** As the kernel shows them below a mount point. */
  static FoundFiles below(Path root) throws IOException {
    FoundFiles found = new FoundFiles();
    found.add("", root);
    return found;
  }

  private void add(String path, Path host) throws IOException {
    Object links = Files.getAttribute(host, "unix:nlink", LinkOption.NOFOLLOW_LINKS);
    if (Files.isSymbolicLink(host)) {
      names.put(path, "symlink " + links + " " + Files.readSymbolicLink(host));
    } else if (Files.isDirectory(host)) {
      names.put(path, "dir " + links);
      try (Stream<Path> children = Files.list(host)) {
        for (Path child : children.toList()) {
          String name = child.getFileName().toString();
          if (!name.equals(LOST_AND_FOUND)) {
            add(path + "/" + name, child);
          }
        }
      }
    } else {
      names.put(path, "file " + links);
      bytes.put(path, Files.readAllBytes(host));
    }
  }

  /** As the model has them. */
  static FoundFiles in(ScriptModel model) {
    FoundFiles found = new FoundFiles();
    found.names.put("", "dir " + model.root().links);
    model
        .nodes()
        .forEach(
            (path, node) -> {
              if (node.children != null) {
                found.names.put(path, "dir " + node.links);
              } else if (node.target != null) {
                found.names.put(path, "symlink " + node.links + " " + node.target);
              } else {
                found.names.put(path, "file " + node.links);
                found.bytes.put(path, node.file.bytes());
              }
            });
    return found;
  }
}
