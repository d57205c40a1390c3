package org.ext4map.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Every bench runs, and the hot paths allocate nothing. Says nothing about time. */
class BenchSmokeTest {
  private static final String BENCHES = "org\\.ext4map\\.bench\\.";

  /**
   * B/op. A short iteration shares out what starting its thread allocates, some kilobytes; one
   * allocation in a hundred operations would be 0.16.
   */
  private static final double NO_ALLOCATION = 0.1;

  /**
   * They make something: entries, nodes, requests for blocks, copies for the journal, or maps of a
   * library.
   */
  private static final Set<String> ALLOCATING =
      Set.of(
          "CheckBench.oneThread",
          "CheckBench.ruleByRule",
          "CheckBench.twoThreads",
          "ChecksumBench.crc32c",
          "ConversionBench.plainMerge",
          "ConversionBench.plainSplit",
          "ConversionBench.splitAlone",
          "ConversionBench.splitBy64",
          "ConversionBench.splitTogether",
          "ConvertPartBench.first",
          "ConvertPartBench.last",
          "ConvertPartBench.middle",
          "FillAndSweepBench.fillFromLeaves",
          "FragmentedSpaceBench.fromFragments",
          "FrontEndBench.engineAlone",
          "FrontEndBench.fill",
          "FrontEndBench.fillInline",
          "FrontEndThreadsBench.fill",
          "FragmentedSpaceBench.inOnePiece",
          "FragmentedSpaceBench.oneByOne",
          "JournalBench.commit",
          "JournalBench.plainWrite",
          "LookupTreeBench.scarceCache",
          "RemoveManyBench.allocateAsMany",
          "RemoveManyBench.punch",
          "RemoveManyBench.truncate",
          "SpaceBench.allocateAlternating",
          "SpaceBench.allocateAtEnd",
          "SpaceBench.allocateInMiddle",
          "SpaceBench.punchInMiddle",
          "SpaceBench.punchInOrder");

  /**
   * B/op where what a handle and a commit allocate is shared out: one object in ten operations
   * would be more.
   */
  private static final double NEXT_TO_NOTHING = 1.5;

  /** B/op: the smallest there is has 16; what two short rounds differ by is less than this. */
  private static final double AN_OBJECT = 12;

  private static Collection<RunResult> runAll() throws RunnerException {
    return new Runner(
            new OptionsBuilder()
                .include(BENCHES)
                .param("extents", "340")
                .param("layout", "HOLES")
                .param("journal", "true")
                .param("length", "64")
                .param("depth", "32")
                .param("idle", "PARK")
                .forks(0)
                .warmupIterations(1)
                .warmupTime(TimeValue.milliseconds(100))
                .measurementIterations(1)
                .measurementTime(TimeValue.milliseconds(400))
                .addProfiler(GCProfiler.class)
                .verbosity(VerboseMode.SILENT)
                .shouldFailOnError(true)
                .build())
        .run();
  }

  @Test
  void everyBenchRunsAndHotPathsAllocateNothing() throws RunnerException {
    Collection<RunResult> results = runAll();
    assertThat(results).hasSize(allBenches().size()).hasSizeGreaterThanOrEqualTo(15);
    for (RunResult result : results) {
      String name = result.getParams().getBenchmark().replace("org.ext4map.bench.", "");
      double allocated = Claims.allocated(result);
      if (ALLOCATING.contains(name)) {
        assertThat(allocated).as("the profiler sees what %s allocates", name).isPositive();
      } else {
        boolean hasSetup = result.getSecondaryResults().containsKey("bytes");
        double limit = hasSetup ? NEXT_TO_NOTHING : NO_ALLOCATION;
        assertThat(allocated).as("%s, B/op", name).isLessThanOrEqualTo(limit);
      }
    }
    assertThat(allocated(results, "fill") - allocated(results, "engineAlone"))
        .as("what the front end allocates for a fill beside the engine, B/op")
        .isLessThan(AN_OBJECT);
  }

  private static double allocated(Collection<RunResult> results, String method) {
    return results.stream()
        .filter(each -> each.getParams().getBenchmark().endsWith(".FrontEndBench." + method))
        .mapToDouble(Claims::allocated)
        .findFirst()
        .orElseThrow();
  }

  private static Set<BenchmarkListEntry> allBenches() {
    return BenchmarkList.defaultList()
        .find(
            OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT),
            List.of(BENCHES),
            List.of());
  }
}
