package org.ext4map.testkit.script;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.ext4map.Ext4File;
import org.ext4map.Ext4Image;
import org.ext4map.images.ExtentTruth;
import org.ext4map.images.FileTruth;
import org.ext4map.model.Extent;
import org.ext4map.ondisk.DirEntry;

/**
 * All that a user can see of a file system, but for times, owners and places: what the model, this
 * engine and the kernel must agree about. {@code lost+found} does not count.
 *
 * @param entries by absolute path, {@code /} included
 */
public record Listing(SortedMap<String, Entry> entries) {
  private static final String LOST_AND_FOUND = "/lost+found";

  /**
   * What one name shows.
   *
   * @param type {@code file}, {@code dir} or {@code symlink}
   * @param links link count
   * @param size bytes; 0 for a directory, where it is the file system's affair
   * @param content hash of a file's bytes; where a link points
   * @param map states of a file's blocks, as {@link FileModel#map} shows them
   * @param data what SEEK_DATA and SEEK_HOLE say: {@code first+length} in bytes
   */
  public record Entry(String type, int links, long size, String content, String map, String data) {}

  /** Copies the map. */
  public Listing {
    entries = new TreeMap<>(entries);
  }

  /**
   * What the kernel shows. Of a file with several names only the first scan counts: it has filled
   * the page cache, and then SEEK_DATA stops at unwritten blocks too.
   */
  public static Listing of(List<FileTruth> kernel) {
    SortedMap<String, Entry> entries = new TreeMap<>();
    Map<Long, Entry> seen = new HashMap<>();
    for (FileTruth truth : kernel) {
      if (!truth.path().startsWith(LOST_AND_FOUND)) {
        entries.put(truth.path(), seen.computeIfAbsent(truth.inode(), first -> entry(truth)));
      }
    }
    return new Listing(entries);
  }

  private static Entry entry(FileTruth truth) {
    if (truth.isDirectory()) {
      return new Entry("dir", truth.links(), 0, "", "", "");
    }
    if (!truth.isFile()) {
      String target = String.valueOf(truth.symlinkTarget());
      return new Entry("symlink", truth.links(), truth.size(), target, "", "");
    }
    List<Extent> runs = new ArrayList<>();
    for (ExtentTruth extent : truth.extents()) {
      runs.add(Extent.parse(extent.toString()));
    }
    String data =
        truth.data() == null
            ? ""
            : truth.data().stream()
                .map(segment -> segment.offset() + "+" + segment.length())
                .collect(Collectors.joining(" "));
    return new Entry(
        "file", truth.links(), truth.size(), String.valueOf(truth.sha256()), states(runs), data);
  }

  /** What this engine shows. */
  public static Listing of(Ext4Image image) throws IOException {
    SortedMap<String, Entry> entries = new TreeMap<>();
    collect(image, "/", entries);
    return new Listing(entries);
  }

  private static void collect(Ext4Image image, String path, SortedMap<String, Entry> entries)
      throws IOException {
    Ext4File file = image.lookup(path);
    int links = file.record().linksCount();
    switch (file.type()) {
      case REGULAR ->
          entries.put(
              path,
              new Entry(
                  "file",
                  links,
                  file.size(),
                  hash(bytes(file)),
                  states(file.extents()),
                  seek(file)));
      case SYMLINK -> {
        String target = new String(file.readSymlink(), StandardCharsets.UTF_8);
        entries.put(path, new Entry("symlink", links, file.size(), target, "", ""));
      }
      default -> {
        entries.put(path, new Entry("dir", links, 0, "", "", ""));
        for (DirEntry entry : file.list()) {
          String name = entry.name().toString();
          String child = (path.equals("/") ? "" : path) + "/" + name;
          if (!entry.name().isDots() && !child.equals(LOST_AND_FOUND)) {
            collect(image, child, entries);
          }
        }
      }
    }
  }

  /** All bytes of a file. */
  public static byte[] bytes(Ext4File file) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
    try (SeekableByteChannel channel = file.open()) {
      int more = 0;
      while (more >= 0 && bytes.hasRemaining()) {
        more = channel.read(bytes);
      }
    }
    return bytes.array();
  }

  private static String seek(Ext4File file) throws IOException {
    List<String> segments = new ArrayList<>();
    OptionalLong data = file.seekData(0);
    while (data.isPresent()) {
      long from = data.getAsLong();
      long to = file.seekHole(from).orElseThrow();
      segments.add(from + "+" + (to - from));
      data = file.seekData(to);
    }
    return String.join(" ", segments);
  }

  /** Runs in one state, wherever they lie: {@code 0-3:W 7-7:U}. */
  public static String states(List<Extent> extents) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < extents.size(); ) {
      Extent first = extents.get(i);
      long end = first.end();
      for (i++; i < extents.size() && extents.get(i).lblk() == end; i++) {
        if (extents.get(i).state() != first.state()) {
          break;
        }
        end = extents.get(i).end();
      }
      text.append(first.lblk()).append('-').append(end - 1).append(':');
      text.append(first.state().letter()).append(' ');
    }
    return text.toString().strip();
  }

  static String hash(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** Where this and {@code other} differ, a line each; empty if nowhere. */
  public String differences(Listing other) {
    StringBuilder text = new StringBuilder();
    TreeSet<String> paths = new TreeSet<>(entries.keySet());
    paths.addAll(other.entries.keySet());
    for (String path : paths) {
      Entry mine = entries.get(path);
      Entry theirs = other.entries.get(path);
      if (mine == null || !mine.equals(theirs)) {
        text.append(path).append(": ").append(mine).append(" but ").append(theirs).append('\n');
      }
    }
    return text.toString();
  }

  /** Names, types, links and targets alone. */
  public Map<String, Entry> names() {
    Map<String, Entry> names = new TreeMap<>();
    entries.forEach(
        (path, entry) -> {
          String target = entry.type().equals("symlink") ? entry.content() : "";
          names.put(path, new Entry(entry.type(), entry.links(), 0, target, "", ""));
        });
    return names;
  }
}
