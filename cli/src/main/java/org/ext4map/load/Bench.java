package org.ext4map.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.ext4map.Ext4File;
import org.ext4map.Ext4Image;
import org.ext4map.aio.Completions;
import org.ext4map.aio.ConvertMode;
import org.ext4map.aio.DirectFile;
import org.ext4map.aio.DirectIo;
import org.ext4map.aio.DirectIo.Counters;
import org.ext4map.aio.ExtendMode;
import org.ext4map.aio.IdleMode;
import org.ext4map.aio.SplitAt;
import org.ext4map.aio.ring.RingFile;
import org.ext4map.device.BlockDevice;
import org.ext4map.device.FileBlockDevice;
import org.ext4map.format.Mkfs;
import org.ext4map.format.MkfsOptions;
import org.ext4map.model.Extent;
import org.ext4map.model.FallocateMode;
import org.jspecify.annotations.Nullable;

/**
 * Measures direct I/O on files of one image: some jobs alike, each with a file and a thread of its
 * own, behind one front end.
 */
public final class Bench {
  private static final int MIB = 1 << 20;
  private static final int PERMISSIONS = 0600;

  /** Whatever the size: smaller blocks than the device's units keep the kernel's queues away. */
  private static final int BLOCK_BYTES = 4096;

  /** Room for journal, inode tables and bitmaps beside the files. */
  private static final long ROOM_BYTES = 64L * MIB;

