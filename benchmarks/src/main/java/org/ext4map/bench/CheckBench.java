package org.ext4map.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.ext4map.Ext4File;
import org.ext4map.Ext4Image;
import org.ext4map.OpenOptions;
import org.ext4map.View;
import org.ext4map.check.CheckListener;
import org.ext4map.check.CheckOptions;
import org.ext4map.check.CheckReport;
import org.ext4map.check.Checker;
import org.ext4map.device.MemoryBlockDevice;
import org.ext4map.format.Mkfs;
import org.ext4map.format.MkfsOptions;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How many files a check gets through: a whole check of a sound image in memory with 20,000 files
 * in directories of a thousand; times are per file.
 *
 * <p>Goal: at most a quarter of the baseline, which judges each inode and each name rule by rule;
 * less again with a second thread. Not the goal: the device, a cold JVM, an image with damage
 * (scripts/measure-check has the first two).
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class CheckBench {
  /** Files in the image. */
  static final int FILES = 20_000;

  private static final int FILES_OF_DIRECTORY = 1000;
  private static final int EMPTY_IN_TURN = 4;
  private static final int PERMISSIONS = 0644;
  private static final int DIRECTORY_PERMISSIONS = 0755;
  private static final long IMAGE_BYTES = 128L << 20;

  private final ExecutorService helper =
      Executors.newSingleThreadExecutor(
          work -> {
            Thread thread = new Thread(work, "check-helper");
            thread.setDaemon(true);
            return thread;
          });

  private final CheckOptions alone = CheckOptions.defaults();
  private final CheckOptions helped =
      alone.withWorkers(new CheckOptions.Workers(helper, EMPTY_IN_TURN, true));
  private final CheckOptions ruleByRule =
      alone.withWorkers(new CheckOptions.Workers(Runnable::run, 1, false));
  private final MemoryBlockDevice device = new MemoryBlockDevice(IMAGE_BYTES);

  /** Makes the image. */
  @Setup
  public void fill() throws IOException {
    MkfsOptions options =
        MkfsOptions.ext4(new UUID(1, FILES), new UUID(2, FILES), Instant.EPOCH)
            .inodes(2L * FILES)
            .build();
    Mkfs.format(device, options);
    ByteBuffer content = ByteBuffer.allocate(1);
    try (Ext4Image image = Ext4Image.open(device, OpenOptions.defaults().view(View.READ_WRITE))) {
      for (int i = 0; i < FILES; i++) {
        String directory = "/" + i / FILES_OF_DIRECTORY;
        if (i % FILES_OF_DIRECTORY == 0) {
          image.mkdir(directory, DIRECTORY_PERMISSIONS);
        }
        Ext4File file = image.create(directory + "/file-with-a-name-" + i, PERMISSIONS);
        if (i % EMPTY_IN_TURN == 0) {
          try (SeekableByteChannel channel = file.openForWriting()) {
            channel.write(content.clear());
          }
        }
      }
    }
    CheckReport report = oneThread();
    if (!report.isClean() || report.totals().files() != FILES) {
      throw new IllegalStateException("the image is not as meant: " + report);
    }
  }

  /** Lets the helping thread go. */
  @TearDown
  public void stop() {
    helper.shutdown();
  }

  /** The check as the command makes it on one processor. */
  @Benchmark
  @OperationsPerInvocation(FILES)
  public CheckReport oneThread() {
    return Checker.check(device, alone, CheckListener.NONE);
  }

  /** The same with a thread that works ahead. */
  @Benchmark
  @OperationsPerInvocation(FILES)
  public CheckReport twoThreads() {
    return Checker.check(device, helped, CheckListener.NONE);
  }

  /** The baseline: every inode and every name before the judge. */
  @Benchmark
  @OperationsPerInvocation(FILES)
  public CheckReport ruleByRule() {
    return Checker.check(device, ruleByRule, CheckListener.NONE);
  }
}
