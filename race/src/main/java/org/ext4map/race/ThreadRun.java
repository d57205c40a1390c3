package org.ext4map.race;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.time.Instant;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.ext4map.Ext4File;
import org.ext4map.Ext4Image;
import org.ext4map.OpenOptions;
import org.ext4map.View;
import org.ext4map.aio.DirectFile;
import org.ext4map.aio.DirectIo;
import org.ext4map.device.MemoryBlockDevice;
import org.ext4map.format.Mkfs;
import org.ext4map.format.MkfsOptions;
import org.ext4map.journal.CommitTimer;
import org.ext4map.locks.ThreadClass;
import org.ext4map.model.FallocateMode;
import org.ext4map.model.NoSpaceException;
import org.ext4map.race.design.Design;
import org.ext4map.race.design.Dio;
import org.ext4map.race.design.DirectPath;
import org.ext4map.race.design.Outcome;
import org.ext4map.race.design.Panic;
import org.ext4map.race.design.RacedInode;
import org.ext4map.race.schedule.FreeStage;
import org.ext4map.race.schedule.Stage;

/**
 * The jobs of xfstests generic/300 with real threads, as the thread of 2016 ran them ten times
 * over: four writers, one who allocates and two who punch race for one file, while another file is
 * written and verified. Scaled to an image in memory, and bounded in time.
 *
 * <p>Unlike generic/300 it looks at the racing file too: a block that was acknowledged and not
 * punched since must not read as zeros.
 */
public final class ThreadRun {
  private static final int BLOCK = 1024;
  private static final int CHUNK = 8;
  private static final int CHUNKS = 64;
  private static final int VERIFIED = 64;
  private static final int WRITERS = 4;
  private static final int PUNCHERS = 2;
  private static final int DEPTH = 8;
  private static final int JOBS = WRITERS + PUNCHERS + 2;
  private static final long PATIENCE_SECONDS = 20;
  private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long BETWEEN_CHANGES_NANOS = TimeUnit.MICROSECONDS.toNanos(500);
  private static final long IMAGE_BYTES = 16L << 20;
  private static final byte STALE = (byte) 0xEE;
  private static final Instant NOW = Instant.ofEpochSecond(1_455_235_200); // 2016-02-12

  private final FreeStage stage;
  private final Design design;
  private final RacedFile racer = new RacedFile(CHUNK * CHUNKS);
  private final CountDownLatch jobs = new CountDownLatch(JOBS);
  private final AtomicInteger writes = new AtomicInteger();
  private final AtomicInteger wrongVerified = new AtomicInteger();
  private final AtomicInteger unreported = new AtomicInteger();
  private final AtomicLong freedLooks = new AtomicLong();
  private volatile long endNanos;

  /**
   * How a run ended.
   *
   * @param outcome SURVIVED, a crash, a loss, stale or foreign bytes, or DEADLOCK for a hang
   * @param sentence about it
   * @param writes requests that were asked for
   * @param lostBlocks of the racing file, which generic/300 does not look at
   * @param freedLooks looks into tickets that had been freed, which nobody notices
   */
  public record Result(
      Design design,
      Outcome outcome,
      String sentence,
      int writes,
      int lostBlocks,
      long freedLooks) {
    /** False if the analysis says that this cannot be. Threads need not show all that can. */
    public boolean isPossible() {
      Prediction prediction = Prediction.of(design, Story.CROWD);
      return prediction.permits(outcome)
          && (freedLooks == 0 || prediction.permits(Outcome.USE_AFTER_FREE));
    }
  }

  /** Asks for one write of the racing or the verified file. */
  @FunctionalInterface
  private interface Writer {
    void write(int from, int to, ByteBuffer data, Dio.Report report) throws IOException;
  }

  private ThreadRun(FreeStage stage, Design design) {
    this.stage = stage;
    this.design = design;
  }

  /** One run of at most {@code nanos} and what it takes to end; nothing is left but memory. */
  public static Result run(Design design, long seed, long nanos) throws IOException {
    Ext4Image image = open(); // never closed: after a crash somebody may hold its handles
    Ext4File raced = file(image, "/racer", CHUNK * CHUNKS);
    Ext4File verified = file(image, "/verify", VERIFIED);
    try (FreeStage stage = new FreeStage(seed)) {
      image.direct().waitBy(done -> stage.await("waits", done));
      ThreadRun run = new ThreadRun(stage, design);
      SplittableRandom random = new SplittableRandom(seed);
      if (!design.isShipped()) {
        Writer racing = run.classic(image, raced);
        return run.run(raced, verified, racing, run.classic(image, verified), random, nanos);
      }
      try (DirectIo io = DirectIo.on(image).queueDepth(WRITERS * DEPTH).bufferBytes(0).open();
          DirectFile direct = io.open(raced);
          DirectFile other = io.open(verified)) {
        return run.run(raced, verified, shipped(direct), shipped(other), random, nanos);
      }
    }
  }

