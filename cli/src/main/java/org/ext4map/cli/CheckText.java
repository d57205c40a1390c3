package org.ext4map.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.ext4map.check.CheckOptions;
import org.ext4map.check.CheckReport;
import org.ext4map.check.Finding;
import org.ext4map.check.Severity;

/** What a check found, for people: a line for each problem, and the verdict last. */
final class CheckText {
  private CheckText() {}

  /**
   * One line a problem, for programs too: {@code PROBLEM label ino=N severity: sentence}.
   *
   * <p>The place is left out if the problem is not about an inode.
   */
  static void finding(Console console, Finding finding) throws IOException {
    String severity = finding.problem().severity().label();
    String ino = finding.ino().isPresent() ? " ino=" + finding.ino().getAsLong() : "";
    console.line(
        console.paint().faint("PROBLEM ")
            + console.paint().bold(finding.problem().label())
            + ino
            + "  "
            + paint(console.paint(), finding.problem().severity(), severity)
            + ": "
            + Text.printable(finding.message()));
  }

  private static String paint(Paint paint, Severity severity, String text) {
    return switch (severity) {
      case INFO -> paint.faint(text);
      case WARNING -> paint.yellow(text);
      case ERROR, FATAL -> paint.red(text);
    };
  }

  static void verdict(Console console, Path image, CheckReport report) throws IOException {
    Paint paint = console.paint();
    String word =
        switch (report.verdict()) {
          case CLEAN -> paint.green("clean");
          case CORRUPT -> paint.red("corrupt");
          case REFUSED -> paint.red("cannot be checked");
          case CANCELLED -> paint.yellow("cancelled");
        };
    CheckReport.Totals totals = report.totals();
    String seen =
        report.complete()
            ? String.join(
                ", ",
                Text.count(totals.files(), "file"),
                (totals.directories() == 1 ? "1 directory" : totals.directories() + " directories"),
                Text.count(totals.extents(), "extent"),
                Text.count(totals.blocks(), "block") + " in use")
            : "not checked to the end";
    String replayed =
        report.view() == CheckOptions.View.RECOVERED && report.replayedTransactions() > 0
            ? "; after replaying " + Text.count(report.replayedTransactions(), "transaction")
            : "";
    console.line(
        Text.printable(image.toString())
            + ": "
            + word
            + ", "
            + Text.count(report.problemCount(), "finding")
            + " ("
            + seen
            + replayed
            + ")");
  }
}
