package org.ext4map.aio;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.ext4map.Ext4File;
import org.ext4map.Ext4Image;
import org.ext4map.OpenOptions;
import org.ext4map.device.BlockDevice;
import org.ext4map.dio.DirectInode;
import org.ext4map.model.FallocateMode;
import org.ext4map.testkit.WritableImages;
import org.ext4map.testkit.script.FileModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * As fsx does, through the asynchronous path: a hundred thousand random operations on one file, of
 * which those that do not touch the same bytes are under way together, against a model. {@code
 * -Dext4map.seed=N} and {@code -Dext4map.operations=N}.
 */
class AsyncFsxTest {
  private static final int OPERATIONS = Integer.getInteger("ext4map.operations", 100_000);
  private static final int COMPARED_EVERY = 500;
  private static final int BLOCK = 1024;
  private static final int SPAN = 64 * BLOCK;
  private static final int MOST_BYTES = 8 * BLOCK;
  private static final int BUFFERS = 6;
  private static final int FIRST_BUFFER = 8 * 4096;

  @TempDir Path scratch;

  private final SplittableRandom random =
      new SplittableRandom(Long.getLong("ext4map.seed", 20261123));
  private final FileModel model = new FileModel(BLOCK);
  private final List<int[]> underWay = new ArrayList<>();
  private final boolean[] bufferInUse = new boolean[BUFFERS];

  @SuppressWarnings("NullAway.Init") // set when a run begins
  private Simulation simulation;

  @SuppressWarnings("NullAway.Init") // set when a run begins
  private Ext4File plain;

  @SuppressWarnings("NullAway.Init") // set when a run begins
  private DirectInode file;

  private String last = "";

  @Test
  void aHundredThousandOperationsAgreeWithTheModel() throws IOException {
    BlockDevice device = WritableImages.make(scratch, 8, List.of("-b", "" + BLOCK), "file");
    Simulation.Shape[] shapes = {
      new Simulation.Shape(
          8,
          4,
          2,
          Completions.IO_THREAD,
          ConvertMode.BATCHED,
          ExtendMode.WAIT,
          SplitAt.COMPLETION,
          0,
          Faults.NONE),
      new Simulation.Shape(
          8,
          3,
          1,
          Completions.OWN_THREAD,
          ConvertMode.BATCHED,
          ExtendMode.DEFER,
          SplitAt.COMPLETION,
          0,
          Faults.NONE),
      new Simulation.Shape(
          6,
          8,
          1,
          Completions.IO_THREAD,
          ConvertMode.BATCHED,
          ExtendMode.DEFER,
          SplitAt.SUBMISSION,
          0,
          Faults.NONE),
      new Simulation.Shape(
          3,
          2,
          2,
          Completions.OWN_THREAD,
          ConvertMode.BATCHED,
          ExtendMode.WAIT,
          SplitAt.SUBMISSION,
          0,
          Faults.NONE),
      Simulation.Shape.plain(5, Faults.NONE).inPollMode(1),
      Simulation.Shape.plain(5, Faults.NONE).inPollMode(0)
    };
    for (Simulation.Shape shape : shapes) {
      try (Ext4Image image = Ext4Image.open(device, WritableImages.forWriting())) {
        int arena = FIRST_BUFFER + BUFFERS * MOST_BYTES;
        simulation = new Simulation(image, device, shape, random.nextLong(), arena);
        plain = image.lookup("/file");
        file = plain.openDirect();
        for (int i = 0; i < OPERATIONS / shapes.length; i++) {
          operate();
          simulation.trace().clear();
          if (i % COMPARED_EVERY == 0) {
            compare(shape + " operation " + i);
          }
        }
        compare(shape + " at the end");
        file.close();
      }
    }
    WritableImages.assertClean(device, scratch, "after all");
    try (Ext4Image image = Ext4Image.open(device, OpenOptions.defaults())) {
      assertThat(Images.bytes(image.lookup("/file"))).isEqualTo(model.bytes());
    }
  }

  private void compare(String context) throws IOException {
    simulation.finish();
    String when = context + " after " + last;
    assertThat(Images.map(plain)).as(when).isEqualTo(model.map());
    assertThat(Arrays.equals(Images.bytes(plain), model.bytes())).as(when).isTrue();
    DirectIo.Counters counters = simulation.machine.tally.snapshot();
    assertThat(counters.ticketsReleased()).as(when).isEqualTo(counters.ticketsIssued());
    assertThat(counters.failed()).as(when).isZero();
  }

  private void operate() throws IOException {
    int kind = random.nextInt(32);
    int at = random.nextInt(SPAN);
    int length = 1 + random.nextInt(MOST_BYTES);
    if (random.nextInt(4) > 0) {
      int unit = random.nextBoolean() ? BLOCK : 512;
      at = at / unit * unit;
      length = Math.min(MOST_BYTES, (length + unit - 1) / unit * unit);
    }
    last = kind + " at " + at + "+" + length;
    if (kind < 14) {
      write(at, length);
    } else if (kind < 22) {
      read(at, length);
    } else {
      simulation.finish();
      change(kind, at, length);
    }
  }

