package org.ext4map.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.ext4map.device.BlockDevice;
import org.ext4map.device.MemoryBlockDevice;
import org.ext4map.device.OverlayBlockDevice;
import org.ext4map.journal.SyntheticLog.Kind;
import org.ext4map.model.ReadOnlyException;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.Geometry;
import org.ext4map.testkit.CrashExplorer;
import org.ext4map.testkit.FaultPlan;
import org.ext4map.testkit.FaultyDevice;
import org.ext4map.testkit.ForwardingDevice;
import org.ext4map.testkit.RecordingDevice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Power cuts and failing devices: what was acknowledged is there, what is there is whole. */
class Jbd2JournalCrashTest {
  private static final long SEED = Long.getLong("ext4map.seed", 20260103);

  /** A ring of 70 blocks: it wraps and fills up every few operations. */
  private static final int SHORT_RING = SyntheticLog.JOURNAL_BLOCKS - 70;

  static Stream<Arguments> kinds() {
    return Stream.of(Kind.values())
        .flatMap(kind -> Stream.of(Arguments.of(kind, false), Arguments.of(kind, true)));
  }

  private static void recover(BlockDevice image) throws IOException {
    Geometry geometry = new Geometry(JournalOf.superblock(image));
    JournalRecovery recovery = JournalRecovery.open(image, geometry, SyntheticLog.journalMap());
    recovery.markClean(image, recovery.replayOnto(image));
  }

  private static int acknowledged(List<String> marks) {
    return marks.isEmpty() ? 0 : Integer.parseInt(marks.get(marks.size() - 1));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void everyCrashLeavesAStateFromTheLastAcknowledgedOperationOn(Kind kind, boolean wide)
      throws IOException {
    RecordingDevice device = new RecordingDevice(SyntheticLog.cleanImage(kind, wide, SHORT_RING));
    Workload workload = new Workload(device, true, SEED, Runnable::run, device::mark);
    workload.run(200);
    workload.journal.close();

    int states =
        new CrashExplorer(device, 4, 4, true, SEED)
            .explore(
                state -> {
                  String what = kind + " wide=" + wide + " seed=" + SEED + " " + state.how();
                  boolean unsummed = kind == Kind.NONE || kind == Kind.V1;
                  OverlayBlockDevice image = state.image();
                  recover(image);
                  assertThat(workload.judge(image, acknowledged(state.marks())))
                      .as(what + (unsummed ? " (no block checksums)" : ""))
                      .isNull();
                  assertThat(JournalOf.superblock(image).features().has(Feature.RECOVER))
                      .as(what)
                      .isFalse();
                });
    System.out.println("crash states of a " + kind + " journal: " + states);
    assertThat(states).isGreaterThan(500);
    assertThat(logBytes(device))
        .as("goes round the ring")
        .isGreaterThan(3 * 70 * Workload.BLOCK_SIZE);
  }

  private static long logBytes(RecordingDevice device) {
    return device.log().stream()
        .filter(RecordingDevice.Write.class::isInstance)
        .map(RecordingDevice.Write.class::cast)
        .filter(write -> write.offsetBytes() < SyntheticLog.FIRST_HOME * Workload.BLOCK_SIZE)
        .mapToLong(write -> write.bytes().length)
        .sum();
  }

  @Test
  void theInstrumentSeesAMissingFlush() throws IOException {
    RecordingDevice device =
        new RecordingDevice(SyntheticLog.cleanImage(Kind.V3, true, SHORT_RING));
    BlockDevice lying = new Unflushed(device);
    Workload workload = new Workload(lying, true, SEED, Runnable::run, device::mark);
    workload.run(40);
    int[] bad = new int[1];
    new CrashExplorer(device, 3, 6, false, SEED)
        .explore(
            state -> {
              try {
                recover(state.image());
                if (workload.judge(state.image(), acknowledged(state.marks())) != null) {
                  bad[0]++;
                }
              } catch (IOException refused) {
                bad[0]++;
              }
            });
    assertThat(bad[0]).as("states that break a promise").isPositive();
  }

  /** Drops every flush. */
  private static final class Unflushed extends ForwardingDevice {
    Unflushed(BlockDevice below) {
      super(below);
    }

    @Override
    public void flush() {}
  }

  static Stream<Arguments> twoKinds() {
    return Stream.of(Arguments.of(Kind.NONE, false), Arguments.of(Kind.V3, true));
  }

  @ParameterizedTest
  @MethodSource("twoKinds")
  void aFaultAtAnyRequestAbortsAndLosesNothingAcknowledged(Kind kind, boolean wide)
      throws IOException {
    int aborted = 0;
    long requests = Long.MAX_VALUE;
    for (long failing = 0; failing < requests; failing++) {
      for (FaultPlan.Fault fault : List.of(FaultPlan.Fault.EIO, FaultPlan.Fault.TORN)) {
        MemoryBlockDevice below = SyntheticLog.cleanImage(kind, wide, SHORT_RING);
        FaultyDevice device = new FaultyDevice(below, FaultPlan.only(failing, fault));
        int[] promised = new int[1];
        String what = kind + " wide=" + wide + " " + fault + " at " + failing;
        Workload workload;
        try {
          workload =
              new Workload(
                  device, true, SEED, Runnable::run, done -> promised[0] = Integer.parseInt(done));
        } catch (IOException atOpen) {
          continue;
        }
        try {
          workload.run(40);
          workload.journal.close();
          requests = device.requests();
        } catch (IOException told) {
          if (workload.journal.failure().isPresent()) {
            aborted++;
            assertThat(workload.journal.failure())
                .as(what)
                .hasValueSatisfying(
                    cause -> assertThat(cause).hasMessageContaining("injected fault"));
            assertThatThrownBy(() -> workload.journal.start(1))
                .as(what)
                .isInstanceOf(ReadOnlyException.class)
                .hasMessageContaining("injected fault")
                .hasRootCauseInstanceOf(IOException.class);
            assertThatThrownBy(() -> workload.journal.forceCommit())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("injected fault");
          }
        }
        recover(below);
        assertThat(workload.judge(below, promised[0])).as(what).isNull();
      }
    }
    assertThat(aborted).isGreaterThan(20);
  }
}
