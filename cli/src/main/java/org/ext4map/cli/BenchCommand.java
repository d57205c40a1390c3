package org.ext4map.cli;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Optional;
import org.ext4map.Ext4Image;
import org.ext4map.OpenOptions;
import org.ext4map.aio.Completions;
import org.ext4map.aio.ConvertMode;
import org.ext4map.aio.ExtendMode;
import org.ext4map.aio.IdleMode;
import org.ext4map.device.FileBlockDevice.DirectMode;
import org.ext4map.load.AccessPattern;
import org.ext4map.load.Bench;
import org.ext4map.load.JobPlan;
import org.ext4map.load.Preallocation;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures asynchronous direct I/O. */
@Command(
    name = "bench",
    header = "Measures asynchronous direct I/O on files of an image, in fio's words.",
    description = {
      "Each job has a file /bench.N, made anew, of --size bytes, and visits each of its blocks"
          + " once, unless --runtime ends it first or --time-based lets it go on until then. A"
          + " missing image is made, with room for the files, and written once from end to end."
    })
final class BenchCommand extends WritingCommand {
  private static final int MOST_JOBS = 64;
  private static final int MOST_DEPTH = 4096;
  private static final int LARGEST_BLOCK = 16 << 20;
  private static final int MOST_SECONDS = 86_400;
  private static final long MOST_IN_FLIGHT = 1L << 30;

  @Option(
      names = "--rw",
      paramLabel = "PATTERN",
      converter = WordConverter.OfPattern.class,
      description = "read, write, randread, randwrite (default) or randrw.")
  private AccessPattern pattern = AccessPattern.RANDWRITE;

  @Option(
      names = "--bs",
      paramLabel = "SIZE",
      converter = ByteCount.class,
      description = "Bytes of a request; 4k if left out.")
  private long blockBytes = 4096;

  @Option(names = "--iodepth", paramLabel = "N", description = "Requests in flight a job; 32.")
  private int depth = 32;

  @Option(names = "--numjobs", paramLabel = "N", description = "Jobs; 1 if left out.")
  private int jobs = 1;

  @Option(
      names = "--workers",
      paramLabel = "N",
      description = "Completion workers; 1, in poll mode 0: jobs convert themselves.")
  private @Nullable Integer workers;

  @Option(
      names = "--size",
      paramLabel = "SIZE",
      converter = ByteCount.class,
      description = "Bytes of each job's file; 64m if left out.")
  private long fileBytes = 64 << 20;

  @Option(names = "--runtime", paramLabel = "SECONDS", description = "End then at the latest.")
  private @Nullable Integer seconds;

  @Option(names = "--time-based", description = "Go on until --runtime, pass after pass.")
  private boolean isTimed;

  @Option(
      names = "--prealloc",
      paramLabel = "STATE",
      converter = WordConverter.OfPreallocation.class,
      description = "What the files are made of: unwritten (default), written or none.")
  private Preallocation preallocation = Preallocation.UNWRITTEN;

  @Mixin private EngineOption engine = new EngineOption();

  @Option(
      names = "--split",
      paramLabel = "WHEN",
      converter = WordConverter.OfSplit.class,
      description = "Unwritten extents are cut at submit or at completion (default).")
  private SplitChoice split = SplitChoice.COMPLETION;

  @Option(
      names = "--extend",
      paramLabel = "MODE",
      converter = WordConverter.OfExtend.class,
      description = "Who waits when a file grows: wait (the submitter, default) or defer.")
  private ExtendMode extend = ExtendMode.WAIT;

  @Option(names = "--dsync", description = "Each write is durable when it ends: O_DSYNC.")
  private boolean isDurable;

  @Option(
      names = "--zero-buffers",
      description = "Write zeros; without, what no device can make smaller.")
  private boolean isZero;

  @Option(
      names = "--completion-thread",
      description = "Take completions on a thread of its own, beside the I/O thread.")
  private boolean completionThread;

  @Option(
      names = "--polled",
      negatable = true,
      description = {
        "No I/O thread: jobs submit and take completions themselves, or not. Left out: if there is"
            + " one job."
      })
  private @Nullable Boolean isPolled;

  @Option(
      names = "--convert",
      paramLabel = "MODE",
      converter = WordConverter.OfConvert.class,
      description = "Conversions that wait: batched (one handle, default) or single.")
  private ConvertMode convert = ConvertMode.BATCHED;