  private static Ext4Image open() throws IOException {
    MemoryBlockDevice device = new MemoryBlockDevice(IMAGE_BYTES);
    byte[] stale = new byte[1 << 20];
    Arrays.fill(stale, STALE);
    for (long at = 0; at < IMAGE_BYTES; at += stale.length) {
      device.write(at, ByteBuffer.wrap(stale));
    }
    UUID uuid = new UUID(2016, 212);
    Mkfs.format(device, MkfsOptions.ext4(uuid, uuid, NOW).blockSize(BLOCK).build());
    return Ext4Image.open(
        device,
        OpenOptions.defaults().view(View.READ_WRITE).clock(() -> NOW).timer(CommitTimer.NEVER));
  }

  private static Ext4File file(Ext4Image image, String name, int blocks) throws IOException {
    Ext4File file = image.create(name, 0644);
    file.truncate((long) blocks * BLOCK);
    return file;
  }

  private Writer classic(Ext4Image image, Ext4File file) throws IOException {
    RacedInode inode = new RacedInode(stage, file, file.openDirect());
    DirectPath path =
        new DirectPath(stage, design, inode, image.direct().device(), BLOCK)
            .goingOnAfterFreedLooks(freedLooks);
    AtomicInteger number = new AtomicInteger();
    return (from, to, data, report) ->
        path.write(
            new Dio(number.incrementAndGet(), Dio.Kind.WRITE, from, to, data, false, report));
  }

  private static Writer shipped(DirectFile file) {
    return (from, to, data, report) -> {
      var unused =
          file.write(data, (long) from * BLOCK)
              .whenComplete((count, failure) -> report.completed(failure == null));
    };
  }

  private Result run(
      Ext4File raced,
      Ext4File verified,
      Writer racing,
      Writer verifying,
      SplittableRandom random,
      long nanos)
      throws IOException {
    endNanos = System.nanoTime() + nanos;
    for (int i = 0; i < WRITERS; i++) {
      int writer = i;
      SplittableRandom own = random.split();
      job(() -> write(racing, own, writer));
    }
    for (int i = 0; i < PUNCHERS; i++) {
      SplittableRandom own = random.split();
      job(() -> punch(raced, own));
    }
    SplittableRandom allocating = random.split();
    job(() -> allocate(raced, allocating));
    SplittableRandom looking = random.split();
    job(() -> verify(verified, verifying, looking));
    boolean isQuiet = isQuiet();
    Throwable failure = stage.failure();
    if (failure instanceof Panic panic) {
      return result(panic.outcome(), String.valueOf(panic.getMessage()), 0);
    }
    if (failure != null) {
      throw new AssertionError("a run with threads: " + failure.getMessage(), failure);
    }
    if (!isQuiet) {
      return result(
          Outcome.DEADLOCK,
          unreported.get() + " requests unreported, " + jobs.getCount() + " jobs",
          0);
    }
    return judge(raced);
  }

  private Result judge(Ext4File raced) throws IOException {
    RacedFile.Verdict verdict = racer.judge(contents(raced), BLOCK);
    int wrong = wrongVerified.get();
    if (verdict.foreign() + wrong > 0) {
      return result(
          Outcome.STALE, verdict.foreign() + " foreign blocks, " + wrong + " wrong verified", 0);
    }
    if (verdict.lost() > 0) {
      return result(
          Outcome.LOSS_C, verdict.lost() + " acknowledged blocks read as zeros", verdict.lost());
    }
    return result(Outcome.SURVIVED, verdict.written() + " blocks are as they were written", 0);
  }

  private Result result(Outcome outcome, String sentence, int lost) {
    return new Result(design, outcome, sentence, writes.get(), lost, freedLooks.get());
  }

  // ---- the jobs --------------------------------------------------------------------------------

  private void job(Stage.Part part) {
    stage.enter(
        "job",
        ThreadClass.SUBMITTER,
        () -> {
          try {
            part.play();
          } finally {
            jobs.countDown();
          }
        },
        "begins");
  }

  private boolean goesOn() {
    return !stage.isOver() && System.nanoTime() - endNanos < 0;
  }

