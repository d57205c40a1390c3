package org.ext4map.aio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.ext4map.Ext4File;
import org.ext4map.Ext4Image;
import org.ext4map.device.MemoryBlockDevice;
import org.ext4map.images.CommandResult;
import org.ext4map.images.E2fsck;
import org.ext4map.model.Extent;
import org.ext4map.model.FallocateMode;
import org.ext4map.testkit.CowImage;
import org.ext4map.testkit.WritableImages;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The front end under ten thousand schedules, each from one seed. {@code -Dext4map.seed=N} runs one
 * alone, {@code -Dext4map.schedules=N} as many.
 */
class FrontEndSimulationTest {
  private static final int SCHEDULES = Integer.getInteger("ext4map.schedules", 10_000);
  private static final int OPERATIONS = 9;
  private static final int JUDGED_EVERY = 500;
  private static final byte STALE = (byte) 0xEE;

  @TempDir Path scratch;
  private MemoryBlockDevice base;

  /** Blocks 0-3 and 12-15 written with 121, 4-9 unwritten over stale bytes, 10 and 11 a hole. */
  @BeforeEach
  void makeImage() throws IOException {
    base =
        WritableImages.make(scratch, 3, List.of("-b", "1024", "-J", "size=1", "-N", "32"), "file");
    try (Ext4Image image = Ext4Image.open(base, WritableImages.forWriting())) {
      Ext4File file = image.lookup("/file");
      file.fallocate(FallocateMode.KEEP_SIZE, 0, 1 << 20);
      byte[] stale = new byte[1024];
      Arrays.fill(stale, STALE);
      for (Extent extent : file.extents()) {
        for (int i = 0; i < extent.length(); i++) {
          base.write((extent.pblk() + i) * 1024, ByteBuffer.wrap(stale));
        }
      }
      file.truncate(0);
    }
    try (Ext4Image image = Ext4Image.open(base, WritableImages.forWriting())) {
      Ext4File file = image.lookup("/file");
      fill(file, 0, 16);
      file.fallocate(FallocateMode.ZERO_RANGE, 4 * 1024, 6 * 1024);
      file.fallocate(FallocateMode.PUNCH_HOLE, 10 * 1024, 2 * 1024);
      assertThat(Images.map(file)).isEqualTo("0-3:W 4-9:U 12-15:W");
    }
  }

  private static void fill(Ext4File file, int from, int count) throws IOException {
    byte[] data = new byte[count * 1024];
    Arrays.fill(data, (byte) 121);
    try (SeekableByteChannel channel = file.openForWriting()) {
      channel.position(from * 1024L).write(ByteBuffer.wrap(data));
    }
  }

  private static byte[] values() {
    byte[] values = new byte[16];
    Arrays.fill(values, 0, 4, (byte) 121);
    Arrays.fill(values, 12, 16, (byte) 121);
    return values;
  }

  private Scenario.Outcome run(long seed, Scenario.CrashJudge judge) throws IOException {
    Simulation.Shape shape = Simulation.Shape.random(new SplittableRandom(seed));
    return new Scenario(base, values(), shape, seed).run(OPERATIONS, judge);
  }

  @Test
  void everyScheduleKeepsItsPromisesAndSoDoesACrash() throws IOException {
    CowImage judged = new CowImage(base, scratch.resolve("crash.ext4"));
    int[] crashes = new int[2];
    Scenario.CrashJudge judge =
        (crash, context) -> {
          if (crashes[0]++ % JUDGED_EVERY == 0) {
            crashes[1]++;
            judged.show(crash.image());
            CommandResult repair = E2fsck.repair(judged.file());
            assertThat(repair.exit()).as(context + "\n" + repair.text()).isLessThan(2);
            judged.touched();
          }
          crash.judge(context);
        };
    Long only = Long.getLong("ext4map.seed");
    long reports = 0;
    for (long seed = only == null ? 1 : only; seed <= (only == null ? SCHEDULES : only); seed++) {
      reports += run(seed, judge).reports();
    }
    System.out.println(
        "schedules: "
            + SCHEDULES
            + ", requests "
            + reports
            + ", crashes "
            + crashes[0]
            + ", of which e2fsck judged "
            + crashes[1]);
    assertThat(crashes[0]).isGreaterThan(0);
  }

  @Test
  void theSameSeedGivesTheSameTrace() throws IOException {
    for (long seed = 1; seed <= 20; seed++) {
      Scenario.CrashJudge none = (crash, context) -> {};
      assertThat(run(seed, none)).isEqualTo(run(seed, none));
    }
  }

  @Test
  void aTicketThatTheMapperLosesIsMissedBeforeTheFirstDeviceRequest() {
    Simulation.Shape shape = Simulation.Shape.plain(4, new Faults(false, true));
    assertThatThrownBy(() -> new Scenario(base, values(), shape, 1).run(50, (crash, context) -> {}))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("unwritten blocks true, ticket false");
  }

  @Test
  void aConversionOnTheCompletionThreadDiesNamingThreadAndCall() {
    Simulation.Shape shape = Simulation.Shape.plain(4, new Faults(true, false));
    assertThatThrownBy(() -> new Scenario(base, values(), shape, 1).run(50, (crash, context) -> {}))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("converting what direct I/O has written may sleep")
        .hasMessageContaining("COMPLETION");
  }
}
