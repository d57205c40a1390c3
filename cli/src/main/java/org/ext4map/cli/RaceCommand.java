package org.ext4map.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.ext4map.race.Drawing;
import org.ext4map.race.Replay;
import org.ext4map.race.Story;
import org.ext4map.race.Survey;
import org.ext4map.race.ThreadRun;
import org.ext4map.race.design.Design;
import org.ext4map.race.schedule.ReplayException;
import org.ext4map.race.schedule.Schedule;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Replays the race of 2016: which designs crash, which lose data, and in which schedules. */
@Command(
    name = "race",
    header = "Replays the race of 2016 under all schedules: which designs crash or lose data.",
    description = {
      "In February 2016 asynchronous direct writes to one ext4 file could crash Linux, or lose"
          + " data without a word, because one pointer of the inode said which write was being"
          + " mapped. Here the designs of that thread, and this project's own, meet every order of"
          + " steps within a bound, on this engine and an image in memory. Nothing on disk is"
          + " touched; docs/race.md tells the story.",
      "Variants: a 4.5-rc with 2bcba4781fa3; b the revert that was posted; b' the same with the flag"
          + " values of the mail; c 74dae4278546, shipped in 4.5; d 109811c20fb8, shipped in 4.6;"
          + " e the front end of ext4map as it is shipped.",
      "Exit codes: 0 as the analysis predicts, or the same outcome again; 1 otherwise; 8 no schedule"
          + " in the file; 16 usage; 32 cancelled. Example:",
      "  ext4map race --variant a --save schedules"
    })
final class RaceCommand extends Subcommand {
  private static final int MOST_PREEMPTIONS = 100;
  private static final int MOST_SCHEDULES = 10_000_000;
  private static final int MOST_RUNS = 10_000;
  private static final int MOST_SECONDS = 3600;
  private static final long MOST_FILE_BYTES = 1 << 20;

  @Option(
      names = "--variant",
      paramLabel = "NAME",
      description = "Only this design: a, b, b', c, d or e. Shows its shortest failures.")
  private @Nullable String variant;

  @Option(
      names = "--story",
      paramLabel = "NAME",
      description =
          "Only this story: race, crowd (two of each, by chance), reader, bad-device or fault.")
  private @Nullable String story;

  @Option(
      names = "--preemptions",
      paramLabel = "N",
      description =
          "All schedules that interrupt somebody at most N times. If left out: all there are,"
              + " or 4 and more where there are too many.")
  private @Nullable Integer preemptions;

  @Option(
      names = "--schedules",
      paramLabel = "N",
      description = "Schedules of a story that is left to chance; 2000 if left out.")
  private int schedules = 2000;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Where chance begins; 2016 if left out.")
  private long seed = 2016;

  @Option(
      names = "--replay",
      paramLabel = "FILE",
      description = "Play one saved schedule again, and show it step by step.")
  private @Nullable Path replay;

  @Option(
      names = "--save",
      paramLabel = "DIR",
      description = "Save the shortest failing schedules there, each as text and as a drawing.")
  private @Nullable Path save;

  @Option(
      names = "--svg",
      paramLabel = "FILE",
      description = "Draw the schedule of --replay: a lane for each thread, locks, block states.")
  private @Nullable Path svg;

  @Option(
      names = "--threads",
      description =
          "No scheduler: the jobs of xfstests generic/300 with real threads, --repeat times for"
              + " each design.")
  private boolean threads;

