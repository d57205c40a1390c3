package org.ext4map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.ext4map.device.BlockDevice;
import org.ext4map.device.OverlayBlockDevice;
import org.ext4map.model.CorruptionException;
import org.ext4map.testkit.FaultPlan;
import org.ext4map.testkit.FaultPlan.Fault;
import org.ext4map.testkit.FaultPlan.Op;
import org.ext4map.testkit.FaultyDevice;
import org.ext4map.testkit.ForwardingDevice;
import org.ext4map.testkit.InMemory;
import org.ext4map.testkit.script.CrashHistory;
import org.ext4map.testkit.script.CrashHistory.Window;
import org.ext4map.testkit.script.CrashJudge;
import org.ext4map.testkit.script.CrashScripts;
import org.ext4map.testkit.script.FaultRun;
import org.ext4map.testkit.script.ScriptModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every request of a script that holds every operation fails once, or for ever: reads, writes and
 * flushes, with nothing, a half or some sectors written. {@link FaultRun} says what is done then,
 * {@link CrashJudge} looks at what is left.
 */
class ScriptFaultTest {
  private static final int DEAD_EVERY = 5;
  private static final long SUPERBLOCK_START = 1024;
  private static final long SUPERBLOCK_END = 2048;
  private static final String INJECTED = "injected fault";

  @TempDir(factory = InMemory.class)
  Path scratch;

  @Test
  void everyRequestMayFail() throws IOException {
    BlockDevice base = CrashScripts.dirtyImage(scratch, "-b 1024 -J size=1");
    CrashHistory history = new CrashHistory(new ScriptModel(1024, true), CrashScripts.EVERYTHING);
    List<Op> requests = requests(base, history);
    CrashJudge judge = new CrashJudge(history, base, scratch, 25, 200);
    for (int failing = 0; failing < requests.size(); failing++) {
      for (Fault fault : faults(requests.get(failing))) {
        String how = fault + " at request " + failing + ", a " + requests.get(failing);
        judge(judge, history, base, plan(failing, fault), how);
      }
      if (failing % DEAD_EVERY == 0) {
        String how = "nothing works from request " + failing + " on";
        judge(judge, history, base, FaultPlan.from(failing, Fault.EIO), how);
      }
    }
    System.out.println(requests.size() + " requests, each failed: " + judge);
    assertThat(requests).contains(Op.READ, Op.WRITE, Op.FLUSH);
    assertThat(judge.count()).isGreaterThan(300);
  }

  private static List<Op> requests(BlockDevice base, CrashHistory history) throws IOException {
    List<Op> requests = Collections.synchronizedList(new ArrayList<>());
    FaultPlan listening =
        (op, number, offset, length) -> {
          requests.add(op);
          return Fault.NONE;
        };
    new FaultRun(history).run(new FaultyDevice(new OverlayBlockDevice(base), listening), INJECTED);
    return requests;
  }

  private static List<Fault> faults(Op op) {
    return op == Op.WRITE ? List.of(Fault.EIO, Fault.SHORT, Fault.TORN) : List.of(Fault.EIO);
  }

  private static void judge(
      CrashJudge judge, CrashHistory history, BlockDevice base, FaultPlan plan, String how)
      throws IOException {
    OverlayBlockDevice image = new OverlayBlockDevice(base);
    FaultyDevice device = new FaultyDevice(image, plan);
    Window window;
    try {
      window = new FaultRun(history).run(device, INJECTED);
    } catch (AssertionError failure) {
      throw new AssertionError(how, failure);
    }
    assertThat(device.injected()).as(how).isPositive();
    judge.judgeFault(image, window, how);
  }

  /** Canary: whoever looks must be able to see. */
  @Test
  void writesThatAreLostAreSeen() throws IOException {
    BlockDevice base = CrashScripts.dirtyImage(scratch, "-b 1024 -J size=1");
    CrashHistory history = new CrashHistory(new ScriptModel(1024, true), CrashScripts.EVERYTHING);
    OverlayBlockDevice image = new OverlayBlockDevice(base);
    int[] writes = new int[1];
    BlockDevice losing =
        new ForwardingDevice(image) {
          @Override
          public void write(long offsetBytes, ByteBuffer source) throws IOException {
            if (writes[0]++ < 60) {
              super.write(offsetBytes, source);
            }
          }
        };
    CrashJudge judge = new CrashJudge(history, base, scratch, 25, 200);
    assertThatThrownBy(
            () -> judge.judgeFault(image, new FaultRun(history).run(losing, INJECTED), "lost"))
        .isInstanceOfAny(AssertionError.class, CorruptionException.class);
  }

  /** The superblock is written as a whole or not at all: no file system outlives half of it. */
  private static FaultPlan plan(long failing, Fault fault) {
    return (op, number, offset, length) -> {
      boolean superblock = offset < SUPERBLOCK_END && offset + length > SUPERBLOCK_START;
      if (number != failing) {
        return Fault.NONE;
      }
      return superblock && op == Op.WRITE ? Fault.EIO : fault;
    };
  }
}
