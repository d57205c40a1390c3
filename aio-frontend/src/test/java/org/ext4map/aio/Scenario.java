package org.ext4map.aio;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.ext4map.Ext4File;
import org.ext4map.Ext4Image;
import org.ext4map.OpenOptions;
import org.ext4map.device.BlockDevice;
import org.ext4map.device.OverlayBlockDevice;
import org.ext4map.dio.DirectInode;
import org.ext4map.model.FallocateMode;
import org.ext4map.testkit.ForwardingDevice;
import org.ext4map.testkit.RecordingDevice;
import org.ext4map.testkit.WritableImages;

/**
 * One small run of a simulated front end over one file: writes, reads, truncates, punches and syncs
 * from a seed, in a schedule from the same seed, judged by {@link BlockTruth} at every report, and
 * once at a power cut at a moment that the seed chooses.
 */
final class Scenario {
  static final int BLOCK = 1024;
  static final int BLOCKS = 16;
  private static final int SECTOR = 512;
  private static final int FIRST_BUFFER = 8 * 4096;

  private final RecordingDevice device;
  private final Simulation.Shape shape;
  private final SplittableRandom random;
  private final String context;
  private final BlockTruth truth;
  private final Set<Integer> freeBuffers = new HashSet<>();
  private final List<String> problems = new ArrayList<>();
  private int size;
  private int unreported;
  private byte nextValue = 1;
  private int reports;

  @SuppressWarnings("NullAway.Init") // set when a run begins
  private Simulation simulation;

  @SuppressWarnings("NullAway.Init") // set when a run begins
  private DirectInode file;

  @SuppressWarnings("NullAway.Init") // set when a run begins
  private Ext4File plain;

  /** What a run has shown. */
  record Outcome(List<String> trace, int crashPoint, int reports) {}

  Scenario(BlockDevice base, byte[] values, Simulation.Shape shape, long seed) {
    this.device = new RecordingDevice(base);
    this.shape = shape;
    this.random = new SplittableRandom(seed);
    this.context = "-Dext4map.seed=" + seed + " " + shape;
    this.truth = new BlockTruth(values);
    this.size = values.length;
    for (int i = 0; i < 16; i++) {
      freeBuffers.add(i);
    }
  }

  /** Runs it; the crash is judged by {@code judge}. */
  Outcome run(int operations, CrashJudge judge) throws IOException {
    int crashAfter = random.nextInt(6 * operations);
    Crash crash = null;
    try (Ext4Image image = Ext4Image.open(device, WritableImages.forWriting())) {
      int arena = FIRST_BUFFER + 16 * 4 * BLOCK;
      simulation = new Simulation(image, device, shape, random.nextLong(), arena);
      plain = image.lookup("/file");
      file = plain.openDirect();
      int left = operations;
      for (int step = 0; left > 0 || simulation.machine.pool.inFlight() > 0; step++) {
        if (step == crashAfter) {
          crash = Crash.of(device, truth, random);
        }
        if (left > 0 && random.nextInt(4) == 0) {
          left--;
          operate();
        } else {
          simulation.step();
        }
        assertThat(step).as("%s ends", this).isLessThan(20_000);
      }
      simulation.finish();
      judgeTheEnd();
      file.close();
    }
    assertThat(problems).as("%s", this).isEmpty();
    if (crash != null) {
      judge.judge(crash, this.toString());
    }
    try (Ext4Image image = Ext4Image.open(staysOpen(device), OpenOptions.defaults())) {
      judgeContents(Images.bytes(image.lookup("/file")), "opened again");
    }
    return new Outcome(simulation.trace(), crash == null ? -1 : crash.point(), reports);
  }

  /** Looks at an image after a crash. */
  interface CrashJudge {
    void judge(Crash crash, String context) throws IOException;
  }

  /** An overlay forgets when it is closed. */
  static BlockDevice staysOpen(BlockDevice device) {
    return new ForwardingDevice(device) {
      @Override
      public void close() {}
    };
  }

  // ---- operations ------------------------------------------------------------------------------

