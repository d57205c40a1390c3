package org.ext4map.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.ext4map.images.GoldenImages;

/** Golden images in a directory, each unpacked when it is first asked for. */
final class GoldenTree {
  private final Path directory;
  private final Map<String, Path> unpacked = new ConcurrentHashMap<>();

  GoldenTree(Path directory) {
    this.directory = directory;
  }

  Path image(String name) {
    return unpacked.computeIfAbsent(name, this::unpack);
  }

  private Path unpack(String name) {
    try {
      return GoldenImages.byName(name).unpack(directory);
    } catch (IOException problem) {
      throw new UncheckedIOException(problem);
    }
  }
}
