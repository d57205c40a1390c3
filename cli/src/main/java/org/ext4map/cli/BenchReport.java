package org.ext4map.cli;

import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.ext4map.aio.Completions;
import org.ext4map.aio.DirectIo.Counters;
import org.ext4map.load.Bench;
import org.ext4map.load.JobPlan;
import org.ext4map.load.Measured;

/** What a bench came to: for people, and with fio's fields for programs. */
final class BenchReport {
  private static final double[] PERCENTILES = {1, 5, 10, 50, 90, 95, 99, 99.9, 99.99};
  private static final double[] SHOWN = {50, 90, 99, 99.9};
  private static final double NANOS = 1e9;
  private static final double NANOS_PER_MICRO = 1e3;
  private static final double BYTES_PER_KIB = 1024;

  private final String image;
  private final Bench.Setup setup;
  private final JobPlan plan;
  private final Bench.Result result;
  private final Console console;

  BenchReport(String image, Bench.Setup setup, JobPlan plan, Bench.Result result, Console console) {
    this.image = image;
    this.setup = setup;
    this.plan = plan;
    this.result = result;
    this.console = console;
  }

  private double seconds() {
    return Math.max(1, result.elapsed().toNanos()) / NANOS;
  }

  private double perRequest(long sum) {
    long requests = result.reads().requests() + result.writes().requests();
    return requests == 0 ? 0 : sum / (double) requests;
  }

  // ---- for people ------------------------------------------------------------------------------

  void tell() throws IOException {
    Rows rows = new Rows(console);
    rows.heading(
        WordConverter.word(plan.pattern())
            + ", "
            + Text.bytes(plan.blockBytes())
            + " requests, iodepth "
            + plan.depth()
            + ", "
            + Text.count(setup.jobs(), "job")
            + " of "
            + Text.bytes(plan.fileBytes())
            + ", "
            + WordConverter.word(setup.preallocation()));
    rows.row("engine", result.engine());
    tell(rows, "read", result.reads());
    tell(rows, "write", result.writes());
    Counters counters = result.counters();
    rows.row(
        "classes",
        String.format(
            Locale.ROOT,
            "%d read, %d overwrite, %d fill, %d extend, %d unaligned",
            counters.reads(),
            counters.overwrites(),
            counters.fills(),
            counters.extensions(),
            counters.alone()));
    rows.row(
        "completions",
        String.format(
            Locale.ROOT,
            "%d inline, %d deferred in %s, %s",
            counters.finishedInline(),
            counters.deferred(),
            (counters.batches() + (counters.batches() == 1 ? " batch" : " batches")),
            Text.count(counters.conversions(), "conversion")));
    rows.row(
        "heap",
        String.format(Locale.ROOT, "%.1f bytes a request", perRequest(result.allocatedBytes())));
    rows.row(
        "cpu",
        String.format(
            Locale.ROOT, "%.2f µs a request%s", micros(result.cpuNanos()), cpuByThread()));
  }

  private double micros(long nanos) {
    return perRequest(nanos) / NANOS_PER_MICRO;
  }

  private String cpuByThread() {
    StringBuilder parts = new StringBuilder();
    result
        .cpuByThread()
        .forEach(
            (kind, nanos) ->
                parts
                    .append(parts.length() == 0 ? ": " : ", ")
                    .append(String.format(Locale.ROOT, "%s %.2f", kind, micros(nanos))));
    return parts.toString();
  }

  private void tell(Rows rows, String kind, Measured measured) throws IOException {
    if (measured.requests() == 0) {
      return;
    }
    rows.row(
        kind,
        String.format(
            Locale.ROOT,
            "%.0f IOPS, %s/s; %d requests, %s in %.2f s",
            measured.requests() / seconds(),
            Text.bytes((long) (measured.bytes() / seconds())),
            measured.requests(),
            Text.bytes(measured.bytes()),
            seconds()));
    Histogram latency = measured.total();
    StringBuilder line = new StringBuilder();
    for (double percentile : SHOWN) {
      line.append(
          String.format(
              Locale.ROOT,
              "p%s %.1f, ",
              trimmed(percentile),
              latency.getValueAtPercentile(percentile) / NANOS_PER_MICRO));
    }
    line.append(
        String.format(
            Locale.ROOT,
            "max %.1f, mean %.1f µs",
            latency.getMaxValue() / NANOS_PER_MICRO,
            latency.getMean() / NANOS_PER_MICRO));
    rows.row("  latency", line.toString());
  }