  private void operate() throws IOException {
    int kind = random.nextInt(20);
    try {
      if (kind < 10) {
        write();
      } else if (kind < 13) {
        read();
      } else if (kind < 15) {
        truncate();
      } else if (kind < 17) {
        punch();
      } else if (kind < 18) {
        zero();
      } else if (kind < 19) {
        allocate();
      } else {
        sync();
      }
    } catch (IOException e) {
      throw new AssertionError(this + "\n" + String.join("\n", simulation.trace()), e);
    }
  }

  private int buffer() {
    while (freeBuffers.isEmpty()) {
      simulation.step();
    }
    int buffer = freeBuffers.iterator().next();
    freeBuffers.remove(buffer);
    return buffer;
  }

  private static int arenaAt(int buffer) {
    return FIRST_BUFFER + buffer * 4 * BLOCK;
  }

  private void write() throws IOException {
    int buffer = buffer();
    int first = random.nextInt(BLOCKS);
    int count = 1 + random.nextInt(Math.min(4, BLOCKS + 2 - first));
    boolean durable = random.nextInt(5) == 0;
    byte value = nextValue;
    nextValue = (byte) (nextValue == 120 ? 1 : nextValue + 1);
    for (int i = 0; i < count * BLOCK; i++) {
      simulation.arena.bytes().put(arenaAt(buffer) + i, value);
    }
    grow(first + count);
    BlockTruth.Write write = truth.begin(first, count, value);
    simulation.note("write " + first + "+" + count + "=" + value + (durable ? " durable" : ""));
    unreported++;
    boolean[] reported = new boolean[1];
    simulation.machine.submitter.write(
        file,
        arenaAt(buffer),
        count * BLOCK,
        (long) first * BLOCK,
        durable,
        (cookie, result, failure) -> {
          once(reported, cookie);
          freeBuffers.add(buffer);
          simulation.note("reported =" + value + " " + result);
          if (result < 0) {
            expect(result == -5, "result " + result + " " + failure);
            truth.refused(write);
            return;
          }
          expect(result == count * BLOCK, "short write " + result);
          truth.reported(write, count);
          if (durable) {
            truth.synced(write);
          }
        },
        value);
  }

  /** The truth knows the blocks that may be behind the end, which read as nothing or zero. */
  private void grow(int blocks) {
    size = Math.max(size, blocks);
    truth.reach(blocks);
  }

  private void once(boolean[] reported, long cookie) {
    expect(!reported[0], "reported twice: " + cookie);
    reported[0] = true;
    unreported--;
    reports++;
  }

  private void expect(boolean holds, String otherwise) {
    if (!holds) {
      problems.add(otherwise);
    }
  }

  private void read() throws IOException {
    int buffer = buffer();
    int first = random.nextInt(BLOCKS);
    int count = 1 + random.nextInt(4);
    truth.reach(first + count);
    BlockTruth.Read read = truth.beginRead(first, count);
    simulation.note("read " + first + "+" + count);
    unreported++;
    boolean[] reported = new boolean[1];
    simulation.machine.submitter.read(
        file,
        arenaAt(buffer),
        count * BLOCK,
        (long) first * BLOCK,
        (cookie, result, failure) -> {
          once(reported, cookie);
          freeBuffers.add(buffer);
          truth.endRead(read);
          simulation.note("read " + first + " " + result);
          for (int at = 0; at < result; at += SECTOR) {
            sector(at, arenaAt(buffer) + at, read.may.get(at / BLOCK), "read of block " + first);
          }
        },
        -1);
  }

  private void sector(int at, int arena, Set<Byte> may, String what) {
    byte found = simulation.arena.bytes().get(arena);
    expect(may.contains(found), what + " byte " + at + "=" + found + ", allowed " + may);
    for (int i = 1; i < SECTOR; i++) {
      expect(simulation.arena.bytes().get(arena + i) == found, what + " torn inside a sector");
    }
  }

  private void truncate() throws IOException {
    int blocks = random.nextInt(BLOCKS + 1);
    simulation.note("truncate " + blocks);
    truth.reach(Math.max(blocks, size));
    truth.clearing(blocks, size);
    plain.truncate((long) blocks * BLOCK);
    truth.cleared(blocks, truth.blocks());
    size = blocks;
  }