  @Option(
      names = "--repeat",
      paramLabel = "N",
      description = "Runs of each design with --threads; 10 if left out, as in the thread.")
  private int repeat = 10;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "The longest that a run with --threads takes; 1 if left out.")
  private int seconds = 1;

  @Option(names = "--json", description = "Answer with one JSON document.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    requireRange("--schedules", schedules, 1, MOST_SCHEDULES);
    if (preemptions != null) {
      requireRange("--preemptions", preemptions, 0, MOST_PREEMPTIONS);
    }
    requireRange("--repeat", repeat, 1, MOST_RUNS);
    requireRange("--seconds", seconds, 1, MOST_SECONDS);
    if (threads && (story != null || replay != null || save != null)) {
      throw usage(
          "--threads with --story, --replay or --save, allowed without a scheduler's words");
    }
    if (svg != null && replay == null) {
      throw usage("--svg without --replay, allowed with a schedule to draw; --save draws all");
    }
    try {
      return threads ? runThreads() : replay == null ? survey() : replay(replay);
    } catch (CancellationException cancelled) {
      return ExitCode.CANCELLED;
    }
  }

  // ---- all schedules ---------------------------------------------------------------------------

  private int survey() throws IOException {
    List<Design> designs = designs();
    List<Story> stories = story == null ? List.of(Story.values()) : List.of(story(story));
    OptionalInt bound = preemptions == null ? OptionalInt.empty() : OptionalInt.of(preemptions);
    if (stories.stream().noneMatch(told -> designs.stream().anyMatch(told::appliesTo))) {
      throw usage("--story " + story + ", allowed another for variant " + variant);
    }
    Survey.Plan plan = new Survey.Plan(designs, stories, bound, schedules, seed);
    int processors = Runtime.getRuntime().availableProcessors();
    List<Survey.Row> rows =
        Survey.run(plan, processors, () -> console().interrupt().isRaised(), this::progress);
    if (save != null) {
      save(save, rows);
    }
    boolean isAsPredicted = rows.stream().allMatch(Survey.Row::isAsPredicted);
    if (json) {
      RaceJson.write(console(), plan, rows, isAsPredicted);
    } else {
      new RaceText(console()).write(plan, rows, variant != null);
    }
    return isAsPredicted ? ExitCode.OK : ExitCode.NOT_FOUND;
  }

  /** The designs that were asked for. */
  private List<Design> designs() {
    return variant == null ? List.of(Design.values()) : List.of(design(variant));
  }

  private void progress(Survey.Row row) {
    if (console().errIsTerminal()) {
      console().status("(" + row.design().word() + ") " + row.story().title() + " is done");
    }
  }

  private Design design(String word) {
    String allowed = String.join(", ", Design.words());
    return Design.of(word).orElseThrow(() -> usage("--variant '" + word + "', allowed " + allowed));
  }

  private Story story(String word) {
    String allowed = String.join(", ", Story.words());
    return Story.of(word).orElseThrow(() -> usage("--story '" + word + "', allowed " + allowed));
  }

  private void save(Path directory, List<Survey.Row> rows) throws IOException {
    Files.createDirectories(directory);
    int count = 0;
    for (Survey.Row row : rows) {
      for (Survey.Failure failure : row.failures()) {
        String name = name(row, failure);
        Files.writeString(directory.resolve(name + ".schedule"), failure.schedule().text());
        String drawing = Drawing.of(Survey.replay(failure.schedule(), true));
        Files.writeString(directory.resolve(name + ".svg"), drawing);
        count++;
      }
    }
    console().note("saved " + Text.count(count, "schedule") + " in " + directory);
  }

  /** {@code a-race-crash-a}; a quote would be a nuisance in a shell. */
  private static String name(Survey.Row row, Survey.Failure failure) {
    return Stream.of(row.design().word(), row.story().word(), failure.outcome().word())
        .map(word -> word.replace("'", "-posted"))
        .reduce((one, other) -> one + "-" + other)
        .orElseThrow();
  }

  // ---- real threads ----------------------------------------------------------------------------

  private int runThreads() throws IOException {
    List<ThreadRun.Result> results = new ArrayList<>();
    for (Design design : designs()) {
      for (int i = 0; i < repeat; i++) {
        if (console().interrupt().isRaised()) {
          throw new CancellationException("cancelled");
        }
        if (console().errIsTerminal()) {
          console().status("(" + design.word() + ") run " + (i + 1) + " of " + repeat);
        }
        results.add(ThreadRun.run(design, seed + i, TimeUnit.SECONDS.toNanos(seconds)));
      }
    }
    boolean isPossible = results.stream().allMatch(ThreadRun.Result::isPossible);
    if (json) {
      RaceJson.write(console(), seed, results, isPossible);
    } else {
      new RaceText(console()).write(designs(), results, repeat, seconds);
    }
    return isPossible ? ExitCode.OK : ExitCode.NOT_FOUND;
  }

  // ---- one schedule ----------------------------------------------------------------------------

  private int replay(Path file) throws IOException {
    Replay played;
    try {
      played = Survey.replay(read(file), true);
    } catch (ReplayException doesNotFit) {
      throw Failure.notFound(file + ": does not fit this program: " + doesNotFit.getMessage());
    }
    if (svg != null) {
      Files.writeString(svg, Drawing.of(played));
    }
    if (json) {
      RaceJson.write(console(), played);
    } else {
      new RaceText(console()).write(played);
    }
    return played.isTheSame() ? ExitCode.OK : ExitCode.NOT_FOUND;
  }

  private static Schedule read(Path file) throws IOException {
    try {
      long bytes = Files.size(file);
      if (bytes > MOST_FILE_BYTES) {
        throw new IOException(bytes + " bytes, allowed at most " + MOST_FILE_BYTES);
      }
      return Schedule.parse(Files.readString(file), Replay.FACTS);
    } catch (IOException noSchedule) {
      throw Failure.opening(file.toString(), noSchedule);
    }
  }
}
