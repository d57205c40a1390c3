package org.ext4map.images;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Asks debugfs about an image file. Needs {@link Judge#E2FSPROGS}. It never replays a journal, so
 * it tells the view {@link View#AS_IS}.
 */
public final class Debugfs {
  private static final Pattern LEAF =
      Pattern.compile(
          "\\s*(\\d+)/\\s*(\\d+)\\s+\\d+/\\s*\\d+\\s+(\\d+)\\s+-\\s+(\\d+)\\s+(\\d+)"
              + "(?:\\s+-\\s+\\d+)?\\s+\\d+\\s*(Uninit)?.*");

  private static final Pattern ASKED_TREE = Pattern.compile("debugfs: +ex <(\\d+)>");
  private static final Pattern OWNER = Pattern.compile("(\\d+)\t(\\d+)");
  private static final Pattern NAME = Pattern.compile("(\\d+)\t/?(/.*)");
  private static final Pattern USED = Pattern.compile("Block (\\d+) marked in use");

  /** Numbers in one command line, which the kernel limits to 128 KiB a word. */
  private static final int MOST_NUMBERS = 8000;

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
    return leaves(ask("ex " + path).lines().toList());
  }

  /** Leaf entries of the extent trees of inodes, asked of one process: {@code ex}. */
  public Map<Long, List<ExtentTruth>> entries(Collection<Long> inos) throws IOException {
    String questions = inos.stream().map("ex <%d>"::formatted).collect(Collectors.joining("\n"));
    Map<Long, List<String>> answers = new TreeMap<>();
    List<String> answer = new ArrayList<>();
    for (String line : ask(questions).lines().toList()) {
      Matcher echo = ASKED_TREE.matcher(line);
      if (echo.matches()) {
        answer = new ArrayList<>();
        answers.put(Long.valueOf(echo.group(1)), answer);
      }
      answer.add(line);
    }
    Map<Long, List<ExtentTruth>> found = new TreeMap<>();
    answers.forEach((ino, lines) -> found.put(ino, leaves(lines)));
    return found;
  }

  private static List<ExtentTruth> leaves(List<String> lines) {
    List<ExtentTruth> leaves = new ArrayList<>();
    for (String line : lines) {
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

  /**
   * The inode that uses each device block, the first of those that share it; blocks that no inode
   * uses are left out: {@code icheck}. It does not look at inodes without a link.
   */
  public Map<Long, Long> owners(List<Long> blocks) throws IOException {
    Map<Long, Long> owners = new TreeMap<>();
    eachAnswer("icheck", blocks, OWNER, found -> owners.put(number(found, 1), number(found, 2)));
    return owners;
  }

  /**
   * All names of inodes but those of the root; an inode without one is left out: {@code ncheck}.
   */
  public Map<Long, Set<String>> names(List<Long> inos) throws IOException {
    Map<Long, Set<String>> names = new TreeMap<>();
    eachAnswer(
        "ncheck",
        inos,
        NAME,
        found ->
            names.computeIfAbsent(number(found, 1), ino -> new TreeSet<>()).add(found.group(2)));
    return names;
  }

  /** Which of {@code count} device blocks from {@code first} on are in use: {@code testb}. */
  public Set<Long> used(long first, long count) throws IOException {
    Set<Long> used = new HashSet<>();
    for (String line : ask("testb " + first + " " + count).lines().toList()) {
      Matcher found = USED.matcher(line);
      if (found.matches()) {
        used.add(number(found, 1));
      }
    }
    return used;
  }

  private void eachAnswer(String command, List<Long> numbers, Pattern line, Consumer<Matcher> found)
      throws IOException {
    for (int from = 0; from < numbers.size(); from += MOST_NUMBERS) {
      String question =
          numbers.subList(from, Math.min(numbers.size(), from + MOST_NUMBERS)).stream()
              .map(Object::toString)
              .collect(Collectors.joining(" ", command + " ", ""));
      Command.of("debugfs", "-R", question, image.toString())
          .run()
          .text()
          .lines()
          .map(line::matcher)
          .filter(Matcher::matches)
          .forEach(found);
    }
  }

  private static long number(Matcher found, int group) {
    return Long.parseLong(found.group(group));
  }
}
