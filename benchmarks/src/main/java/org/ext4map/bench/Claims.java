package org.ext4map.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Predicate;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Runs the benches behind the claims, prints each as a ratio of medians within the run, and says
 * whether it holds. Started by {@code benchmarks/run}; exit code 1 if a claim that must hold does
 * not.
 */
public final class Claims {
  /**
   * B/op that the profiler reports where nothing is allocated: what the harness itself allocates in
   * an iteration, spread over fewer operations where they are slow. One object in 150 operations
   * would be more.
   */
  private static final double NO_ALLOCATION = 0.1;

  private static final String ALLOCATION = "gc.alloc.rate.norm";
  private static final double MUST_AT_100K = 1.5;
  private static final double GOAL = 1.3;
  private static final double GOAL_SCARCE = 2;
  private static final double MUST_SCALE = 1.7;
  private static final double GOAL_FILL_NANOS = 20;
  private static final double GOAL_SWEEP_NANOS = 15;
  private static final List<String> SIZES = List.of("4", "340", "10000", "100000", "1000000");

  private final Collection<RunResult> results;
  private final List<String> lines = new ArrayList<>();
  private boolean allHold = true;

  private Claims(Collection<RunResult> results) {
    this.results = results;
  }

  /**
   * Runs.
   *
   * @param args {@code --quick} for one fork of short iterations; a path to write the table to
   */
  public static void main(String[] args) throws RunnerException, IOException {
    List<String> words = new ArrayList<>(Arrays.asList(args));
    boolean quick = words.remove("--quick");
    Claims claims = new Claims(measure(quick));
    claims.judge();
    String report = String.join("\n", claims.lines) + "\n";
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    out.print(report);
    if (!words.isEmpty()) {
      Files.writeString(Path.of(words.get(0)), report);
    }
    System.exit(claims.allHold ? 0 : 1);
  }

  private static Collection<RunResult> measure(boolean quick) throws RunnerException {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include(
                "\\.(LookupCached|LookupTree|LookupTwoThreads|FillAndSweep|Conversion|Space)Bench\\.")
            .addProfiler(GCProfiler.class);
    if (quick) {
      options
          .forks(1)
          .warmupIterations(5)
          .warmupTime(TimeValue.milliseconds(200))
          .measurementIterations(9)
          .measurementTime(TimeValue.milliseconds(100));
    }
    return new Runner(options.build()).run();
  }

  private void judge() {
    lines.add(
        String.format(
            Locale.ROOT,
            "# %s %s, %s, %d processors; medians, ns; J = best plain search in this run",
            System.getProperty("java.vm.name"),
            System.getProperty("java.version"),
            System.getProperty("os.arch"),
            Runtime.getRuntime().availableProcessors()));
    for (String layout : List.of("HOLES", "IN_TURN")) {
      for (String size : SIZES) {
        lookup("random", "", size, layout);
        lookup("one by one", "Latency", size, layout);
      }
    }
    for (String layout : List.of("HOLES", "IN_TURN")) {
      for (String size : SIZES.subList(1, SIZES.size())) {
        tree("withoutCache", size, layout, GOAL);
        tree("scarceCache", size, layout, GOAL_SCARCE);
      }
    }
    for (String size : List.of("340", "100000")) {
      twoThreads(size);
    }
    for (String layout : List.of("HOLES", "IN_TURN")) {
      double fill = processorNanos("FillAndSweepBench.fillFromLeaves", layout, "");
      atMost("fill from leaves " + layout + ", ns an extent", fill, GOAL_FILL_NANOS, false);
      double sweep = processorNanos("FillAndSweepBench.sweep", layout, "");
      atMost("sweep " + layout + ", ns an extent", sweep, GOAL_SWEEP_NANOS, false);
    }
    lines.add("# changes, in memory: processor time of one, ns; bytes that one allocates");
    change("split, one handle, no journal", "ConversionBench.splitTogether", "false", 600);
    change("in order, one handle, no journal", "ConversionBench.mergeTogether", "false", 110);
    change("split, a handle for 64", "ConversionBench.splitBy64", "true", 2100);
    change("split, a handle each", "ConversionBench.splitAlone", "true", 2100);
    change("in order, a handle each", "ConversionBench.mergeAlone", "true", 750);
    change("fallocate of a block", "SpaceBench.allocateInMiddle", "", 2300);
    change("fallocate of the next block", "SpaceBench.allocateAtEnd", "", 2300);
    change("punch of a block", "SpaceBench.punchInMiddle", "", 1900);
  }

