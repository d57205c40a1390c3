package org.ext4map;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.ext4map.device.MemoryBlockDevice;
import org.ext4map.journal.CommitTimer;
import org.ext4map.locks.LockRank;
import org.ext4map.model.FallocateMode;
import org.ext4map.testkit.Together;
import org.ext4map.testkit.WritableImages;
import org.ext4map.testkit.script.FileModel;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Threads on one inode and on many: nothing that was written is lost, nobody hangs, locks are taken
 * in their order, and the image is sound afterwards.
 *
 * <pre>
 *   shared file   | thread 0 | thread 1 | thread 2 | thread 3 | everybody truncates here |
 *                   writes, punches, zeroes, allocates, swaps, reads back its own part
 * </pre>
 *
 * Each thread knows every byte of its parts at any time, and that another's part holds that one's
 * bytes or zeros. Beside that it has a file of its own with every operation, and makes, renames and
 * removes names. {@code -Dext4map.seed=N} for other sequences.
 */
class ConcurrentOperationsTest {
  private static final long SEED = Long.getLong("ext4map.seed", 20261123);
  private static final int THREADS = 4;
  private static final int STEPS = 400;
  private static final int SHARED_FILES = 3;
  private static final int BLOCK = 1024;
  private static final int PART = 24 * BLOCK;
  private static final int PARTS = THREADS * PART;
  private static final Duration LIMIT = Duration.ofMinutes(2);

  @TempDir Path scratch;

  @ParameterizedTest
  @CsvSource({
    "'-O metadata_csum,64bit -J size=1', false",
    "'-O metadata_csum,64bit -J size=1', true",
    "'-O ^has_journal', false"
  })
  void nothingIsLost(String options, boolean hasCommitThread) throws IOException {
    List<String> all = new ArrayList<>(List.of("-b", "" + BLOCK, "-g", "2048"));
    all.addAll(List.of(options.split(" ")));
    MemoryBlockDevice device = WritableImages.make(scratch, 12, all, "s0", "s1", "s2");
    String context = options + " seed=" + SEED;
    ScheduledExecutorService pool = Executors.newScheduledThreadPool(2);
    List<Worker> workers = new ArrayList<>();
    try (Ext4Image image = Ext4Image.open(device, options(hasCommitThread, pool))) {
      for (int i = 0; i < SHARED_FILES; i++) {
        image.lookup("/s" + i).truncate(PARTS);
      }
      for (int i = 0; i < THREADS; i++) {
        workers.add(new Worker(image, i, SEED + i));
      }
      Together.run(LIMIT, workers.stream().map(worker -> (Together.Task) worker::run).toList());
    } finally {
      pool.shutdownNow();
    }
    WritableImages.assertClean(device, scratch, context);
    try (Ext4Image image = Ext4Image.open(device, OpenOptions.defaults())) {
      for (Worker worker : workers) {
        worker.reopened(image).assertAll();
      }
    }
  }

  private static OpenOptions options(boolean hasCommitThread, ScheduledExecutorService pool) {
    OpenOptions inline = WritableImages.forWriting();
    CommitTimer often =
        (delay, action) -> {
          Future<?> scheduled = pool.schedule(action, 20, TimeUnit.MILLISECONDS);
          assertThat(scheduled.isCancelled()).isFalse();
        };
    return hasCommitThread ? inline.executor(pool).timer(often) : inline;
  }

  /** One thread, and what it knows. */
  private static final class Worker {
    private final int id;
    private final SplittableRandom random;
    private final byte[][] parts;
    private final FileModel model;
    private Ext4Image image;
    private int step;

    Worker(Ext4Image image, int id, long seed) throws IOException {
      this.image = image;
      this.id = id;
      this.random = new SplittableRandom(seed);
      this.parts = new byte[SHARED_FILES][PART];
      this.model = new FileModel(BLOCK);
      image.create("/own" + id, 0644);
    }

    Worker reopened(Ext4Image again) {
      image = again;
      return this;
    }

    private Ext4File shared(int file) throws IOException {
      return image.lookup("/s" + file);
    }

    private int from() {
      return id * PART;
    }

    void run() throws IOException {
      for (step = 0; step < STEPS; step++) {
        try {
          doOne(random.nextInt(12));
        } catch (IOException | RuntimeException | AssertionError e) {
          throw new AssertionError("seed=" + SEED + " thread " + id + " step " + step, e);
        }
        assertThat(LockRank.noneHeld()).isTrue();
      }
      assertAll();
    }

