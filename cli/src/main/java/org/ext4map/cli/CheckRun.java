package org.ext4map.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import org.ext4map.check.CheckListener;
import org.ext4map.check.CheckOptions;
import org.ext4map.check.CheckReport;
import org.ext4map.check.Checker;
import org.ext4map.check.Finding;
import org.ext4map.device.BlockDevice;
import org.ext4map.device.FileBlockDevice;
import org.jspecify.annotations.Nullable;

/**
 * The checks that one call of {@code check} asks for. Knows nothing of the parser, whose classes
 * would take longer to load than a small image to check; for the same reason nothing here is a
 * lambda, each of which costs half a millisecond the first time.
 */
final class CheckRun {
  private static final int MOST_PROCESSORS = 8;
  private static final int PROCESSORS =
      Math.min(Runtime.getRuntime().availableProcessors(), MOST_PROCESSORS);

  /** Pieces of work that wait for a thread, or for the one that checks, at the same time. */
  private static final int WAITING = 2;

  /** How the findings are told. */
  enum Form {
    TEXT,
    JSON,
    JSON_LINES;

    /** What these two switches together mean. */
    static Form of(boolean json, boolean jsonLines) {
      if (jsonLines) {
        return JSON_LINES;
      }
      return json ? JSON : TEXT;
    }
  }

  /**
   * What is asked for.
   *
   * @param offset where in each file the file system starts
   * @param options what to judge; memory and workers are chosen here
   * @param journal the external journal
   * @param progressFd the descriptor that hears of the progress; 0 is stderr
   * @param verbose the memory that is needed is told in advance
   */
  record Wish(
      List<Path> images,
      OffsetOption offset,
      CheckOptions options,
      @Nullable Path journal,
      @Nullable Integer progressFd,
      Form form,
      boolean verbose) {

    /** These images as they are, whole files, with a built-in journal. */
    static Wish plain(List<Path> images, Form form) {
      return new Wish(images, new OffsetOption(), CheckOptions.defaults(), null, null, form, false);
    }
  }

  private final Console console;
  private final Wish wish;

  CheckRun(Console console, Wish wish) {
    this.console = console;
    this.wish = wish;
  }

  /** Judges all images; the exit code is the worst one. */
  int run() throws IOException {
    ExecutorService threads = Executors.newFixedThreadPool(PROCESSORS, new Helpers());
    try {
      return checkAll(wish.options().withMemoryLimit(memory()).withWorkers(workers(threads)));
    } finally {
      threads.shutdown();
    }
  }

  /** Makes threads that do not keep the process alive. */
  private static final class Helpers implements ThreadFactory {
    @Override
    public Thread newThread(Runnable work) {
      Thread thread = new Thread(work, "ext4map-check");
      thread.setDaemon(true);
      return thread;
    }
  }

  /**
   * The thread that checks works too; so there is one more than processors, for the one that waits
   * for the device.
   */
  private static CheckOptions.Workers workers(ExecutorService threads) {
    return new CheckOptions.Workers(threads, PROCESSORS + WAITING, true);
  }

  /** The heap but for an eighth: buffers, and what is short-lived. */
  private static long memory() {
    return Runtime.getRuntime().maxMemory() / 8 * 7;
  }

  private int checkAll(CheckOptions options) throws IOException {
    int worst = ExitCode.OK;
    Integer progressFd = wish.progressFd();
    try (@Nullable OutputStream lines =
        progressFd == null || progressFd == 0 ? null : CheckWatch.open(progressFd)) {
      for (Path image : wish.images()) {
        worst = Math.max(worst, check(image, options, lines));
        if (console.interrupt().isRaised()) {
          worst = ExitCode.CANCELLED;
          break;
        }
      }
    }
    console.flush();
    return worst;
  }