  private void lookup(String how, String suffix, String size, String layout) {
    double best =
        results.stream()
            .filter(result -> name(result).startsWith("LookupCachedBench.plain"))
            .filter(result -> name(result).endsWith("Latency") == !suffix.isEmpty())
            .filter(with(size, layout))
            .mapToDouble(Claims::median)
            .min()
            .orElseThrow();
    RunResult claim = find("LookupCachedBench.mapBlocks" + suffix, size, layout);
    double ratio = median(claim) / best;
    boolean must = size.equals("100000") && suffix.isEmpty() && layout.equals("HOLES");
    String text =
        String.format(
            Locale.ROOT,
            "lookup %-10s %7s %-7s %6.1f / J %6.1f",
            how,
            size,
            layout,
            median(claim),
            best);
    atMost(text, ratio, must ? MUST_AT_100K : GOAL, must);
    double allocated = allocated(claim);
    if (!(allocated <= NO_ALLOCATION)) {
      fail(text + ": allocates " + allocated + " B/op, must be 0");
    }
  }

  /** A question that the status cache cannot answer. */
  private void tree(String bench, String size, String layout, double goal) {
    RunResult claim = find("LookupTreeBench." + bench, size, layout);
    double walk = median(find("LookupTreeBench.plainWalk", size, layout));
    String text =
        String.format(
            Locale.ROOT,
            "tree %-12s %7s %-7s %6.1f / plain walk %6.1f",
            bench,
            size,
            layout,
            median(claim),
            walk);
    atMost(text, median(claim) / walk, goal, false);
  }

  /**
   * Bytes that one operation allocates: what the bench has counted itself, else what the profiler
   * has, which the run must have had.
   */
  static double allocated(RunResult result) {
    var bytes = result.getSecondaryResults().get("bytes");
    var operations = result.getSecondaryResults().get("operations");
    if (bytes != null && operations != null) {
      return bytes.getScore() / operations.getScore();
    }
    return Objects.requireNonNull(result.getSecondaryResults().get(ALLOCATION), ALLOCATION)
        .getScore();
  }

  private void twoThreads(String size) {
    double one = median("LookupTwoThreadsBench.oneThread", size, "");
    double two = median("LookupTwoThreadsBench.twoThreads", size, "");
    String text =
        String.format(Locale.ROOT, "two threads / one, %s extents: %.2f", size, two / one);
    boolean holds = two / one >= MUST_SCALE;
    allHold &= holds;
    lines.add(text + (holds ? "  holds (must: >= " : "  FAILS (must: >= ") + MUST_SCALE + ")");
  }

  private void atMost(String text, double found, double limit, boolean must) {
    boolean holds = found <= limit;
    allHold &= holds || !must;
    String verdict = holds ? "holds" : must ? "FAILS" : "missed";
    lines.add(
        String.format(
            Locale.ROOT,
            "%s: %.2f  %s (%s: <= %s)",
            text,
            found,
            verdict,
            must ? "must" : "goal",
            limit));
  }

  private void change(String what, String bench, String journal, double goal) {
    RunResult result = find(bench, "", "", journal);
    String bytes = String.format(Locale.ROOT, "%.1f B", allocated(result));
    atMost(what + ", ns (" + bytes + ")", processorNanos(bench, "", journal), goal, false);
  }

  private double processorNanos(String bench, String layout, String journal) {
    var results = find(bench, "100000", layout, journal).getSecondaryResults();
    return Objects.requireNonNull(results.get("cpuNanos"), bench).getScore()
        / Objects.requireNonNull(results.get("operations"), bench).getScore();
  }

  private void fail(String text) {
    allHold = false;
    lines.add(text + "  FAILS");
  }

  private double median(String name, String size, String layout) {
    return median(find(name, size, layout));
  }

  private RunResult find(String name, String size, String layout) {
    return find(name, size, layout, "");
  }

  private RunResult find(String name, String size, String layout, String journal) {
    return results.stream()
        .filter(result -> name(result).equals(name))
        .filter(with(size, layout))
        .filter(result -> journal.isEmpty() || has(result, "journal", journal))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no result of " + name));
  }

  private static Predicate<RunResult> with(String size, String layout) {
    return result ->
        has(result, "extents", size) && (layout.isEmpty() || has(result, "layout", layout));
  }

  /** True too for a bench that has no such parameter. */
  private static boolean has(RunResult result, String parameter, String value) {
    String found = result.getParams().getParam(parameter);
    return found == null || found.equals(value);
  }

  private static String name(RunResult result) {
    String full = result.getParams().getBenchmark();
    return full.substring(full.lastIndexOf('.', full.lastIndexOf('.') - 1) + 1);
  }

  private static double median(RunResult result) {
    double[] scores =
        result.getBenchmarkResults().stream()
            .flatMap(fork -> fork.getIterationResults().stream())
            .mapToDouble(iteration -> iteration.getPrimaryResult().getScore())
            .sorted()
            .toArray();
    return scores[scores.length / 2];
  }
}
