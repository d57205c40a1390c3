package org.ext4map.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.commons.io.IOUtils;
import org.ext4map.Ext4File;
import org.ext4map.Ext4Image;
import org.ext4map.aio.Completions;
import org.ext4map.aio.DirectFile;
import org.ext4map.aio.DirectIo;
import org.ext4map.aio.DirectIo.Counters;
import org.ext4map.aio.Trouble;
import org.ext4map.aio.ring.RingFile;
import org.ext4map.model.FallocateMode;
import org.ext4map.model.NoSpaceException;

/**
 * The jobs of xfstests generic/300, scaled: writers of 128 KiB, fallocate and punches race for one
 * sparse file of the image's size, while a verifier writes and reads a file of its own. Unlike the
 * original the racing file is verified too, see {@link RacedBlocks}: after each round all jobs
 * stop, and every block of both files is read. That space runs out is a part of it.
 */
public final class Stress {
  /** What writes and punches are multiples of, whatever the image's block size. */
  static final int BLOCK_BYTES = 4096;

  private static final int KIB = 1024;
  private static final long LARGEST_RACER = 512L << 20;
  private static final int WRITERS = 4;
  private static final int PUNCHERS = 2;
  private static final int WRITER_DEPTH = 16;
  private static final int WRITE_BYTES = 128 * KIB;
  private static final int VERIFIER_DEPTH = 32;
  private static final int VERIFIER_PART = 8;
  private static final int READ_BYTES = 1 << 20;
  private static final int PERMISSIONS = 0600;
  private static final long ROUND_NANOS = 2_000_000_000L;
  private static final long PATIENCE_SECONDS = 60;

  /**
   * What a run came to.
   *
   * @param engine one line: which queue, and why
   * @param rounds after each of which everything was read
   * @param submitted requests that were accepted
   * @param completed how many of them were reported
   * @param writtenBytes by all of them
   * @param fallocates that succeeded
   * @param punches that succeeded
   * @param noSpace operations that found none, or not enough
   * @param failed requests that the device has failed, where it was to
   * @param verifiedBlocks read and compared
   * @param wrongBlocks that held what they must not
   * @param counters of the front end
   * @param problems some of them, for people
   */
  public record Result(
      String engine,
      int rounds,
      long submitted,
      long completed,
      long writtenBytes,
      long fallocates,
      long punches,
      long noSpace,
      long failed,
      long verifiedBlocks,
      long wrongBlocks,
      Counters counters,
      List<String> problems) {
    /** Requests that were reported twice, if such a thing happens. */
    public long doubled() {
      return counters.callbackFailures();
    }

    /** Requests whose conversion was promised and never done or given up. */
    public long leakedTickets() {
      return counters.ticketsIssued() - counters.ticketsReleased();
    }

    /**
     * True if nothing was lost, nothing came twice, nothing is wrong and nothing failed that was
     * not to.
     */
    public boolean passed() {
      return wrongBlocks == 0
          && submitted == completed
          && submitted == counters.reported()
          && doubled() == 0
          && leakedTickets() == 0
          && problems.isEmpty();
    }
  }

  /**
   * How a run is made.
   *
   * @param engine the native queue
   * @param workers threads for deferred completions
   * @param completions who takes them
   * @param troubles what device and workers do to it
   * @param duration of all rounds
   * @param seed of all that is random, but for how threads take turns
   */
  public record Setup(
      RingFile.Engine engine,
      int workers,
      Completions completions,
      Set<Trouble> troubles,
      Duration duration,
      long seed) {}

  private final Ext4Image image;
  private final DirectIo io;
  private final StressState state;
  private final SplittableRandom random;
  private final Ext4File racer;
  private final Ext4File verified;
  private final List<Callable<Void>> jobs = new ArrayList<>();
  private final Verifier verifier;