  /** Ends when all jobs have ended and all is reported, or somebody has crashed; false if never. */
  private boolean isQuiet() {
    long limit = endNanos + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (System.nanoTime() - limit < 0) {
      boolean isQuiet = jobs.getCount() == 0 && unreported.get() == 0;
      if (isQuiet || stage.failure() != null) {
        return isQuiet;
      }
      LockSupport.parkNanos(LOOK_AGAIN_NANOS);
    }
    return false;
  }

  /** Writes of 1 … 8 blocks, so many at once; no two of them in one place. */
  private void write(Writer writer, SplittableRandom random, int which) throws IOException {
    AtomicIntegerArray busy = new AtomicIntegerArray(CHUNKS);
    AtomicInteger underWay = new AtomicInteger();
    for (int count = 1; goesOn(); count++) {
      stage.await("waits for a place", () -> underWay.get() < DEPTH);
      int chunk = random.nextInt(CHUNKS / WRITERS) * WRITERS + which;
      if (!busy.compareAndSet(chunk, 0, 1)) {
        continue;
      }
      int from = chunk * CHUNK + random.nextInt(CHUNK);
      int to = from + 1 + random.nextInt((chunk + 1) * CHUNK - from);
      underWay.incrementAndGet();
      racer.writeBegins(from, to);
      send(
          writer,
          from,
          to,
          count,
          succeeded -> {
            if (succeeded) {
              racer.writeIsAcknowledged(from, to);
            }
            busy.set(chunk, 0);
            underWay.decrementAndGet();
          });
    }
  }

  private void send(Writer writer, int from, int to, int count, Dio.Report report)
      throws IOException {
    ByteBuffer data = ByteBuffer.allocate((to - from) * BLOCK);
    for (int block = from; block < to; block++) {
      RacedFile.stamp(data, (block - from) * BLOCK, BLOCK, block, count);
    }
    writes.incrementAndGet();
    unreported.incrementAndGet();
    writer.write(
        from,
        to,
        data,
        succeeded -> {
          report.completed(succeeded);
          unreported.decrementAndGet();
        });
  }

  private void punch(Ext4File file, SplittableRandom random) throws IOException {
    while (goesOn()) {
      int block = random.nextInt(CHUNK * CHUNKS);
      racer.punchBegins(block, block + 1);
      change(file, FallocateMode.PUNCH_HOLE, block, 1);
      racer.punchEnds(block, block + 1);
    }
  }

  /** Sizes as in generic/300: mostly one chunk, sometimes four, sometimes a quarter. */
  private void allocate(Ext4File file, SplittableRandom random) throws IOException {
    while (goesOn()) {
      int kind = random.nextInt(10);
      int length = kind < 8 ? CHUNK : kind < 9 ? 4 * CHUNK : CHUNK / 4;
      int block = random.nextInt(CHUNK * CHUNKS - length);
      change(file, FallocateMode.KEEP_SIZE, block, length);
    }
  }

  private void change(Ext4File file, FallocateMode mode, int block, int length) throws IOException {
    LockSupport.parkNanos(BETWEEN_CHANGES_NANOS); // the file is a thousandth of generic/300's
    try {
      file.fallocate(mode, (long) block * BLOCK, (long) length * BLOCK);
    } catch (NoSpaceException full) {
      assert full != null : "generic/300 does not mind either";
    }
  }

  private void verify(Ext4File file, Writer writer, SplittableRandom random) throws IOException {
    int[] last = new int[VERIFIED];
    for (int count = 1; goesOn(); count++) {
      int block = random.nextInt(VERIFIED);
      AtomicInteger answer = new AtomicInteger();
      send(writer, block, block + 1, count, succeeded -> answer.set(succeeded ? 1 : -1));
      stage.await("waits for its write", () -> answer.get() != 0);
      last[block] = answer.get() > 0 ? count : last[block];
      int looked = random.nextInt(VERIFIED);
      ByteBuffer wanted = ByteBuffer.allocate(BLOCK);
      if (last[looked] > 0) {
        RacedFile.stamp(wanted, 0, BLOCK, looked, last[looked]);
      }
      if (!Arrays.equals(wanted.array(), read(file, looked * BLOCK, BLOCK))) {
        wrongVerified.incrementAndGet();
      }
    }
  }

  private static byte[] contents(Ext4File file) throws IOException {
    return read(file, 0, (int) file.size());
  }

  private static byte[] read(Ext4File file, int position, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    try (SeekableByteChannel channel = file.open()) {
      channel.position(position);
      for (int more = 0; more >= 0 && bytes.hasRemaining(); ) {
        more = channel.read(bytes);
      }
    }
    return bytes.array();
  }
}
