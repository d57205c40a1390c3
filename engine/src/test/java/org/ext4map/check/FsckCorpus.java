package org.ext4map.check;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.GZIPInputStream;
import org.ext4map.device.MemoryBlockDevice;

/**
 * The corpus of damaged images that lies outside this repository: in the directory that the system
 * property {@value #PROPERTY} names, else in {@code shared/fsck-corpus} beside the checkout.
 */
final class FsckCorpus {
  static final String PROPERTY = "ext4map.fsckCorpus";

  private static final int PIECE = 1 << 16;

  private final Path directory;
  private final ObjectMapper json = new ObjectMapper();

  private FsckCorpus(Path directory) {
    this.directory = directory;
  }

  /** The corpus, if it is there. */
  static Optional<FsckCorpus> find() {
    String named = System.getProperty(PROPERTY);
    if (named != null) {
      return Optional.of(new FsckCorpus(Path.of(named)));
    }
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      Path candidate = at.resolve("shared").resolve("fsck-corpus");
      if (Files.exists(candidate.resolve("manifest.json"))) {
        return Optional.of(new FsckCorpus(candidate));
      }
    }
    return Optional.empty();
  }

  /** One image of the manifest. */
  final class Image {
    private final JsonNode entry;

    private Image(JsonNode entry) {
      this.entry = entry;
    }

    String name() {
      return entry.get("name").asText();
    }

    String verdict() {
      return entry.get("verdict").asText();
    }

    boolean needsRecovery() {
      return entry.get("needs_recovery").asBoolean();
    }

    /** True if e2fsck gave up before the end, so that there is more to find than it told. */
    boolean aborted() {
      return entry.path("aborted").asBoolean();
    }

    /** The verdict after the log was replayed; the plain one if there is nothing to replay. */
    String verdictAfterReplay() {
      return entry.path("verdict_after_replay").asText(verdict());
    }

    /** Problem classes, each with the inodes that are wrong. */
    Map<String, Set<Long>> problems() {
      Map<String, Set<Long>> problems = new TreeMap<>();
      entry
          .get("problems")
          .properties()
          .forEach(
              field -> {
                Set<Long> inodes = new TreeSet<>();
                field.getValue().path("inodes").forEach(ino -> inodes.add(ino.asLong()));
                problems.put(field.getKey(), inodes);
              });
      return problems;
    }

    /** The image in memory. */
    MemoryBlockDevice load() throws IOException {
      return unpack(entry.get("file").asText(), entry.get("size").asLong());
    }

    @Override
    public String toString() {
      return name();
    }
  }

  List<Image> images() throws IOException {
    List<Image> images = new ArrayList<>();
    json.readTree(directory.resolve("manifest.json").toFile())
        .get("images")
        .forEach(entry -> images.add(new Image(entry)));
    return images;
  }

  /** The names of all problem classes. */
  Set<String> classes() throws IOException {
    Set<String> names = new TreeSet<>();
    json.readTree(directory.resolve("classes.json").toFile())
        .fieldNames()
        .forEachRemaining(names::add);
    return names;
  }

  private MemoryBlockDevice unpack(String file, long size) throws IOException {
    MemoryBlockDevice device = new MemoryBlockDevice(size);
    byte[] zeros = new byte[PIECE];
    try (InputStream in = new GZIPInputStream(Files.newInputStream(directory.resolve(file)))) {
      long at = 0;
      for (byte[] piece = in.readNBytes(PIECE); piece.length > 0; piece = in.readNBytes(PIECE)) {
        if (!Arrays.equals(piece, 0, piece.length, zeros, 0, piece.length)) {
          device.write(at, ByteBuffer.wrap(piece));
        }
        at += piece.length;
      }
    }
    return device;
  }
}