  private Stress(Ext4Image image, DirectIo io, Setup setup) throws IOException {
    this.image = image;
    this.io = io;
    this.random = new SplittableRandom(setup.seed());
    long deviceBytes = image.geometry().blocksCount() * image.geometry().blockSize();
    long racerBytes = Math.min(deviceBytes, LARGEST_RACER) / WRITE_BYTES * WRITE_BYTES;
    if (racerBytes < 2L * WRITE_BYTES) {
      throw new NoSpaceException("image of " + deviceBytes + " bytes, allowed >= 256 KiB");
    }
    this.state =
        new StressState((int) (racerBytes / BLOCK_BYTES), setup.troubles().contains(Trouble.EIO));
    this.racer = fresh("/racer", racerBytes);
    long verifiedBytes = racerBytes / VERIFIER_PART / BLOCK_BYTES * BLOCK_BYTES;
    this.verified = fresh("/verify", verifiedBytes);
    DirectFile racing = io.open(racer);
    for (int i = 0; i < WRITERS; i++) {
      RacerWriter writer =
          new RacerWriter(
              state,
              io,
              racing,
              io.allocate(WRITER_DEPTH * WRITE_BYTES),
              WRITER_DEPTH,
              random.split());
      jobs.add(job(writer::fly));
    }
    this.verifier =
        new Verifier(
            state,
            io,
            io.open(verified),
            io.allocate(VERIFIER_DEPTH * BLOCK_BYTES),
            (int) (verifiedBytes / BLOCK_BYTES),
            VERIFIER_DEPTH,
            random.split());
    jobs.add(job(verifier::fly));
    SplittableRandom sizes = random.split();
    jobs.add(job(() -> repeat(() -> allocate(sizes))));
    for (int i = 0; i < PUNCHERS; i++) {
      SplittableRandom places = random.split();
      jobs.add(job(() -> repeat(() -> punch(places))));
    }
  }

  private Ext4File fresh(String path, long bytes) throws IOException {
    try {
      image.unlink(path);
    } catch (NoSuchFileException isNew) {
      assert isNew != null : "the usual case";
    }
    Ext4File file = image.create(path, PERMISSIONS);
    file.truncate(bytes);
    return file;
  }

  /**
   * Runs for so long; the files {@code /racer} and {@code /verify} are made anew.
   *
   * @throws IOException if it cannot begin; later failures are problems of the result
   */
  public static Result run(Ext4Image image, Setup setup) throws IOException, InterruptedException {
    int buffers = WRITERS * WRITER_DEPTH * WRITE_BYTES + VERIFIER_DEPTH * BLOCK_BYTES;
    try (DirectIo io =
        DirectIo.on(image)
            .engine(setup.engine())
            .queueDepth(WRITERS * WRITER_DEPTH + VERIFIER_DEPTH)
            .workers(setup.workers())
            .completions(setup.completions())
            .troubles(setup.troubles(), setup.seed())
            .bufferBytes(buffers + READ_BYTES)
            .open()) {
      return new Stress(image, io, setup).run(setup.duration());
    }
  }

