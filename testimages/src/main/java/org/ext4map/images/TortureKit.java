package org.ext4map.images;

import com.fasterxml.jackson.core.type.TypeReference;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * The unwritten torture kit: files on which readers of ext4 images show wrong bytes, and a runner
 * for any command that prints the bytes of a file in an image. {@code TORTURE.md} says what each
 * case tests and why readers fail.
 *
 * <p>Free space is filled with 0xA5, so bytes that come from where nothing was written are
 * recognised as stale.
 */
public final class TortureKit {
  /** How long a reader may take for one file unless told otherwise. */
  public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(20);

  private static final long MORE_THAN_EXPECTED_BYTES = 1L << 20;

  private final List<TortureCase> cases;

  private TortureKit(List<TortureCase> cases) {
    this.cases = List.copyOf(cases);
  }

  /** A group of cases as it stands in {@code torture.json}. */
  private record Topic(String topic, String why, Map<String, List<String>> files) {}

  /** The whole kit. */
  public static TortureKit load() {
    try (InputStream json = GoldenImages.resource("torture.json")) {
      List<TortureCase> cases = new ArrayList<>();
      for (Topic topic : Json.MAPPER.readValue(json, new TypeReference<List<Topic>>() {})) {
        topic
            .files()
            .forEach(
                (image, paths) ->
                    paths.forEach(
                        path ->
                            cases.add(new TortureCase(topic.topic(), image, path, topic.why()))));
      }
      return new TortureKit(cases);
    } catch (IOException problem) {
      throw new UncheckedIOException(problem);
    }
  }

  /** Every case. */
  public List<TortureCase> cases() {
    return cases;
  }

  /** A part of the kit. */
  public TortureKit only(Predicate<TortureCase> wanted) {
    return new TortureKit(cases.stream().filter(wanted).toList());
  }

  /**
   * Lets a reader print every file and judges what it prints.
   *
   * @param template the command, with {@code {image}} and {@code {path}} where they belong; no
   *     shell
   * @param directory where images are unpacked; they are deleted again
   * @param timeout for each file
   * @throws IllegalArgumentException if the template lacks a place
   * @throws IOException if the command cannot be started, or the directory cannot be used
   */
  public ScoreCard score(String template, Path directory, Duration timeout) throws IOException {
    CommandTemplate command = new CommandTemplate(template);
    Map<String, List<TortureCase>> byImage = new LinkedHashMap<>();
    cases.forEach(one -> byImage.computeIfAbsent(one.image(), name -> new ArrayList<>()).add(one));
    List<ScoreCard.Line> lines = new ArrayList<>();
    Set<String> changed = new TreeSet<>();
    for (Map.Entry<String, List<TortureCase>> group : byImage.entrySet()) {
      GoldenImage image = GoldenImages.byName(group.getKey());
      Path unpacked = image.unpack(directory);
      FileTime before = Files.getLastModifiedTime(unpacked);
      for (TortureCase one : group.getValue()) {
        lines.add(judge(one, image.manifest(), command, unpacked, timeout));
        if (!Files.getLastModifiedTime(unpacked).equals(before)) {
          changed.add(image.name());
          image.unpack(directory);
          before = Files.getLastModifiedTime(unpacked);
        }
      }
      Files.delete(unpacked);
    }
    return new ScoreCard(template, lines, List.copyOf(changed));
  }

  private static ScoreCard.Line judge(
      TortureCase one, Manifest manifest, CommandTemplate command, Path image, Duration timeout)
      throws IOException {
    FileTruth truth = manifest.file(View.RECOVERED, one.path());
    Path out = Files.createTempFile(image.getParent(), "printed", ".bytes");
    try {
      CommandResult ended =
          Command.of(command.fill(image.toString(), one.path()))
              .timeout(timeout)
              .limit(truth.size() + MORE_THAN_EXPECTED_BYTES)
              .runInto(out);
      return verdict(one, manifest, truth, ended, out);
    } finally {
      Files.delete(out);
    }
  }

  private static ScoreCard.Line verdict(
      TortureCase one, Manifest manifest, FileTruth truth, CommandResult ended, Path out)
      throws IOException {
    PrintedBytes printed = new PrintedBytes(out);
    long length = printed.length();
    if (ended.timedOut()) {
      return new ScoreCard.Line(one, Verdict.TIMEOUT, length + " bytes until then");
    }
    if (!ended.flooded() && ended.exit() != 0) {
      return new ScoreCard.Line(one, Verdict.ERROR_EXIT, "exit " + ended.exit() + said(ended));
    }
    String hash = printed.sha256();
    if (hash.equals(truth.sha256())) {
      return new ScoreCard.Line(one, Verdict.OK, "");
    }
    long stale = printed.firstStale(truth, manifest.blockSize());
    if (stale >= 0) {
      return new ScoreCard.Line(one, Verdict.STALE_BYTES, "0xa5 at byte " + stale);
    }
    if (isAsIs(manifest, one.path(), hash, length)) {
      return new ScoreCard.Line(one, Verdict.BEFORE_RECOVERY, "the log was not replayed");
    }
    if (length != truth.size()) {
      String detail = length + " bytes, not " + truth.size() + said(ended);
      return new ScoreCard.Line(one, Verdict.WRONG_LENGTH, detail);
    }
    return new ScoreCard.Line(one, Verdict.WRONG_BYTES, "");
  }

  /** The last line it said, which is where most commands say what went wrong. */
  private static String said(CommandResult ended) {
    return ended.errors().lines().reduce((first, second) -> second).map("; "::concat).orElse("");
  }

  /**
   * It printed what stands there before replay: other bytes, or nothing because there is no such
   * file yet.
   */
  private static boolean isAsIs(Manifest manifest, String path, String hash, long length) {
    Optional<FileTruth> before =
        manifest.files(View.AS_IS).orElse(List.of()).stream()
            .filter(file -> file.path().equals(path))
            .findFirst();
    return before.map(file -> hash.equals(file.sha256())).orElse(length == 0);
  }
}