  private static String trimmed(double percentile) {
    return percentile == Math.rint(percentile)
        ? Long.toString((long) percentile)
        : Double.toString(percentile);
  }

  // ---- for programs ----------------------------------------------------------------------------

  void write() throws IOException {
    Json.document(
        console,
        "bench",
        document -> {
          document.field("image", image);
          document.object("job_options", this::writeOptions);
          document.field("engine", result.engine());
          document.field("runtime_ms", result.elapsed().toMillis());
          document.object("read", json -> write(json, result.reads()));
          document.object("write", json -> write(json, result.writes()));
          document.object("completions", this::writeCompletions);
          document.field("allocated_bytes_per_io", perRequest(result.allocatedBytes()));
          document.field("cpu_ns_per_io", perRequest(result.cpuNanos()));
          document.object("cpu_ns_per_io_by_thread", this::writeCpuByThread);
        });
  }

  private void writeCpuByThread(Json json) throws IOException {
    for (Map.Entry<String, Long> each : result.cpuByThread().entrySet()) {
      json.field(each.getKey(), perRequest(each.getValue()));
    }
  }

  private void writeOptions(Json json) throws IOException {
    json.field("rw", WordConverter.word(plan.pattern()));
    json.field("bs", plan.blockBytes());
    json.field("iodepth", plan.depth());
    json.field("numjobs", setup.jobs());
    json.field("workers", setup.workers());
    json.field("size", plan.fileBytes());
    json.field("time_based", plan.isTimed());
    json.field("prealloc", WordConverter.word(setup.preallocation()));
    json.field("engine", WordConverter.word(setup.engine()));
    json.field("split", setup.split() == SplitChoice.SUBMIT.moment() ? "submit" : "completion");
    json.field("extend", WordConverter.word(setup.extend()));
    json.field("dsync", plan.isDurable());
    json.field("zero_buffers", plan.isZero());
    json.field("convert", WordConverter.word(setup.convert()));
    json.field("idle", WordConverter.word(setup.idle()));
    json.field("raw", setup.isRaw());
    json.field("warm_up", setup.warmUp().isPresent());
    json.field("completion_thread", setup.completions() == Completions.OWN_THREAD);
    json.field("polled", setup.completions() == Completions.POLLED);
    json.field("seed", plan.seed());
  }

  private void write(Json json, Measured measured) throws IOException {
    json.field("total_ios", measured.requests());
    json.field("io_bytes", measured.bytes());
    json.field("iops", measured.requests() / seconds());
    json.field("bw", measured.bytes() / BYTES_PER_KIB / seconds());
    json.field("bw_bytes", (long) (measured.bytes() / seconds()));
    json.object("slat_ns", times -> write(times, measured.submission()));
    json.object("clat_ns", times -> write(times, measured.completion()));
    json.object("lat_ns", times -> write(times, measured.total()));
  }

  private static void write(Json json, Histogram times) throws IOException {
    boolean isEmpty = times.getTotalCount() == 0;
    json.field("N", times.getTotalCount());
    json.field("min", isEmpty ? 0 : times.getMinValue());
    json.field("max", times.getMaxValue());
    json.field("mean", isEmpty ? 0.0 : times.getMean());
    json.field("stddev", isEmpty ? 0.0 : times.getStdDeviation());
    json.object(
        "percentile",
        each -> {
          for (double percentile : PERCENTILES) {
            each.field(
                String.format(Locale.ROOT, "%.6f", percentile),
                times.getValueAtPercentile(percentile));
          }
        });
  }

  private void writeCompletions(Json json) throws IOException {
    Counters counters = result.counters();
    json.field("reads", counters.reads());
    json.field("overwrites", counters.overwrites());
    json.field("fills", counters.fills());
    json.field("extensions", counters.extensions());
    json.field("unaligned", counters.alone());
    json.field("inline", counters.finishedInline());
    json.field("deferred", counters.deferred());
    json.field("batches", counters.batches());
    json.field("conversions", counters.conversions());
    json.field("syncs", counters.syncs());
  }
}
