package org.ext4map.check;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ext4map.testkit.Programs;

/**
 * What {@code e2fsck -fn} finds, by our names for it: its problem log has a code for everything it
 * tells, which its text has not.
 */
final class E2fsckLog {
  /** Headings, prompts, and lines that only gather or repeat what was told. */
  private static final Set<String> NO_FINDINGS =
      Set.of(
          "0x00000a",
          "0x010020",
          "0x010021", // how a repair would move metadata
          "0x00003e",
          "0x000034", // several checksums are wrong
          "0x01004e", // a repair of the resize inode did not go well
          "0x00002b", // run the journal anyway
          "0x010010", // several illegal blocks
          "0x010013", // several illegal bad blocks
          "0x010014", // duplicates found
          "0x01002d", // suppress messages
          "0x011001",
          "0x011003", // around a list of shared blocks
          "0x013002",
          "0x013004",
          "0x013005",
          "0x013006",
          "0x013007", // lists, questions
          "0x050003",
          "0x050006",
          "0x050007",
          "0x05000a"); // around differences of bitmaps

  private static final Pattern PROBLEM =
      Pattern.compile("<problem code=\"(0x[0-9a-f]{6})\"([^>]*)/>");
  private static final int TIMED_OUT = 124;
  private static final Pattern INODE = Pattern.compile(" ino=\"(\\d+)\"");
  private static final Map<String, String> LABELS = labels();

  private final Path config;
  private final Path log;

  /** Keeps its files in {@code scratch}. */
  E2fsckLog(Path scratch) throws IOException {
    this.config = scratch.resolve("e2fsck.conf");
    this.log = scratch.resolve("problems.xml");
    Files.writeString(
        config, "[options]\nlog_filename = /dev/null\nproblem_log_filename = %s\n".formatted(log));
  }

  private static Map<String, String> labels() {
    Map<String, String> labels = new HashMap<>();
    Arrays.stream(Problem.values())
        .forEach(
            problem -> problem.e2fsckCodes().forEach(code -> labels.put(code, problem.label())));
    return labels;
  }

  /**
   * One run.
   *
   * @param exitCode of e2fsck
   * @param output its text
   * @param problems the inodes by problem; a problem without a name of ours has its code
   */
  record Run(int exitCode, String output, Map<String, Set<Long>> problems) {
    /** True if e2fsck came to an end: it loops and crashes on some images. */
    boolean hasEnded() {
      return exitCode < TIMED_OUT;
    }
  }

  /** Judges {@code image}. */
  Run judge(Path image) throws IOException {
    Files.deleteIfExists(log);
    Programs.Verdict verdict =
        Programs.run(
            Map.of("E2FSCK_CONFIG", config.toString(), "LC_ALL", "C"),
            "timeout",
            "--signal=KILL", // a looping e2fsck only notes that it should end
            "6",
            "e2fsck",
            "-fn",
            image.toString());
    String told = Files.exists(log) ? Files.readString(log, StandardCharsets.ISO_8859_1) : "";
    Map<String, Set<Long>> problems = new TreeMap<>();
    Matcher matcher = PROBLEM.matcher(told);
    while (matcher.find()) {
      String code = matcher.group(1);
      if (!NO_FINDINGS.contains(code)) {
        Set<Long> inodes =
            problems.computeIfAbsent(LABELS.getOrDefault(code, code), key -> new TreeSet<>());
        Matcher inode = INODE.matcher(matcher.group(2));
        if (inode.find()) {
          inodes.add(Long.parseLong(inode.group(1)));
        }
      }
    }
    return new Run(verdict.exitCode(), verdict.output(), problems);
  }
}