  @Option(
      names = "--idle",
      paramLabel = "MODE",
      converter = WordConverter.OfIdle.class,
      description = "Threads without work: park (default), or spin some microseconds before.")
  private IdleMode idle = IdleMode.PARK;

  @Option(
      names = "--raw",
      description = "The queue alone, on the blocks of the same files; with --prealloc written.")
  private boolean isRaw;

  @Option(
      names = "--warm-up",
      description = "Run everything once before, uncounted: the JVM compiles meanwhile.")
  private boolean warmsUp;

  @Option(
      names = "--ramp-time",
      paramLabel = "SECONDS",
      description = "The same, again and again for so long.")
  private @Nullable Integer rampSeconds;

  @Option(names = "--seed", paramLabel = "N", description = "Of the random order; 1.")
  private long seed = 1;

  @Option(names = "--json", description = "Answer with one JSON document.")
  private boolean json;

  @Override
  void checkUsage() {
    requireRange("--bs", blockBytes, 512, LARGEST_BLOCK);
    if (blockBytes % 512 != 0) {
      throw usage("--bs " + blockBytes + ", allowed multiples of 512");
    }
    requireRange("--iodepth", depth, 1, MOST_DEPTH);
    requireRange("--numjobs", jobs, 1, MOST_JOBS);
    requireRange("--workers", workers(), fewestWorkers(), MOST_JOBS);
    requireRange("--size", fileBytes, blockBytes, 1L << 43);
    requireRange(
        "--iodepth × --numjobs × --bs", (long) depth * jobs * blockBytes, 1, MOST_IN_FLIGHT);
    if (isRaw && preallocation != Preallocation.WRITTEN) {
      throw usage("--raw with --prealloc " + preallocation + ", allowed written");
    }
    if (isRaw && isDurable) {
      throw usage("--raw with --dsync, allowed without");
    }
    if (Boolean.TRUE.equals(isPolled) && completionThread) {
      throw usage("--polled with --completion-thread, allowed one of them");
    }
    if (rampSeconds != null) {
      requireRange("--ramp-time", rampSeconds, 1, MOST_SECONDS);
    }
    if (seconds != null) {
      requireRange("--runtime", seconds, 1, MOST_SECONDS);
    } else if (isTimed) {
      throw usage("--time-based without --runtime SECONDS");
    }
  }

  private JobPlan plan() {
    return new JobPlan(
        pattern,
        (int) blockBytes,
        depth,
        fileBytes / blockBytes * blockBytes,
        Optional.ofNullable(seconds).map(Duration::ofSeconds),
        isTimed,
        isDurable,
        isZero,
        seed);
  }

  private Optional<Duration> warmUp() {
    return rampSeconds == null && !warmsUp
        ? Optional.empty()
        : Optional.of(Duration.ofSeconds(rampSeconds == null ? 0 : rampSeconds));
  }

  private Completions completions() {
    if (completionThread) {
      return Completions.OWN_THREAD;
    }
    boolean polls = isPolled == null ? jobs == 1 : isPolled;
    return polls ? Completions.POLLED : Completions.IO_THREAD;
  }

  private int fewestWorkers() {
    return completions() == Completions.POLLED ? 0 : 1;
  }

  private int workers() {
    return workers == null ? fewestWorkers() : workers;
  }

  private Bench.Setup setup() {
    return new Bench.Setup(
        engine.engine(),
        jobs,
        workers(),
        preallocation,
        split.moment(),
        convert,
        idle,
        extend,
        completions(),
        isRaw,
        warmUp());
  }

  @Override
  void prepare() throws IOException {
    if (Files.exists(file())) {
      return;
    }
    long bytes = Bench.imageBytes(setup(), plan());
    console().note("makes " + file() + ", " + Text.bytes(bytes));
    try {
      Bench.makeImage(file(), bytes, top().clock().instant());
    } catch (IOException problem) {
      throw Failure.opening(file().toString(), problem);
    }
  }

  @Override
  OpenOptions options() {
    return OpenOptions.defaults().directMode(DirectMode.IF_POSSIBLE);
  }

  @Override
  int change(Ext4Image image) throws IOException {
    try {
      BenchReport report =
          new BenchReport(
              file().toString(), setup(), plan(), Bench.run(image, setup(), plan()), console());
      if (json) {
        report.write();
      } else {
        report.tell();
      }
      return ExitCode.OK;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("cancelled");
    }
  }
}