  /** Of a front end that was passed by. */
  private static final Counters NOTHING = new Counters(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

  private static final int ROOM_PART = 16;

  /**
   * How the load reaches the image.
   *
   * @param engine the native queue
   * @param jobs threads, each with a file
   * @param workers threads for deferred completions
   * @param preallocation what the files are made of
   * @param split when unwritten extents are split
   * @param convert how workers convert
   * @param idle what threads without work do
   * @param extend how files grow
   * @param completions who takes them
   * @param isRaw true to pass the front end by: the queue alone, on the blocks of the same files
   * @param warmUp how long to run everything before, uncounted, on files that are made anew each
   *     time; zero for once, empty for not at all
   */
  public record Setup(
      RingFile.Engine engine,
      int jobs,
      int workers,
      Preallocation preallocation,
      SplitAt split,
      ConvertMode convert,
      IdleMode idle,
      ExtendMode extend,
      Completions completions,
      boolean isRaw,
      Optional<Duration> warmUp) {}

  /**
   * What it came to.
   *
   * @param engine one line: which queue, and why
   * @param reads all jobs together
   * @param writes all jobs together
   * @param elapsed from the first request to the last completion
   * @param counters of the front end, for this run alone
   * @param allocatedBytes on the heap by all threads meanwhile
   * @param cpuNanos of all threads meanwhile, in user mode and in the kernel
   * @param cpuByThread the same for each of our kinds of thread; what is left is the JVM's own
   */
  public record Result(
      String engine,
      Measured reads,
      Measured writes,
      Duration elapsed,
      Counters counters,
      long allocatedBytes,
      long cpuNanos,
      SortedMap<String, Long> cpuByThread) {}

  private final Ext4Image image;
  private final Setup setup;
  private final JobPlan plan;

  private Bench(Ext4Image image, Setup setup, JobPlan plan) {
    this.image = image;
    this.setup = setup;
    this.plan = plan;
  }

  /** Bytes of an image that has room for the files. */
  public static long imageBytes(Setup setup, JobPlan plan) {
    long files = Math.multiplyExact(plan.fileBytes(), (long) setup.jobs());
    return Math.addExact(files, files / ROOM_PART + ROOM_BYTES) / MIB * MIB;
  }

  /**
   * Makes an image. Its file is written from end to end first: otherwise the host's file system
   * would allocate, and convert, while we measure.
   *
   * @throws IllegalArgumentException if no file system of that size can be made
   * @throws java.nio.file.FileAlreadyExistsException if there is something already
   */
  public static void makeImage(Path file, long bytes, Instant now) throws IOException {
    MkfsOptions options =
        MkfsOptions.ext4(UUID.randomUUID(), UUID.randomUUID(), now).blockSize(BLOCK_BYTES).build();
    Mkfs.plan(bytes, options);
    Files.createFile(file);
    try {
      format(file, bytes, options);
    } catch (IOException | RuntimeException problem) {
      Files.deleteIfExists(file);
      throw problem;
    }
  }

  private static void format(Path file, long bytes, MkfsOptions options) throws IOException {
    try (BlockDevice device = FileBlockDevice.openBlank(file, bytes, before -> {})) {
      ByteBuffer zeros = ByteBuffer.allocateDirect(MIB);
      for (long done = 0; done < bytes; done += MIB) {
        device.write(done, zeros.clear().limit((int) Math.min(MIB, bytes - done)));
      }
      device.flush();
      Mkfs.format(device, options);
    }
  }

  /**
   * Prepares the files {@code /bench.0 …}, which are made anew, and runs the jobs.
   *
   * @throws IOException the first failure of a job
   * @throws InterruptedException if the calling thread is; the jobs have ended then
   */
  public static Result run(Ext4Image image, Setup setup, JobPlan plan)
      throws IOException, InterruptedException {
    Bench bench = new Bench(image, setup, plan);
    if (setup.warmUp().isPresent()) {
      long start = System.nanoTime();
      do {
        bench.run();
      } while (System.nanoTime() - start < setup.warmUp().get().toNanos());
    }
    return bench.run();
  }

  private Result run() throws IOException, InterruptedException {
    List<Ext4File> prepared = new ArrayList<>();
    for (int i = 0; i < setup.jobs(); i++) {
      prepared.add(prepare("/bench." + i));
    }
    image.sync();
    return setup.isRaw() ? runRaw(prepared) : runDirect(prepared);
  }

  private Result runRaw(List<Ext4File> prepared) throws IOException, InterruptedException {
    if (!(image.direct().device() instanceof FileBlockDevice file)) {
      throw new IOException("a raw run needs an image that is a file of its own");
    }
    List<RawJob> jobs = new ArrayList<>();
    for (int i = 0; i < prepared.size(); i++) {
      List<Extent> extents = prepared.get(i).mergedExtents();
      int blockSize = image.geometry().blockSize();
      jobs.add(new RawJob(file.path(), setup.engine(), extents, blockSize, plan, i));
    }
    try {
      return measure(jobs, jobs.get(0)::describe, () -> NOTHING);
    } finally {
      file.renewLock(); // closing the queue's descriptor has dropped it
    }
  }

  private Result runDirect(List<Ext4File> prepared) throws IOException, InterruptedException {
    int bufferBytes = Math.multiplyExact(plan.depth() * setup.jobs(), plan.blockBytes());
    try (DirectIo io =
        DirectIo.on(image)
            .engine(setup.engine())
            .queueDepth(plan.depth() * setup.jobs())
            .workers(setup.workers())
            .split(setup.split())
            .convert(setup.convert())
            .idle(setup.idle())
            .extend(setup.extend())
            .completions(setup.completions())
            .bounceBytes(Math.max(2 * 4096, roundedUp(plan.blockBytes())))
            .bufferBytes(bufferBytes + setup.jobs() * 4096)
            .open()) {
      List<DirectFile> files = new ArrayList<>();
      for (Ext4File each : prepared) {
        files.add(io.open(each));
      }
      AtomicReference<@Nullable IOException> failure = new AtomicReference<>();
      List<Job> jobs = new ArrayList<>();
      for (int i = 0; i < files.size(); i++) {
        jobs.add(new Job(io, files.get(i), plan, i, failure));
      }
      Result result = measure(jobs, io::describe, io::counters);
      throwIfFailed(failure);
      return result;
    }
  }

  private static int roundedUp(int bytes) {
    return (bytes + 4095) / 4096 * 4096;
  }

  private Ext4File prepare(String path) throws IOException {
    try {
      image.unlink(path);
    } catch (NoSuchFileException isNew) {
      assert isNew != null : "the usual case";
    }
    Ext4File file = image.create(path, PERMISSIONS);
    switch (setup.preallocation()) {
      case NONE -> file.truncate(plan.fileBytes());
      case UNWRITTEN -> file.fallocate(FallocateMode.ALLOCATE, 0, plan.fileBytes());
      case WRITTEN -> write(file);
    }
    file.fsync();
    return file;
  }

  private void write(Ext4File file) throws IOException {
    file.fallocate(FallocateMode.ALLOCATE, 0, plan.fileBytes());
    ByteBuffer bytes = ByteBuffer.allocateDirect(MIB);
    try (SeekableByteChannel channel = file.openForWriting()) {
      for (long done = 0; done < plan.fileBytes(); done += bytes.position()) {
        bytes.clear().limit((int) Math.min(MIB, plan.fileBytes() - done));
        channel.write(bytes);
      }
    }
  }

  private static Result measure(
      List<? extends Callable<Job.Result>> jobs,
      Supplier<String> engine,
      Supplier<Counters> counters)
      throws IOException, InterruptedException {
    ExecutorService threads =
        Executors.newFixedThreadPool(jobs.size(), body -> new Thread(body, "ext4map-job"));
    try {
      Allocations allocations = Allocations.now();
      ProcessorTime before = ProcessorTime.now();
      long start = System.nanoTime();
      List<Future<Job.Result>> running = threads.invokeAll(jobs);
      Duration elapsed = Duration.ofNanos(System.nanoTime() - start);
      ProcessorTime after = ProcessorTime.now();
      long allocated = Allocations.now().since(allocations);
      Measured reads = new Measured();
      Measured writes = new Measured();
      for (Future<Job.Result> each : running) {
        Job.Result result = resultOf(each);
        reads.add(result.reads());
        writes.add(result.writes());
      }
      return new Result(
          engine.get(),
          reads,
          writes,
          elapsed,
          counters.get(),
          allocated,
          after.processNanos() - before.processNanos(),
          after.since(before));
    } finally {
      threads.shutdownNow();
    }
  }

  private static Job.Result resultOf(Future<Job.Result> ended)
      throws IOException, InterruptedException {
    try {
      return ended.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException told) {
        throw told;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  private static void throwIfFailed(AtomicReference<@Nullable IOException> failure)
      throws IOException {
    IOException problem = failure.get();
    if (problem != null) {
      throw problem;
    }
  }
}
