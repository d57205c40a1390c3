package org.ext4map.aio.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.ext4map.aio.DirectIoProbe;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every engine keeps the same promises: right bytes, each completion once, errors in the result.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class RingFileTest {
  private static final int BLOCK = 4096;
  private static final int BLOCKS = 256;
  private static final int DEPTH = 16;
  private static final int EINVAL = 22;

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource
  void whatIsWrittenInAnyOrderIsReadBack(RingFile.Engine engine) throws IOException {
    long seed = Long.getLong("ext4map.seed", 1);
    SplittableRandom random = new SplittableRandom(seed);
    byte[] model = new byte[BLOCKS];
    try (RingFile file = open(engine)) {
      file.ring().start();
      Slots slots = new Slots(file);
      for (int round = 0; round < 2000; round++) {
        int slot = slots.free(file.ring());
        int block = slots.blockNobodyUses(random);
        if (random.nextBoolean()) {
          model[block] = (byte) random.nextInt(256);
          fill(file, slot, model[block]);
          slots.expect(slot, block, -1);
          file.ring().prepareWrite(slot, offset(slot), BLOCK, (long) block * BLOCK);
        } else {
          fill(file, slot, (byte) ~model[block]);
          slots.expect(slot, block, Byte.toUnsignedInt(model[block]));
          file.ring().prepareRead(slot, offset(slot), BLOCK, (long) block * BLOCK);
        }
        if (random.nextInt(4) == 0) {
          file.ring().submit(false);
        }
      }
      slots.drain(file.ring());
      file.ring().prepareDataSync(0);
      slots.expect(0, -1, -1);
      slots.drain(file.ring());
    }
    byte[] onDisk = Files.readAllBytes(image());
    for (int block = 0; block < BLOCKS; block++) {
      byte[] expected = new byte[BLOCK];
      Arrays.fill(expected, model[block]);
      assertThat(Arrays.copyOfRange(onDisk, block * BLOCK, (block + 1) * BLOCK))
          .as("seed %d, block %d", seed, block)
          .isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"IO_URING", "AIO"})
  void aMisalignedRequestFailsInItsCompletionNotInSubmit(RingFile.Engine engine)
      throws IOException {
    // a hole would be answered without the device, whatever the alignment
    Files.write(image(), new byte[2 * BLOCK]);
    try (RingFile file = open(engine)) {
      if (file.direct().kind() != DirectIoProbe.Kind.DIRECT) {
        abort("no verified direct I/O in the temporary directory: " + file.direct().reason());
      }
      file.ring().start();
      int[] result = new int[1];
      file.ring().prepareRead(3, 0, BLOCK, 100);
      file.ring().submit(true);
      while (file.ring().reap((cookie, res) -> result[0] = res) == 0) {
        file.ring().submit(true);
      }
      assertThat(result[0]).isEqualTo(-EINVAL);
    }
  }

  @ParameterizedTest
  @EnumSource
  void wakeEndsAWaitWithoutACompletion(RingFile.Engine engine) throws Exception {
    try (RingFile file = open(engine)) {
      file.ring().start();
      for (int round = 0; round < 50; round++) {
        Thread waker = new Thread(file.ring()::wake, "waker");
        waker.start();
        file.ring().submit(true);
        assertThat(file.ring().reap((cookie, result) -> {})).isZero();
        waker.join();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"IO_URING", "AIO"})
  void inSteadyStateNothingIsAllocated(RingFile.Engine engine) throws IOException {
    com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    IoRing.CompletionSink sink = (cookie, result) -> {};
    try (RingFile file = open(engine)) {
      file.ring().start();
      readMany(file.ring(), sink, 2000);
      long before = threads.getCurrentThreadAllocatedBytes();
      readMany(file.ring(), sink, 5000);
      long perRequest = (threads.getCurrentThreadAllocatedBytes() - before) / 5000;
      assertThat(perRequest).isZero();
    }
  }

  private static void readMany(IoRing ring, IoRing.CompletionSink sink, int count)
      throws IOException {
    for (int i = 0; i < count; i++) {
      ring.prepareRead(i % DEPTH, 0, BLOCK, (long) (i % BLOCKS) * BLOCK);
      ring.submit(true);
      while (ring.reap(sink) == 0) {
        ring.submit(true);
      }
    }
  }

  private Path image() {
    return directory.resolve("image");
  }

  private RingFile open(RingFile.Engine engine) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(image().toFile(), "rw")) {
      file.setLength((long) BLOCKS * BLOCK);
    }
    RingFile file =
        RingFile.open(
            image(), engine, DEPTH, DEPTH * BLOCK, task -> new Thread(task, "channel-ring"));
    assertThat(file.choice()).isNotBlank();
    return file;
  }

  private static long offset(int slot) {
    return (long) slot * BLOCK;
  }

  private static void fill(RingFile file, int slot, byte value) {
    byte[] block = new byte[BLOCK];
    Arrays.fill(block, value);
    file.arena().bytes().put((int) offset(slot), block);
  }

  /** The requests in flight, and what each must find. */
  private static final class Slots {
    private final int[] block = new int[DEPTH];
    private final int[] expected = new int[DEPTH];
    private final boolean[] busy = new boolean[DEPTH];
    private final RingFile file;

    Slots(RingFile file) {
      this.file = file;
    }

    int free(IoRing ring) throws IOException {
      while (true) {
        for (int slot = 0; slot < DEPTH; slot++) {
          if (!busy[slot]) {
            return slot;
          }
        }
        ring.submit(true);
        ring.reap(this::completed);
      }
    }

    int blockNobodyUses(SplittableRandom random) {
      while (true) {
        int candidate = random.nextInt(BLOCKS);
        boolean used = false;
        for (int slot = 0; slot < DEPTH; slot++) {
          used |= busy[slot] && block[slot] == candidate;
        }
        if (!used) {
          return candidate;
        }
      }
    }

    void expect(int slot, int onBlock, int content) {
      busy[slot] = true;
      block[slot] = onBlock;
      expected[slot] = content;
    }

    void drain(IoRing ring) throws IOException {
      while (anyBusy()) {
        ring.submit(true);
        ring.reap(this::completed);
      }
    }

    private boolean anyBusy() {
      for (boolean one : busy) {
        if (one) {
          return true;
        }
      }
      return false;
    }

    private void completed(long cookie, int result) {
      int slot = (int) cookie;
      assertThat(busy[slot]).as("slot %d completes once", slot).isTrue();
      busy[slot] = false;
      assertThat(result).isEqualTo(block[slot] < 0 ? 0 : BLOCK);
      if (expected[slot] != -1) {
        byte[] content = new byte[BLOCK];
        file.arena().bytes().get((int) offset(slot), content);
        byte[] wanted = new byte[BLOCK];
        Arrays.fill(wanted, (byte) expected[slot]);
        assertThat(content).isEqualTo(wanted);
      }
    }
  }
}
