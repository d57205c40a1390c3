package org.ext4map.cli;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import org.ext4map.Ext4Image;
import org.ext4map.OpenOptions;
import org.ext4map.View;
import org.ext4map.aio.Completions;
import org.ext4map.aio.Trouble;
import org.ext4map.check.CheckOptions;
import org.ext4map.check.CheckReport;
import org.ext4map.check.Checker;
import org.ext4map.device.BlockDevice;
import org.ext4map.device.FileBlockDevice.DirectMode;
import org.ext4map.load.Bench;
import org.ext4map.load.Stress;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lets many threads race for one file, and looks whether anything got lost. */
@Command(
    name = "stress",
    header = "Races direct I/O, fallocate and punches for one file, then checks everything.",
    description = {
      "The jobs of xfstests generic/300, scaled: 4 writers of 128 KiB, an allocator, 2 punchers on"
          + " /racer, and a verifier on /verify; both files are made anew. Every 2 seconds all stop,"
          + " and each block of both must hold what some order of the operations can have left. At"
          + " the end the image is checked. Running out of space is a part of it.",
      "An image that is missing is made, and its free space filled with bytes of no file, so that"
          + " a block which becomes readable unwritten is found out.",
      "--faults makes the device delay, reorder, fail (eio) or cut short what is asked of it, and"
          + " the workers stall. A write that failed may have left old or new contents, no others.",
      "Exit codes: 0 passed, 1 failed, 8 could not begin, 16 usage, 32 cancelled."
    })
final class StressCommand extends ImageCommand {
  private static final String PRESET = "generic/300";
  private static final int MOST_SECONDS = 86_400;
  private static final int MOST_WORKERS = 64;

  @Option(names = "--preset", paramLabel = "NAME", description = "generic/300, the only one.")
  private String preset = PRESET;

  @Option(names = "--seconds", paramLabel = "N", description = "How long; 10 if left out.")
  private int seconds = 10;

  @Option(names = "--seed", paramLabel = "N", description = "Of all that is random; told.")
  private @Nullable Long seed;

  @Option(
      names = "--size",
      paramLabel = "SIZE",
      converter = ByteCount.class,
      description = "Of an image that has to be made; 128m if left out.")
  private long imageBytes = 128 << 20;

  @Option(names = "--workers", paramLabel = "N", description = "Completion workers; 2.")
  private int workers = 2;

  @Option(
      names = "--polled",
      description = "No I/O thread: the jobs submit and take completions, in turn.")
  private boolean isPolled;

  @Option(
      names = "--faults",
      paramLabel = "FAULT",
      split = ",",
      converter = WordConverter.OfTrouble.class,
      description = "Of delay, reorder, eio, short, stall; separated by commas.")
  private Set<Trouble> faults = EnumSet.noneOf(Trouble.class);

  @Mixin private EngineOption engine = new EngineOption();