  private void change(int kind, int at, int length) throws IOException {
    int from = at / BLOCK * BLOCK;
    int whole = (length + BLOCK - 1) / BLOCK * BLOCK;
    switch (kind) {
      case 22 -> {
        plain.truncate(at);
        model.truncate(at);
      }
      case 23 -> {
        plain.fallocate(FallocateMode.ALLOCATE, at, length);
        model.allocate(at, length, false);
      }
      case 24 -> {
        plain.fallocate(FallocateMode.KEEP_SIZE, at, length);
        model.allocate(at, length, true);
      }
      case 25, 26 -> {
        plain.fallocate(FallocateMode.PUNCH_HOLE, at, length);
        model.punch(at, length);
      }
      case 27 -> {
        plain.fallocate(FallocateMode.ZERO_RANGE, at, length);
        model.zero(at, length, false);
      }
      case 28 -> {
        plain.fallocate(FallocateMode.ZERO_RANGE_KEEP_SIZE, at, length);
        model.zero(at, length, true);
      }
      case 29 -> {
        if (model.mayCollapse(from, whole)) {
          plain.fallocate(FallocateMode.COLLAPSE_RANGE, from, whole);
          model.collapse(from, whole);
        }
      }
      case 30 -> {
        if (model.mayInsert(from) && model.bytes().length + whole <= SPAN + MOST_BYTES) {
          plain.fallocate(FallocateMode.INSERT_RANGE, from, whole);
          model.insert(from, whole);
        }
      }
      default -> plain.fsync();
    }
  }

  /** Waits for what touches the same blocks, and for what makes the file longer. */
  private void makeWay(int at, int length) {
    int first = at / BLOCK;
    int end = (at + length + BLOCK - 1) / BLOCK;
    boolean grows = at + length > model.bytes().length;
    simulation.stepUntil(
        () -> {
          for (int[] other : underWay) {
            if (grows || other[2] == 1 || (first < other[1] && other[0] < end)) {
              return false;
            }
          }
          return true;
        });
  }

  private int takeBuffer() {
    simulation.stepUntil(
        () -> {
          for (boolean used : bufferInUse) {
            if (!used) {
              return true;
            }
          }
          return false;
        });
    for (int i = 0; i < BUFFERS; i++) {
      if (!bufferInUse[i]) {
        bufferInUse[i] = true;
        return i;
      }
    }
    throw new AssertionError("no buffer");
  }

  private int[] begin(int at, int length) {
    boolean grows = at + length > model.bytes().length;
    int[] range = {at / BLOCK, (at + length + BLOCK - 1) / BLOCK, grows ? 1 : 0};
    underWay.add(range);
    return range;
  }

  private void write(int at, int length) throws IOException {
    makeWay(at, length);
    int buffer = takeBuffer();
    int arenaAt = FIRST_BUFFER + buffer * MOST_BYTES;
    byte[] data = new byte[length];
    byte value = (byte) (1 + random.nextInt(120));
    for (int i = 0; i < length; i++) {
      data[i] = (byte) (value + i % 5);
    }
    simulation.arena.bytes().put(arenaAt, data);
    int[] range = begin(at, length);
    String what = "write " + last;
    simulation.machine.submitter.write(
        file,
        arenaAt,
        length,
        at,
        random.nextInt(50) == 0,
        (cookie, result, failure) -> {
          underWay.remove(range);
          bufferInUse[buffer] = false;
          assertReported(what, result, length);
        },
        0);
    model.write(at, data);
  }

  private static void assertReported(String what, int result, int length) {
    if (result != length) {
      throw new AssertionError(what + ": result " + result + ", not " + length);
    }
  }

  private void read(int at, int length) throws IOException {
    makeWay(at, 0);
    makeWay(at, Math.min(length, Math.max(0, model.bytes().length - at)));
    int buffer = takeBuffer();
    int arenaAt = FIRST_BUFFER + buffer * MOST_BYTES;
    byte[] bytes = model.bytes();
    int shown = Math.max(0, Math.min(length, bytes.length - at));
    byte[] expected = shown == 0 ? new byte[0] : Arrays.copyOfRange(bytes, at, at + shown);
    int[] range = {at / BLOCK, (at + length + BLOCK - 1) / BLOCK, 0};
    underWay.add(range);
    boolean fits = at % 512 == 0 && length % 512 == 0;
    int most = fits ? length : 4096 - at % 512;
    String what = "read " + last;
    simulation.machine.submitter.read(
        file,
        arenaAt,
        length,
        at,
        (cookie, result, failure) -> {
          underWay.remove(range);
          bufferInUse[buffer] = false;
          assertReported(what, result, Math.min(most, shown));
          for (int i = 0; i < result; i++) {
            if (simulation.arena.bytes().get(arenaAt + i) != expected[i]) {
              throw new AssertionError(what + ": byte " + i);
            }
          }
        },
        0);
  }
}
