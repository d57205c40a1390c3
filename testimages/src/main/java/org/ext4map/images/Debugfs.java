package org.ext4map.images;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Asks debugfs about an image file. Needs {@link Judge#E2FSPROGS}. It never replays a journal, so
 * it tells the view {@link View#AS_IS}.
 */
public final class Debugfs {
  private static final Pattern LEAF =
      Pattern.compile(
          "\\s*(\\d+)/\\s*(\\d+)\\s+\\d+/\\s*\\d+\\s+(\\d+)\\s+-\\s+(\\d+)\\s+(\\d+)"
              + "(?:\\s+-\\s+\\d+)?\\s+\\d+\\s*(Uninit)?.*");

  private final Path image;

  private Debugfs(Path image) {
    this.image = image;
  }

  /** For one image. */
  public static Debugfs on(Path image) {
    return new Debugfs(image);
  }

  /** The output of commands, one a line; debugfs's exit code says nothing about them. */
  public String ask(String commands) throws IOException {
    return Command.of("debugfs", "-f", "-", image.toString()).input(commands + "\n").run().text();
  }

  /** As {@link #ask}, and they may write. */
  public String change(String commands) throws IOException {
    return Command.of("debugfs", "-w", "-f", "-", image.toString())
        .input(commands + "\n")
        .succeed()
        .text();
  }

  /** All bytes of a file: {@code dump}. */
  public byte[] bytes(String path) throws IOException {
    Path target = Files.createTempFile("ext4map-dump", "");
    try {
      ask("dump " + path + " " + target);
      return Files.readAllBytes(target);
    } finally {
      Files.delete(target);
    }
  }

  /** Leaf entries of the extent tree: {@code ex}. */
  public List<ExtentTruth> entries(String path) throws IOException {
    List<ExtentTruth> leaves = new ArrayList<>();
    for (String line : ask("ex " + path).lines().toList()) {
      Matcher found = LEAF.matcher(line);
      if (found.matches() && found.group(1).equals(found.group(2))) {
        long first = Long.parseLong(found.group(3));
        leaves.add(
            new ExtentTruth(
                first,
                Long.parseLong(found.group(5)),
                Long.parseLong(found.group(4)) - first + 1,
                found.group(6) == null));
      }
    }
    return leaves;
  }

  /** What it says about an inode: {@code stat}. */
  public String stat(String path) throws IOException {
    return ask("stat " + path);
  }

  /** Every device block of a file, its map blocks included: {@code blocks}. */
  public List<Long> blocks(String path) throws IOException {
    return ask("blocks " + path)
        .lines()
        .filter(line -> !line.startsWith("debugfs"))
        .flatMap(line -> List.of(line.trim().split(" +")).stream())
        .filter(word -> !word.isEmpty())
        .map(Long::valueOf)
        .toList();
  }

  /** Which inode uses a device block: {@code icheck}; its answer line. */
  public String owner(long block) throws IOException {
    return ask("icheck " + block).lines().reduce("", (first, second) -> second);
  }
}