  private void punch() throws IOException {
    int first = random.nextInt(BLOCKS);
    int count = 1 + random.nextInt(4);
    simulation.note("punch " + first + "+" + count);
    truth.reach(first + count);
    truth.clearing(first, first + count);
    plain.fallocate(FallocateMode.PUNCH_HOLE, (long) first * BLOCK, (long) count * BLOCK);
    truth.cleared(first, first + count);
  }

  private void zero() throws IOException {
    int first = random.nextInt(BLOCKS);
    int count = 1 + random.nextInt(4);
    simulation.note("zero " + first + "+" + count);
    grow(first + count);
    truth.clearing(first, first + count);
    plain.fallocate(FallocateMode.ZERO_RANGE, (long) first * BLOCK, (long) count * BLOCK);
    truth.cleared(first, first + count);
  }

  private void allocate() throws IOException {
    int first = random.nextInt(BLOCKS);
    int count = 1 + random.nextInt(6);
    simulation.note("allocate " + first + "+" + count);
    grow(first + count);
    plain.fallocate(FallocateMode.ALLOCATE, (long) first * BLOCK, (long) count * BLOCK);
  }

  private void sync() throws IOException {
    simulation.note("sync");
    plain.fsync();
    truth.synced(0, truth.blocks());
  }

  // ---- judgement -------------------------------------------------------------------------------

  private void judgeTheEnd() throws IOException {
    expect(unreported == 0, unreported + " requests were never reported");
    expect(file.inFlight() == 0, "gate " + file.inFlight());
    DirectIo.Counters counters = simulation.machine.tally.snapshot();
    expect(counters.ticketsIssued() == counters.ticketsReleased(), "tickets " + counters);
    judgeContents(Images.bytes(plain), "at the end");
    assertThat(problems).as("%s\n%s", this, String.join("\n", simulation.trace())).isEmpty();
  }

  private void judgeContents(byte[] bytes, String when) {
    for (int at = 0; at < bytes.length; at++) {
      Set<Byte> may = truth.now(at / BLOCK);
      if (!may.contains(bytes[at])) {
        throw new AssertionError(
            this
                + " "
                + when
                + ": byte "
                + at
                + "="
                + bytes[at]
                + ", allowed "
                + may
                + "\n"
                + String.join("\n", simulation.trace()));
      }
    }
  }

  @Override
  public String toString() {
    return context;
  }

  /** What a power cut leaves, and what it may leave of each block. */
  record Crash(OverlayBlockDevice image, List<Set<Byte>> may, int point) {
    /** All that was flushed, and of what came later what the seed says. */
    static Crash of(RecordingDevice device, BlockTruth truth, SplittableRandom random)
        throws IOException {
      List<RecordingDevice.Event> log = device.log();
      int flushed = log.size();
      while (flushed > 0 && !(log.get(flushed - 1) instanceof RecordingDevice.Flush)) {
        flushed--;
      }
      OverlayBlockDevice image = new OverlayBlockDevice(device.base());
      int keep = random.nextInt(3);
      for (int i = 0; i < log.size(); i++) {
        boolean kept = i < flushed || keep == 0 || (keep == 1 && random.nextBoolean());
        if (kept && log.get(i) instanceof RecordingDevice.Write write) {
          image.write(write.offsetBytes(), java.nio.ByteBuffer.wrap(write.bytes()));
        }
      }
      List<Set<Byte>> may = new ArrayList<>();
      for (int block = 0; block < truth.blocks(); block++) {
        may.add(new HashSet<>(truth.afterCrash(block)));
      }
      return new Crash(image, may, log.size());
    }

    /** Each sector of the file holds something that it may. */
    void judge(String context) throws IOException {
      try (Ext4Image opened = Ext4Image.open(staysOpen(image), OpenOptions.defaults())) {
        byte[] bytes = Images.bytes(opened.lookup("/file"));
        for (int at = 0; at < bytes.length; at++) {
          Set<Byte> allowed = at / BLOCK < may.size() ? may.get(at / BLOCK) : Set.of((byte) 0);
          if (!allowed.contains(bytes[at])) {
            throw new AssertionError(
                context
                    + " after a crash at event "
                    + point
                    + ": byte "
                    + at
                    + "="
                    + bytes[at]
                    + ", allowed "
                    + allowed);
          }
        }
      }
    }
  }
}
