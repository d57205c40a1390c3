package org.ext4map.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ext4map.cli.Ran.ext4map;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BenchCommandTest {
  @TempDir Path scratch;

  private Path image() {
    return scratch.resolve("bench.img");
  }

  private Ran bench(String options) {
    String size = options.contains("--size") ? "" : "--size 2m ";
    return ext4map((Object[]) ("bench " + size + options + " " + image()).split(" +"));
  }

  private static JsonNode documentOf(Ran ran) {
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    return Documents.valid(ran);
  }

  private void requireClean() {
    Ran check = ext4map("check", image());
    assertThat(check.exitCode()).as(check.out()).isZero();
  }

  @Test
  void everyWriteIntoUnwrittenSpaceIsConvertedByAWorker() {
    JsonNode bench = documentOf(bench("--rw randwrite --prealloc unwritten --json"));

    assertThat(bench.at("/write/total_ios").asLong()).isEqualTo(512);
    assertThat(bench.at("/write/io_bytes").asLong()).isEqualTo(2 << 20);
    assertThat(bench.at("/read/total_ios").asLong()).isZero();
    assertThat(bench.at("/completions/fills").asLong()).isEqualTo(512);
    assertThat(bench.at("/completions/deferred").asLong()).isEqualTo(512);
    assertThat(bench.at("/completions/inline").asLong()).isZero();
    assertThat(bench.at("/write/lat_ns/N").asLong()).isEqualTo(512);
    assertThat(ext4map("extents", image(), "/bench.0").out())
        .contains("512 blocks written, 0 unwritten");
    requireClean();
  }

  @Test
  void noOverwriteIsDeferred() {
    JsonNode bench = documentOf(bench("--rw randwrite --prealloc written --json"));

    assertThat(bench.at("/completions/overwrites").asLong()).isEqualTo(512);
    assertThat(bench.at("/completions/deferred").asLong()).isZero();
    assertThat(bench.at("/completions/conversions").asLong()).isZero();
    requireClean();
  }

  @ParameterizedTest
  @ValueSource(strings = {"randread", "randwrite"})
  void theRawQueuePassesTheFrontEndByAndHarmsNothing(String pattern) {
    JsonNode bench = documentOf(bench("--rw " + pattern + " --prealloc written --raw --json"));

    String kind = pattern.equals("randread") ? "/read" : "/write";
    assertThat(bench.at(kind + "/total_ios").asLong()).isEqualTo(512);
    assertThat(bench.at("/completions/overwrites").asLong()).isZero();
    assertThat(bench.at("/completions/reads").asLong()).isZero();
    // the system's clock of processor time ticks every 10 ms, and this may have taken less
    assertThat(bench.path("cpu_ns_per_io").isNumber()).isTrue();
    assertThat(bench.path("cpu_ns_per_io").asDouble()).isNotNegative();
    requireClean();
    assertThat(bench("--rw randread --prealloc unwritten --raw").exitCode())
        .isEqualTo(ExitCode.USAGE);
  }

  @ParameterizedTest
  @CsvSource({
    "--rw read --prealloc written, 512, 0",
    "--rw randread --prealloc unwritten --bs 8k, 256, 0",
    "--rw write --prealloc none --iodepth 4 --split submit, 0, 512",
    "--rw write --prealloc none --extend defer --dsync, 0, 512",
    "--rw randwrite --numjobs 3 --workers 2 --iodepth 8 --completion-thread, 0, 1536",
    "--rw randwrite --numjobs 3 --iodepth 4 --polled, 0, 1536",
    "--rw randwrite --no-polled, 0, 512",
    "--rw randwrite --workers 1, 0, 512",
    "--rw randwrite --convert single --idle spin --warm-up, 0, 512",
    "--rw randwrite --ramp-time 1 --zero-buffers, 0, 512",
    "--rw randwrite --engine channel --bs 512 --iodepth 1 --size 64k, 0, 128",
  })
  void eachBlockIsVisitedOnce(String options, long reads, long writes) {
    JsonNode bench = documentOf(bench(options + " --json"));

    assertThat(bench.at("/read/total_ios").asLong()).isEqualTo(reads);
    assertThat(bench.at("/write/total_ios").asLong()).isEqualTo(writes);
    requireClean();
  }

  @ParameterizedTest
  @CsvSource({
    "'', true",
    "--numjobs 2, false",
    "--numjobs 2 --polled, true",
    "--no-polled, false",
    "--completion-thread, false"
  })
  void oneJobDrivesItsIoUnlessItIsToldNotTo(String options, boolean polls) {
    JsonNode bench = documentOf(bench("--rw randwrite " + options + " --json"));

    assertThat(bench.at("/job_options/polled").asBoolean()).isEqualTo(polls);
  }

  @Test
  void aTimedRunGoesOnUntilItsTime() {
    JsonNode bench =
        documentOf(bench("--rw randrw --prealloc written --runtime 1 --time-based --json"));

    assertThat(bench.at("/runtime_ms").asLong()).isGreaterThanOrEqualTo(1000);
    assertThat(bench.at("/read/total_ios").asLong()).isPositive();
    assertThat(bench.at("/write/total_ios").asLong()).isPositive();
  }

  @Test
  void itTellsPeopleInEightyColumns() {
    Ran ran = bench("--rw randwrite");

    assertThat(ran.exitCode()).as(ran.err()).isZero();
    assertThat(ran.err()).contains("makes");
    assertThat(ran.outLines()).allMatch(line -> line.length() <= 80);
    assertThat(ran.out()).contains("IOPS", "p99", "512 fill", "512 deferred");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--rw scribble",
        "--bs 0",
        "--bs 1000",
        "--iodepth 0",
        "--iodepth 4097",
        "--numjobs 65",
        "--size 0",
        "--runtime 0",
        "--ramp-time 0",
        "--time-based",
        "--polled --completion-thread",
        "--no-polled --workers 0",
        "--engine fast",
        "--split never",
        "--prealloc maybe",
        "--iodepth 4096 --bs 16m",
      })
  void wrongWordsAreUsage(String options) {
    Ran ran = bench(options);

    assertThat(ran.exitCode()).as(ran.err()).isEqualTo(ExitCode.USAGE);
    assertThat(ran.errLines()).hasSize(1).first().asString().contains("allowed");
    assertThat(image()).doesNotExist();
  }

  @Test
  void anImageWithoutRoomIsToldInOneLine() {
    assertThat(ext4map("mkfs", image(), "8m").exitCode()).isZero();

    Ran ran = ext4map("bench", "--size", "64m", image());

    assertThat(ran.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(ran.errLines()).hasSize(1);
    requireClean();
  }
}
