package org.ext4map.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.ext4map.device.BlockDevice;
import org.ext4map.device.FileBlockDevice;

/**
 * A report with everything that was told on the way.
 *
 * @param report the report
 * @param findings what was told
 */
record Judgement(CheckReport report, List<Finding> findings) {
  private static final ExecutorService HELPERS =
      Executors.newFixedThreadPool(
          2,
          work -> {
            Thread thread = new Thread(work, "check-helper");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * Judges with glances and helping threads, and then rule by rule in one thread: both must find
   * the same in the same order.
   */
  static Judgement of(BlockDevice device, CheckOptions options) {
    Judgement quick = once(device, options.withWorkers(new CheckOptions.Workers(HELPERS, 3, true)));
    Judgement thorough =
        once(device, options.withWorkers(new CheckOptions.Workers(Runnable::run, 1, false)));
    assertThat(quick.lines()).as("found at a glance").isEqualTo(thorough.lines());
    assertThat(quick.report).isEqualTo(thorough.report);
    return quick;
  }

  private static Judgement once(BlockDevice device, CheckOptions options) {
    List<Finding> findings = new ArrayList<>();
    CheckReport report = Checker.check(device, options, findings::add);
    return new Judgement(report, findings);
  }

  static Judgement of(Path image, CheckOptions.View view) throws IOException {
    try (BlockDevice device = FileBlockDevice.open(image)) {
      return of(device, CheckOptions.defaults().withView(view));
    }
  }

  /** One line a finding, as the corpus wants it. */
  List<String> lines() {
    return findings.stream().map(Judgement::line).toList();
  }

  private static String line(Finding finding) {
    StringBuilder line = new StringBuilder("PROBLEM ").append(finding.problem().label());
    finding.ino().ifPresent(ino -> line.append(" ino=").append(ino));
    finding.target().ifPresent(ino -> line.append(" target=").append(ino));
    return line.append(" : ").append(finding.message()).toString();
  }

  /** The errors alone. */
  List<String> errors() {
    return findings.stream()
        .filter(finding -> finding.problem().severity() == Severity.ERROR)
        .map(Judgement::line)
        .toList();
  }

  /** The labels of all problems found. */
  Set<String> labels() {
    Set<String> labels = new TreeSet<>();
    findings.forEach(finding -> labels.add(finding.problem().label()));
    return labels;
  }
}