  @Option(names = "--json", description = "Answer with one JSON document.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    if (!preset.equals(PRESET)) {
      throw usage("--preset '" + preset + "', allowed " + PRESET);
    }
    requireRange("--seconds", seconds, 1, MOST_SECONDS);
    requireRange("--workers", workers, isPolled ? 0 : 1, MOST_WORKERS);
    long chosen = seed == null ? ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE) : seed;
    boolean isNew = !Files.exists(file());
    if (isNew) {
      make();
    }
    Stress.Result result = run(chosen, isNew);
    CheckReport verdict = check();
    boolean passed = result.passed() && verdict.exitCode() == 0;
    if (json) {
      write(chosen, result, verdict, passed);
    } else {
      tell(chosen, result, verdict, passed);
    }
    console().flush();
    return passed ? ExitCode.OK : ExitCode.NOT_FOUND;
  }

  private void make() throws IOException {
    console().note("makes " + file() + ", " + Text.bytes(imageBytes));
    try {
      Bench.makeImage(file(), imageBytes, top().clock().instant());
    } catch (IllegalArgumentException wrong) {
      throw usage("--size " + imageBytes + ": " + wrong.getMessage());
    } catch (IOException problem) {
      throw Failure.opening(file().toString(), problem);
    }
  }

  private Stress.Result run(long chosen, boolean isNew) throws IOException {
    Stress.Setup setup =
        new Stress.Setup(
            engine.engine(),
            workers,
            isPolled ? Completions.POLLED : Completions.IO_THREAD,
            faults,
            Duration.ofSeconds(seconds),
            chosen);
    OpenOptions options =
        OpenOptions.defaults()
            .view(View.READ_WRITE)
            .clock(top().clock())
            .directMode(DirectMode.IF_POSSIBLE);
    try (Ext4Image image = open(options)) {
      if (isNew) {
        Stress.litter(image, chosen);
      }
      return Stress.run(image, setup);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("cancelled");
    }
  }

  private CheckReport check() throws IOException {
    try (BlockDevice device = openDevice()) {
      return Checker.check(device, CheckOptions.defaults(), finding -> {});
    }
  }

  // ---- answers ---------------------------------------------------------------------------------

  private void tell(long chosen, Stress.Result result, CheckReport verdict, boolean passed)
      throws IOException {
    Rows rows = new Rows(console());
    rows.heading(PRESET + " on " + Text.printable(file().toString()) + ", seed " + chosen);
    rows.row("engine", result.engine());
    rows.row(
        "written",
        Text.bytes(result.writtenBytes()) + " in " + Text.count(result.submitted(), "request"));
    rows.row(
        "raced by",
        Text.count(result.fallocates(), "fallocate")
            + ", "
            + (result.punches() + " punches")
            + "; no space "
            + Text.count(result.noSpace(), "time"));
    rows.row(
        "completions",
        result.counters().finishedInline()
            + " inline, "
            + result.counters().deferred()
            + " deferred, "
            + (result.submitted() - result.completed())
            + " lost, "
            + result.doubled()
            + " twice");
    if (!faults.isEmpty()) {
      rows.row("faults", words() + "; " + Text.count(result.failed(), "request") + " failed");
    }
    if (result.leakedTickets() != 0) {
      rows.row("problem", Text.count(result.leakedTickets(), "ticket") + " leaked");
    }
    rows.row(
        "verified",
        Text.count(result.verifiedBlocks(), "block")
            + " in "
            + Text.count(result.rounds(), "round")
            + ", "
            + result.wrongBlocks()
            + " wrong");
    rows.row("check", verdict.isClean() ? "clean" : Text.count(verdict.problemCount(), "problem"));
    for (String problem : result.problems()) {
      rows.row("problem", Text.printable(problem));
    }
    console().line(passed ? paint().green("passed") : paint().red("FAILED"));
  }

  private String words() {
    return faults.stream().map(WordConverter::word).collect(Collectors.joining(", "));
  }

  private void write(long chosen, Stress.Result result, CheckReport verdict, boolean passed)
      throws IOException {
    Json.document(
        console(),
        "stress",
        document -> {
          document.field("image", file().toString());
          document.field("preset", PRESET);
          document.field("seed", chosen);
          document.field("seconds", seconds);
          document.field("engine", result.engine());
          document.field("workers", workers);
          document.strings("faults", faults.stream().map(WordConverter::word).toList());
          document.field("rounds", result.rounds());
          document.field("submitted", result.submitted());
          document.field("completed", result.completed());
          document.field("lost_completions", result.submitted() - result.completed());
          document.field("doubled_completions", result.doubled());
          document.field("leaked_tickets", result.leakedTickets());
          document.field("failed", result.failed());
          document.field("inline", result.counters().finishedInline());
          document.field("deferred", result.counters().deferred());
          document.field("conversions", result.counters().conversions());
          document.field("written_bytes", result.writtenBytes());
          document.field("fallocates", result.fallocates());
          document.field("punches", result.punches());
          document.field("no_space", result.noSpace());
          document.field("verified_blocks", result.verifiedBlocks());
          document.field("verify_errors", result.wrongBlocks());
          document.strings("problems", List.copyOf(result.problems()));
          document.field("check_clean", verdict.isClean());
          document.field("check_problems", verdict.problemCount());
          document.field("passed", passed);
        });
  }
}
