package org.ext4map.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.ext4map.check.CheckListener;
import org.ext4map.check.CheckOptions;
import org.ext4map.check.CheckReport;
import org.ext4map.check.Checker;
import org.ext4map.check.Finding;
import org.ext4map.device.BlockDevice;
import org.ext4map.device.FileBlockDevice;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The judge on the command line, in the manner of e2fsck -fn. */
@Command(
    name = "check",
    header = "Judges images as thoroughly as e2fsck -fn, and writes nothing.",
    description = {
      "Every problem has a name; docs/problems.md explains them. With several images the exit code"
          + " is the worst one.",
      "Exit codes: 0 clean, 4 errors found, 8 cannot be checked, 16 usage, 32 cancelled."
    })
final class CheckCommand extends Subcommand {
  private static final int DEFAULT_BACKUP_BLOCK_SIZE = 4096;
  private static final int MOST_PROCESSORS = 8;
  private static final int PROCESSORS =
      Math.min(Runtime.getRuntime().availableProcessors(), MOST_PROCESSORS);

  /** Pieces of work that wait for a thread, or for the one that checks, at the same time. */
  private static final int WAITING = 2;

  @Parameters(arity = "1..*", paramLabel = "IMAGE", description = "The files to judge.")
  private List<Path> images = new ArrayList<>();

  @Option(
      names = "-n",
      description = "Accepted for those used to e2fsck: every check is read-only.")
  @SuppressWarnings("UnusedVariable") // taken so that scripts written for e2fsck go on working
  private boolean readOnly;

  @Option(names = "-f", description = "Accepted for those used to e2fsck: every check is full.")
  @SuppressWarnings("UnusedVariable") // as above
  private boolean full;

  @Option(
      names = {"-p", "-y", "-z"},
      hidden = true,
      description = "Repair; not there yet.")
  private boolean repair;

  @Option(
      names = "-b",
      paramLabel = "BLOCK",
      description = "Start from the backup superblock in this block.")
  private long superblock = -1;

  @Option(
      names = "-B",
      paramLabel = "SIZE",
      description = "The block size that -b counts in; 4096 if left out.")
  private int superblockBlockSize = DEFAULT_BACKUP_BLOCK_SIZE;

  @Option(
      names = "-C",
      paramLabel = "FD",
      description = {
        "Write the progress to this file descriptor, as e2fsck does: pass, done, total, image.",
        "0: show it on stderr."
      })
  private @Nullable Integer progressFd;

  @Option(names = "-j", paramLabel = "FILE", description = "The external journal.")
  private @Nullable Path journal;

  @Mixin private ViewOption view = new ViewOption();
  @Mixin private OffsetOption offset = new OffsetOption();

  @Option(names = "--json", description = "Answer with one JSON document; for one image.")
  private boolean json;

  @Option(names = "--json-lines", description = "Answer with one line of JSON for each image.")
  private boolean jsonLines;

  /** The command as the parser would fill it for these words. */
  static CheckCommand plain(
      Ext4MapCommand top, List<Path> images, boolean json, boolean jsonLines) {
    CheckCommand command = new CheckCommand();
    command.under(top);
    command.images = images;
    command.json = json;
    command.jsonLines = jsonLines;
    return command;
  }

  @Override
  public Integer call() throws IOException {
    requireSense();
    ExecutorService threads = Executors.newFixedThreadPool(PROCESSORS, CheckCommand::newThread);
    try {
      return checkAll(
          CheckOptions.defaults().withMemoryLimit(memory()).withWorkers(workers(threads)));
    } finally {
      threads.shutdown();
    }
  }

  private static Thread newThread(Runnable work) {
    Thread thread = new Thread(work, "ext4map-check");
    thread.setDaemon(true);
    return thread;
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
    try (@Nullable OutputStream lines =
        progressFd == null || progressFd == 0 ? null : CheckWatch.open(progressFd)) {
      for (Path image : images) {
        worst = Math.max(worst, check(image, options, lines));
        if (console().interrupt().isRaised()) {
          worst = ExitCode.CANCELLED;
          break;
        }
      }
    }
    console().flush();
    return worst;
  }

  private void requireSense() {
    if (repair) {
      throw usage("repair (-p, -y, -z) is not there yet, allowed -n");
    }
    if (progressFd != null && progressFd < 0) {
      throw usage("-C " + progressFd + ", allowed 0 or an open file descriptor");
    }
    if (json && images.size() > 1) {
      throw usage("--json with " + images.size() + " images, allowed 1; --json-lines takes many");
    }
    if (superblockBlockSize < 1024
        || superblockBlockSize > 65536
        || Integer.bitCount(superblockBlockSize) != 1) {
      throw usage("-B " + superblockBlockSize + ", allowed a power of two, 1024 … 65536");
    }
  }

  /** One image; what cannot be opened does not keep the others from being judged. */
  private int check(Path image, CheckOptions defaults, @Nullable OutputStream lines)
      throws IOException {
    try (BlockDevice device = offset.open(image);
        @Nullable BlockDevice journalDevice =
            journal == null ? null : FileBlockDevice.open(journal)) {
      CheckOptions options = defaults.withView(viewToJudge());
      if (superblock >= 0) {
        options =
            options.withSuperblock(
                new CheckOptions.BackupSuperblock(superblock, superblockBlockSize));
      }
      if (journalDevice != null) {
        options = options.withExternalJournal(journalDevice);
      }
      return report(image, device, options, lines);
    } catch (UncheckedIOException output) {
      throw output.getCause();
    } catch (Console.OutputClosedException nobodyReads) {
      throw nobodyReads;
    } catch (IOException problem) {
      if (jsonLines) {
        Json.line(console(), "check", document -> writeUnopened(document, image));
      }
      console().flush();
      console().note(Failure.describe(Failure.opening(image.toString(), problem)));
      return ExitCode.FAILED;
    }
  }

  private CheckOptions.View viewToJudge() {
    return view.choice() == ViewChoice.AS_IS
        ? CheckOptions.View.AS_IS
        : CheckOptions.View.RECOVERED;
  }

  private int report(
      Path image, BlockDevice device, CheckOptions options, @Nullable OutputStream lines)
      throws IOException {
    if (!json && !jsonLines) {
      CheckReport report =
          Checker.check(
              device,
              options,
              watch(image, lines, finding -> CheckText.finding(console(), finding)));
      CheckText.verdict(console(), image, report);
      if (report.verdict() == CheckReport.Verdict.REFUSED) {
        Signature.otherThanExt(device).ifPresent(holds -> console().note(image + ": it " + holds));
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
    if (jsonLines) {
      Json.line(console(), "check", body);
    } else {
      Json.document(console(), "check", body);
    }
    return report[0].exitCode();
  }

  private CheckListener watch(
      Path image, @Nullable OutputStream lines, CheckWatch.FindingWriter writer) {
    boolean always = progressFd != null && progressFd == 0;
    return new CheckWatch(
        console(), image, lines, new Meter(console(), always), writer, top().isVerbose());
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