  /**
   * Fills the free space of an image with bytes that belong to no file, so that blocks which become
   * readable without having been written are found out.
   *
   * @throws IOException if that fails otherwise than by running out of space
   */
  public static void litter(Ext4Image image, long seed) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocateDirect(READ_BYTES);
    SplittableRandom random = new SplittableRandom(seed);
    Ext4File file = image.create("/litter", PERMISSIONS);
    try (SeekableByteChannel channel = file.openForWriting()) {
      while (true) {
        for (int at = 0; at < READ_BYTES; at += Long.BYTES) {
          bytes.putLong(at, random.nextLong() | 1);
        }
        channel.write(bytes.clear());
      }
    } catch (NoSpaceException full) {
      image.unlink("/litter");
      image.sync();
    }
  }

  private interface Flying {
    void run() throws IOException;
  }

  private Callable<Void> job(Flying work) {
    return () -> {
      try {
        work.run();
      } catch (IOException problem) {
        state.tell(problem);
      }
      return null;
    };
  }

  private Result run(Duration duration) throws InterruptedException {
    long end = System.nanoTime() + duration.toNanos();
    int rounds = 0;
    ExecutorService threads =
        Executors.newFixedThreadPool(
            jobs.size(),
            body -> {
              Thread thread = new Thread(body, "ext4map-job");
              thread.setDaemon(true);
              return thread;
            });
    try {
      do {
        state.begin(Math.min(ROUND_NANOS, end - System.nanoTime()));
        runRound(threads);
        readAll("racer", racer, state.racer);
        readAll("verify", verified, verifier.contents());
        rounds++;
      } while (!state.hasFailed() && end - System.nanoTime() > 0);
    } catch (IOException problem) {
      state.tell(problem);
    } finally {
      threads.shutdownNow();
    }
    if (!state.hasFailed()) {
      io.drain(); // the last callbacks have run, and may not have been counted yet
    }
    return new Result(
        io.describe(),
        rounds,
        state.submitted.sum(),
        state.completed.sum(),
        state.writtenBytes.sum(),
        state.fallocates.sum(),
        state.punches.sum(),
        state.noSpace.sum(),
        state.failed.sum(),
        state.verifiedBlocks.sum(),
        state.wrongBlocks.sum(),
        io.counters(),
        state.problems());
  }

  private void runRound(ExecutorService threads) throws InterruptedException, IOException {
    List<Future<Void>> running = new ArrayList<>();
    for (Callable<Void> job : jobs) {
      running.add(threads.submit(job));
    }
    for (Future<Void> each : running) {
      try {
        each.get(ROUND_NANOS / 1_000_000_000L + PATIENCE_SECONDS, TimeUnit.SECONDS);
      } catch (ExecutionException mistake) {
        throw new IOException("a job died: " + mistake.getCause(), mistake.getCause());
      } catch (TimeoutException hang) {
        throw new IOException(
            "a job hangs, with " + io.inFlight() + " requests in flight for over a minute", hang);
      }
    }
  }

  // ---- fallocate and punch ---------------------------------------------------------------------

  private void repeat(Flying operation) throws IOException {
    while (state.goesOn()) {
      try {
        operation.run();
      } catch (NoSpaceException full) {
        state.noSpace.increment();
      }
    }
  }

  /** 128 KiB (80 %), 512 KiB (10 %) or 32 KiB (10 %); no content changes. */
  private void allocate(SplittableRandom sizes) throws IOException {
    int kind = sizes.nextInt(10);
    int length = (kind < 8 ? 128 : kind == 8 ? 512 : 32) * KIB;
    long most = Math.max(1, racer.size() - length);
    long start = sizes.nextLong(most) / BLOCK_BYTES * BLOCK_BYTES;
    racer.fallocate(FallocateMode.KEEP_SIZE, start, length);
    state.fallocates.increment();
  }

  private void punch(SplittableRandom places) throws IOException {
    int block = places.nextInt(state.racer.count());
    long begun = state.racer.begin(block, 1, Stamp.ZEROS);
    racer.fallocate(FallocateMode.PUNCH_HOLE, (long) block * BLOCK_BYTES, BLOCK_BYTES);
    state.racer.end(block, 1, 1, begun);
    state.punches.increment();
  }

  // ---- reading everything ----------------------------------------------------------------------

  private void readAll(String name, Ext4File file, RacedBlocks contents) throws IOException {
    int blocks = contents.count();
    ByteBuffer bytes = ByteBuffer.allocateDirect(READ_BYTES);
    try (SeekableByteChannel channel = file.open()) {
      int block = 0;
      while (block < blocks) {
        bytes.clear().limit(Math.min(READ_BYTES, (blocks - block) * BLOCK_BYTES));
        if (IOUtils.read(channel, bytes) < BLOCK_BYTES) {
          throw new IOException("/" + name + " ends at block " + block + ", allowed " + blocks);
        }
        for (int at = 0; at + BLOCK_BYTES <= bytes.position(); at += BLOCK_BYTES) {
          check(name, bytes, at, block, contents);
          block++;
        }
      }
    }
  }

  private void check(String name, ByteBuffer bytes, int at, int block, RacedBlocks contents) {
    state.verifiedBlocks.increment();
    long position = (long) block * BLOCK_BYTES;
    long found =
        Stamp.check(bytes, at, BLOCK_BYTES, position, stamp -> contents.allows(block, stamp));
    if (found != Stamp.FITTING) {
      state.wrong(name, block, found, contents.shown(block));
    }
  }
}
