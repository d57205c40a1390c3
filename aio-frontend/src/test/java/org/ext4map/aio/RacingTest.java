package org.ext4map.aio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ext4map.aio.Images.BLOCK;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.ext4map.Ext4File;
import org.ext4map.Ext4Image;
import org.ext4map.OpenOptions;
import org.ext4map.View;
import org.ext4map.aio.ring.RingFile.Engine;
import org.ext4map.device.FileBlockDevice.DirectMode;
import org.ext4map.images.Judge;
import org.ext4map.images.KernelMount;
import org.ext4map.model.FallocateMode;
import org.ext4map.model.NoSpaceException;
import org.ext4map.testkit.Programs;
import org.ext4map.testkit.Together;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The jobs of xfstests generic/300, small: writers, fallocate and punch race on one file while
 * another is written and verified; and what generic/300 does not do, the contents of the racing
 * file are verified too: each block holds zeros or what was written for this very block.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RacingTest {
  private static final int RACER_BLOCKS = 512;
  private static final int VERIFIED_BLOCKS = 256;
  private static final int ROUNDS = Integer.getInteger("ext4map.rounds", 150);
  private static final int DEPTH = 16;

  @TempDir Path scratch;

  @ParameterizedTest
  @CsvSource({
    "IO_URING, IO_THREAD, WAIT, COMPLETION, 1",
    "IO_URING, OWN_THREAD, DEFER, COMPLETION, 3",
    "IO_URING, IO_THREAD, DEFER, SUBMISSION, 2",
    "AIO, OWN_THREAD, WAIT, SUBMISSION, 1",
    "CHANNEL, IO_THREAD, DEFER, COMPLETION, 1",
    "IO_URING, POLLED, WAIT, COMPLETION, 1",
    "IO_URING, POLLED, DEFER, SUBMISSION, 3",
    "AIO, POLLED, DEFER, COMPLETION, 2",
    "IO_URING, POLLED, DEFER, COMPLETION, 0",
    "CHANNEL, POLLED, WAIT, SUBMISSION, 1"
  })
  void nothingGetsLostAndNothingForeignShowsThrough(
      Engine engine, Completions completions, ExtendMode extend, SplitAt split, int workers)
      throws Exception {
    long seed = Long.getLong("ext4map.seed", 300);
    Path path = Images.make(scratch, 24, "racer", "verified");
    OpenOptions options =
        OpenOptions.defaults().view(View.READ_WRITE).directMode(DirectMode.IF_POSSIBLE);
    try (Ext4Image image = Ext4Image.open(path, options);
        DirectIo io =
            DirectIo.on(image)
                .engine(engine)
                .completions(completions)
                .extend(extend)
                .split(split)
                .workers(workers)
                .queueDepth(DEPTH)
                .bufferBytes(4 << 20)
                .open()) {
      Ext4File racer = image.lookup("/racer");
      Ext4File verified = image.lookup("/verified");
      racer.truncate((long) RACER_BLOCKS * BLOCK);
      verified.truncate((long) VERIFIED_BLOCKS * BLOCK);
      try (DirectFile direct = io.open(racer);
          DirectFile other = io.open(verified)) {
        SplittableRandom random = new SplittableRandom(seed);
        SplittableRandom[] own = new SplittableRandom[5];
        for (int i = 0; i < own.length; i++) {
          own[i] = random.split();
        }
        Together.run(
            Duration.ofSeconds(50),
            List.of(
                () -> write(io, direct, own[0], 1),
                () -> write(io, direct, own[1], 2),
                () -> reserve(racer, own[2]),
                () -> punch(racer, own[3]),
                () -> verify(other, own[4])));
        io.drain();
        assertOwnBlocks(Images.bytes(racer));
      }
      DirectIo.Counters counters = io.counters();
      assertThat(counters.ticketsReleased()).isEqualTo(counters.ticketsIssued());
      assertThat(counters.reported())
          .isEqualTo(
              counters.reads() + counters.overwrites() + counters.fills() + counters.extensions());
      assertThat(counters.callbackFailures()).isZero();
      image.lookup("/racer").fsync();
    }
    Programs.assertClean(path);
    assertTheKernelReadsTheSame(path);
  }

  /** A block for the racing file: its number, its writer and a count, over and over. */
  private static void stamp(ByteBuffer bytes, int at, long block, int writer, int count) {
    for (int i = 0; i < BLOCK; i += 16) {
      bytes.putLong(at + i, block + 1);
      bytes.putInt(at + i + 8, writer);
      bytes.putInt(at + i + 12, count);
    }
  }

  private static void assertOwnBlocks(byte[] bytes) {
    ByteBuffer all = ByteBuffer.wrap(bytes);
    for (int block = 0; block < bytes.length / BLOCK; block++) {
      for (int i = 0; i < BLOCK; i += 16) {
        long owner = all.getLong(block * BLOCK + i);
        assertThat(owner).as("owner of block %d at %d", block, i).isIn(0L, block + 1L);
      }
    }
  }

  private static void write(DirectIo io, DirectFile file, SplittableRandom random, int writer)
      throws Exception {
    int blocks = 8;
    Semaphore free = new Semaphore(DEPTH);
    AtomicLong wrong = new AtomicLong();
    List<IoBuffer> buffers = new ArrayList<>();
    for (int i = 0; i < DEPTH; i++) {
      buffers.add(io.allocate(blocks * BLOCK));
    }
    Semaphore[] inUse = new Semaphore[DEPTH];
    for (int i = 0; i < DEPTH; i++) {
      inUse[i] = new Semaphore(1);
    }
    IoCallback callback =
        (cookie, result, failure) -> {
          if (failure != null && !(failure instanceof NoSpaceException)) {
            wrong.incrementAndGet();
          }
          inUse[(int) cookie].release();
          free.release();
        };
    for (int i = 0; i < ROUNDS * 4; i++) {
      int slot = i % DEPTH;
      io.await(() -> free.availablePermits() > 0 && inUse[slot].availablePermits() > 0);
      free.acquire();
      inUse[slot].acquire();
      IoBuffer buffer = buffers.get(slot);
      int first = random.nextInt(RACER_BLOCKS - blocks);
      int count = 1 + random.nextInt(blocks);
      for (int k = 0; k < count; k++) {
        stamp(buffer.bytes(), k * BLOCK, first + k, writer, i);
      }
      file.write(buffer, 0, count * BLOCK, (long) first * BLOCK, callback, slot);
    }
    io.await(() -> free.availablePermits() == DEPTH);
    assertThat(wrong.get()).as("failed writes").isZero();
    buffers.forEach(IoBuffer::close);
  }

  private static void reserve(Ext4File file, SplittableRandom random) throws IOException {
    for (int i = 0; i < ROUNDS; i++) {
      int first = random.nextInt(RACER_BLOCKS - 32);
      file.fallocate(FallocateMode.KEEP_SIZE, (long) first * BLOCK, 32L * BLOCK);
    }
  }

  private static void punch(Ext4File file, SplittableRandom random) throws IOException {
    for (int i = 0; i < ROUNDS; i++) {
      int first = random.nextInt(RACER_BLOCKS - 16);
      long length = (1 + random.nextInt(16)) * (long) BLOCK;
      if (i % 10 == 9) {
        file.truncate((long) first * BLOCK);
        file.truncate((long) RACER_BLOCKS * BLOCK);
      } else {
        file.fallocate(FallocateMode.PUNCH_HOLE, (long) first * BLOCK, length);
      }
    }
  }

  /** Writes a block and reads it back, again and again: nobody else may touch this file. */
  private static void verify(DirectFile file, SplittableRandom random) throws Exception {
    int[] model = new int[VERIFIED_BLOCKS];
    for (int i = 0; i < ROUNDS; i++) {
      int block = random.nextInt(VERIFIED_BLOCKS);
      ByteBuffer data = ByteBuffer.allocate(BLOCK);
      model[block] = i + 1;
      stamp(data, 0, block, 3, i + 1);
      long position = (long) block * BLOCK;
      int written =
          (i % 8 == 0 ? file.writeDurably(data, position) : file.write(data, position)).get();
      assertThat(written).isEqualTo(BLOCK);
      int looked = random.nextInt(VERIFIED_BLOCKS);
      ByteBuffer found = ByteBuffer.allocate(BLOCK);
      assertThat(file.read(found, (long) looked * BLOCK).get()).isEqualTo(BLOCK);
      for (int at = 0; at < BLOCK; at += 16) {
        assertThat(found.getInt(at + 12))
            .as("block %d of round %d", looked, i)
            .isEqualTo(model[looked]);
      }
    }
  }

  private static void assertTheKernelReadsTheSame(Path path) throws Exception {
    Programs.require(Judge.KERNEL);
    try (Ext4Image image = Ext4Image.open(path);
        KernelMount kernel = KernelMount.mountCopy(path, KernelMount.Mode.AS_IS)) {
      for (String name : List.of("/racer", "/verified")) {
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(Images.bytes(image.lookup(name)));
        assertThat(kernel.scan(name).sha256()).isEqualTo(HexFormat.of().formatHex(hash));
      }
    }
  }
}