    private void doOne(int kind) throws IOException {
      switch (kind) {
        case 0, 1, 2 -> write(random.nextInt(SHARED_FILES));
        case 3 -> clear(random.nextInt(SHARED_FILES), FallocateMode.PUNCH_HOLE);
        case 4 -> clear(random.nextInt(SHARED_FILES), FallocateMode.ZERO_RANGE_KEEP_SIZE);
        case 5 -> swap();
        case 6 -> shared(random.nextInt(SHARED_FILES)).truncate(PARTS + random.nextInt(64 * BLOCK));
        case 7 -> grow(random.nextInt(SHARED_FILES));
        case 8 -> sync();
        case 9 -> names();
        case 10 -> ownFile();
        default -> assertPart(random.nextInt(SHARED_FILES));
      }
    }

    /** Bytes that say whose they are. */
    private byte stamp() {
      return (byte) (((id + 1) << 5) | (step & 31));
    }

    private void write(int file) throws IOException {
      int at = random.nextInt(PART);
      byte[] data = new byte[1 + random.nextInt(Math.min(PART - at, 6 * BLOCK))];
      Arrays.fill(data, stamp());
      try (SeekableByteChannel channel = shared(file).openForWriting()) {
        channel.position((long) from() + at);
        channel.write(ByteBuffer.wrap(data));
      }
      System.arraycopy(data, 0, parts[file], at, data.length);
    }

    private void clear(int file, FallocateMode mode) throws IOException {
      int at = random.nextInt(PART);
      int length = 1 + random.nextInt(Math.min(PART - at, 8 * BLOCK));
      shared(file).fallocate(mode, (long) from() + at, length);
      Arrays.fill(parts[file], at, at + length, (byte) 0);
    }

    private void grow(int file) throws IOException {
      int at = random.nextInt(PART / 2);
      shared(file).fallocate(FallocateMode.ALLOCATE, (long) from() + at, PART / 2);
      int behind = random.nextInt(40 * BLOCK);
      shared(file).fallocate(FallocateMode.KEEP_SIZE, (long) PARTS + behind, 10 * BLOCK);
    }

    private void swap() throws IOException {
      int one = random.nextInt(SHARED_FILES);
      int other = (one + 1) % SHARED_FILES;
      int at = random.nextInt(PART / BLOCK);
      int count = 1 + random.nextInt(PART / BLOCK - at);
      long offset = from() + (long) at * BLOCK;
      for (int file : new int[] {one, other}) {
        shared(file).fallocate(FallocateMode.KEEP_SIZE, offset, (long) count * BLOCK);
      }
      long lblk = offset / BLOCK;
      shared(one).swapExtents(shared(other), lblk, lblk, count);
      byte[] mine = Arrays.copyOfRange(parts[one], at * BLOCK, (at + count) * BLOCK);
      System.arraycopy(parts[other], at * BLOCK, parts[one], at * BLOCK, mine.length);
      System.arraycopy(mine, 0, parts[other], at * BLOCK, mine.length);
    }

    private void sync() throws IOException {
      Ext4File file = shared(random.nextInt(SHARED_FILES));
      switch (random.nextInt(3)) {
        case 0 -> file.fsync();
        case 1 -> file.fdatasync();
        default -> image.sync();
      }
    }

    private void names() throws IOException {
      String name = "/n" + id + "-" + random.nextInt(8);
      Ext4File file = image.create(name, 0600);
      byte[] data = new byte[1 + random.nextInt(5 * BLOCK)];
      Arrays.fill(data, stamp());
      try (SeekableByteChannel channel = file.openForWriting()) {
        channel.write(ByteBuffer.wrap(data));
        image.rename(name, name + "-moved");
        image.unlink(name + "-moved");
        channel.position(0);
        ByteBuffer found = ByteBuffer.allocate(data.length);
        channel.read(found);
        assertThat(found.array()).as("unlinked, still open").isEqualTo(data);
      }
    }

    private void ownFile() throws IOException {
      FileOperation operation = FileOperation.random(random, 40 * BLOCK, BLOCK, true);
      Ext4File own = image.lookup("/own" + id);
      operation.applyTo(own, model);
      operation.applyTo(model);
      FileWriteModelTest.assertEqual(own, model, operation.toString());
    }

    private void assertAll() throws IOException {
      for (int file = 0; file < SHARED_FILES; file++) {
        assertPart(file);
      }
      FileWriteModelTest.assertEqual(image.lookup("/own" + id), model, "own file");
    }

    private void assertPart(int file) throws IOException {
      ByteBuffer found = ByteBuffer.allocate(PARTS);
      try (SeekableByteChannel channel = shared(file).open()) {
        int more = 0;
        while (more >= 0 && found.hasRemaining()) {
          more = channel.read(found);
        }
      }
      assertThat(found.hasRemaining()).as("read to the end").isFalse();
      byte[] mine = Arrays.copyOfRange(found.array(), from(), from() + PART);
      assertThat(mine).as("part of file " + file).isEqualTo(parts[file]);
      for (int at = 0; at < PARTS; at++) {
        int owner = (found.get(at) & 0xFF) >> 5;
        assertThat(found.get(at) == 0 || owner == at / PART + 1).as("whose byte " + at).isTrue();
      }
    }
  }
}