  /** One image; what cannot be opened does not keep the others from being judged. */
  private int check(Path image, CheckOptions defaults, @Nullable OutputStream lines)
      throws IOException {
    Path journal = wish.journal();
    try (BlockDevice device = new ReadAheadDevice(wish.offset().open(image));
        @Nullable BlockDevice journalDevice =
            journal == null ? null : FileBlockDevice.open(journal)) {
      CheckOptions options =
          journalDevice == null ? defaults : defaults.withExternalJournal(journalDevice);
      return report(image, device, options, lines);
    } catch (UncheckedIOException output) {
      throw output.getCause();
    } catch (Console.OutputClosedException nobodyReads) {
      throw nobodyReads;
    } catch (IOException problem) {
      if (wish.form() == Form.JSON_LINES) {
        Json.line(console, "check", document -> writeUnopened(document, image));
      }
      console.flush();
      console.note(Failure.describe(Failure.opening(image.toString(), problem)));
      return ExitCode.FAILED;
    }
  }

  private int report(
      Path image, BlockDevice device, CheckOptions options, @Nullable OutputStream lines)
      throws IOException {
    if (wish.form() == Form.TEXT) {
      CheckReport report =
          Checker.check(device, options, watch(image, lines, new TextWriter(console)));
      CheckText.verdict(console, image, report);
      if (report.verdict() == CheckReport.Verdict.REFUSED) {
        Signature.otherThanExt(device).ifPresent(holds -> console.note(image + ": it " + holds));
      }
      return report.exitCode();
    }
    CheckReport[] report = new CheckReport[1];
    Json.Body body =
        document -> {
          document.field("image", image.toString());
          document.array(
              "problems",
              list ->
                  report[0] =
                      Checker.check(
                          device, options, watch(image, lines, finding -> write(list, finding))));
          write(document, report[0]);
        };
    if (wish.form() == Form.JSON_LINES) {
      Json.line(console, "check", body);
    } else {
      Json.document(console, "check", body);
    }
    return report[0].exitCode();
  }

  /** Tells findings in lines of text. */
  private record TextWriter(Console console) implements CheckWatch.FindingWriter {
    @Override
    public void write(Finding finding) throws IOException {
      CheckText.finding(console, finding);
    }
  }

  private CheckListener watch(
      Path image, @Nullable OutputStream lines, CheckWatch.FindingWriter writer) {
    Integer progressFd = wish.progressFd();
    boolean always = progressFd != null && progressFd == 0;
    return new CheckWatch(
        console, image, lines, new Meter(console, always), writer, wish.verbose());
  }

  private static void write(Json list, Finding finding) throws IOException {
    list.element(
        one -> {
          one.field("code", finding.problem().label());
          one.field("severity", finding.problem().severity().label());
          one.field("pass", finding.problem().pass().label());
          if (finding.ino().isPresent()) {
            one.field("inode", finding.ino().getAsLong());
          }
          if (finding.block().isPresent()) {
            one.field("block", finding.block().getAsLong());
          }
          one.field("message", finding.message());
        });
  }

  /** Each image has its line, also one that could not be opened; stderr tells why. */
  private static void writeUnopened(Json document, Path image) throws IOException {
    document.field("image", image.toString());
    document.array("problems", list -> {});
    write(
        document,
        new CheckReport(
            CheckReport.Verdict.REFUSED,
            CheckOptions.View.AS_IS,
            0,
            false,
            Map.of(),
            new CheckReport.Totals(0, 0, 0, 0, 0)));
  }

  private static void write(Json document, CheckReport report) throws IOException {
    document.field("view", report.view() == CheckOptions.View.AS_IS ? "as-is" : "recovered");
    document.field("clean", report.isClean());
    document.field("complete", report.complete());
    document.field("exit_code", report.exitCode());
    CheckReport.Totals totals = report.totals();
    document.object(
        "counts",
        counts -> {
          counts.field("inodes", totals.inodes());
          counts.field("blocks", totals.blocks());
          counts.field("files", totals.files());
          counts.field("directories", totals.directories());
          counts.field("extents", totals.extents());
          counts.field("problems", report.problemCount());
        });
  }
}
