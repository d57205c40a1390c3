package org.ext4map.aio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.ext4map.aio.Images.BLOCK;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.ext4map.Ext4File;
import org.ext4map.Ext4Image;
import org.ext4map.aio.ring.IoArena;
import org.ext4map.device.BlockDevice;
import org.ext4map.device.MemoryBlockDevice;
import org.ext4map.dio.DirectInode;
import org.ext4map.locks.ThreadClass;
import org.ext4map.model.FallocateMode;
import org.ext4map.model.NoSpaceException;
import org.ext4map.testkit.FaultPlan.Fault;
import org.ext4map.testkit.FaultPlan.Op;
import org.ext4map.testkit.FaultyDevice;
import org.ext4map.testkit.WritableImages;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The invariants of direct I/O that apply to the front end, by their numbers, each in a run whose
 * steps the test takes itself. INV-1, 2, 4 and 11 are in {@link FrontEndSimulationTest}, too.
 */
class InvariantsTest {
  private static final int BUFFER = 16 * 4096;

  @TempDir Path scratch;

  private final AtomicBoolean failing = new AtomicBoolean();
  private final List<Integer> results = new ArrayList<>();
  private final Map<Long, Integer> byBlock = new HashMap<>();

  @SuppressWarnings("NullAway.Init") // set when a run begins
  private Simulation simulation;

  @SuppressWarnings("NullAway.Init") // set when a run begins
  private DirectInode direct;

  @SuppressWarnings("NullAway.Init") // set when a run begins
  private Ext4File file;

  private interface Body {
    void run() throws Exception;
  }

  private Simulation.Shape shape(int depth, ExtendMode extend, int faults) {
    return driven(
        new Simulation.Shape(
            depth,
            4,
            1,
            Completions.IO_THREAD,
            ConvertMode.BATCHED,
            extend,
            SplitAt.COMPLETION,
            faults,
            Faults.NONE));
  }

  /** The same, with the driver that the invariants are asked of. */
  Simulation.Shape driven(Simulation.Shape shape) {
    return shape;
  }

  private void on(Simulation.Shape shape, Body body) throws Exception {
    on(shape, 8, body);
  }

  /**
   * The first 16 blocks of the file are unwritten; whatever happens, the gate is empty at the end.
   */
  private void on(Simulation.Shape shape, int sizeMib, Body body) throws Exception {
    MemoryBlockDevice memory =
        WritableImages.make(scratch, sizeMib, List.of("-b", "" + BLOCK), "file");
    FaultyDevice device =
        new FaultyDevice(
            memory,
            (op, number, offset, length) ->
                failing.get() && op != Op.READ ? Fault.EIO : Fault.NONE);
    try (Ext4Image image = Ext4Image.open((BlockDevice) device, WritableImages.forWriting())) {
      simulation = new Simulation(image, memory, shape, 7, BUFFER + 64 * BLOCK);
      file = image.lookup("/file");
      file.fallocate(FallocateMode.ALLOCATE, 0, 16 * BLOCK);
      direct = file.openDirect();
      results.clear();
      body.run();
      assertThat(direct.inFlight()).as("gate").isZero();
      DirectIo.Counters counters = counters();
      assertThat(counters.ticketsReleased()).as("tickets").isEqualTo(counters.ticketsIssued());
      direct.close();
    } catch (IOException e) {
      if (!failing.get()) {
        throw e;
      }
    }
    if (!failing.get()) {
      WritableImages.assertClean(memory, scratch, shape.toString());
    }
  }

  private DirectIo.Counters counters() {
    return simulation.machine.tally.snapshot();
  }

  private long write(int block, int count, boolean durable) throws IOException {
    return simulation.machine.submitter.write(
        direct, BUFFER, count * BLOCK, (long) block * BLOCK, durable, this::report, block);
  }

  private void report(long cookie, int result, @Nullable IOException failure) {
    results.add(result);
    byBlock.put(cookie, result);
  }

  // ---- tickets ---------------------------------------------------------------------------------

  @Test
  void inv03And05And06ATicketBelongsToOneLifeAndIsIssuedAndReleasedOnce() {
    Tally tally = new Tally();
    Ticket ticket = new Ticket(tally);
    ticket.issue(3);
    ticket.issue(3);
    assertThat(tally.snapshot().ticketsIssued()).isEqualTo(1);
    assertThatThrownBy(() -> ticket.issue(4)).isInstanceOf(AssertionError.class);
    assertThatThrownBy(() -> ticket.release(4)).isInstanceOf(AssertionError.class);
    ticket.release(3);
    ticket.release(3);
    assertThat(tally.snapshot().ticketsReleased()).isEqualTo(1);
  }

  @Test
  void inv05OneTicketHoweverManyMappingsAreUnwritten() throws Exception {
    on(
        shape(4, ExtendMode.WAIT, 0),
        () -> {
          write(3, 1, false);
          write(6, 1, false);
          simulation.finish();
          write(0, 10, false);
          simulation.finish();
          assertThat(counters().ticketsIssued()).isEqualTo(3);
          assertThat(Images.map(file)).isEqualTo("0-9:W 10-15:U");
        });
  }

  // ---- states ----------------------------------------------------------------------------------

  @Test
  void inv08WhatIsRefusedIsNotReported() throws Exception {
    on(
        shape(4, ExtendMode.WAIT, 0),
        () -> {
          assertThatThrownBy(
                  () ->
                      simulation.machine.submitter.write(
                          direct, BUFFER, BLOCK, 1L << 50, false, this::report, 0))
              .isInstanceOf(IOException.class);
          simulation.finish();
          assertThat(results).isEmpty();
          assertThat(simulation.machine.pool.inFlight()).isZero();
        });
  }

  @Test
  void inv06AMistakeOfTheCompletionThreadStillEndsTheRequestOnce() throws Exception {
    on(
        shape(4, ExtendMode.WAIT, 0),
        () -> {
          simulation.machine.completer.convertInline(
              request -> {
                throw new IllegalStateException("planted");
              });
          write(1, 1, false);
          assertThatThrownBy(simulation::finish)
              .isInstanceOf(IllegalStateException.class)
              .hasMessage("planted");
          assertThat(results).containsExactly(-5);
          assertThat(simulation.machine.pool.inFlight()).isZero();
          assertThat(Images.map(file)).isEqualTo("0-15:U");
        });
  }

  @Test
  void inv09And10ARequestHasOneEndEvenIfTheDeviceReportsTwice() throws Exception {
    on(
        shape(1, ExtendMode.WAIT, 0),
        () -> {
          Request request = new Request(0, new Tally());
          request.begin();
          assertThatThrownBy(() -> request.dropReference()).isInstanceOf(AssertionError.class);
          request.reference();
          assertThat(request.dropReference()).isTrue();
          assertThatThrownBy(() -> request.dropReference()).isInstanceOf(AssertionError.class);
          assertThatThrownBy(() -> request.move(Request.State.QUEUED, Request.State.IN_FLIGHT))
              .isInstanceOf(AssertionError.class)
              .hasMessageContaining("NEW");
        });
  }

  @Test
  void inv10ACompletionThatNobodyWaitsForIsAMistake() {
    IoArena arena = IoArena.ofDirectBuffer(4096);
    SimRing ring = new SimRing(new MemoryBlockDevice(4096), arena, 1);
    IoLoop loop = new IoLoop(ring, 1, 512, IdleMode.PARK, request -> true, request -> {});
    ring.prepareRead(5L << 32, 0, 512, 0);
    ring.submit(false);
    assertThatThrownBy(
            () -> {
              ring.endOne(new SplittableRandom(1), 0);
              loop.submit(false);
              loop.reap();
            })
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("not in flight");
  }

  // ---- errors ----------------------------------------------------------------------------------

  @Test
  void inv11And26AFailedDeviceConvertsNothingAndLeavesNothingBehindTheEnd() throws Exception {
    for (ExtendMode extend : ExtendMode.values()) {
      on(
          shape(4, extend, 1000),
          () -> {
            int failed = 0;
            for (int i = 0; i < 40; i++) {
              int reported = results.size();
              write(i % 2 == 0 ? 4 : 16, 2, false);
              simulation.finish();
              assertThat(results).hasSize(reported + 1);
              failed += results.get(reported) < 0 ? 1 : 0;
              if (results.get(reported) < 0) {
                assertThat(results.get(reported)).isEqualTo(-5);
              }
              if (i % 2 == 1 && file.size() == 16 * BLOCK) {
                direct.lockExclusively();
                direct.cutBackAfterFailure();
                direct.unlockExclusively();
                assertThat(Images.map(file)).doesNotContain("16-");
              }
            }
            assertThat(failed).isGreaterThan(0);
          });
    }
  }

  @Test
  void inv12And41AnAbortedJournalFailsEveryConversionAndNothingHangs() throws Exception {
    on(
        shape(8, ExtendMode.WAIT, 0),
        () -> {
          for (int block = 0; block < 6; block += 2) {
            write(block, 1, block == 0);
          }
          failing.set(true);
          simulation.finish();
          assertThat(results).hasSize(3);
          assertThat(byBlock.get(0L)).as("durable").isNegative();
          assertThatThrownBy(file::fsync).isInstanceOf(IOException.class);
          write(10, 1, false);
          simulation.finish();
          assertThat(results.get(3)).as("conversion without a journal").isNegative();
        });
  }

  @Test
  void inv41AJournalThatAbortsWhileConversionsAreQueuedFailsThemAllAndOpensTheGate()
      throws Exception {
    on(
        shape(8, ExtendMode.WAIT, 0),
        () -> {
          simulation.stall(0);
          for (int block = 0; block < 12; block += 2) {
            write(block, 1, block % 4 == 0);
          }
          for (int i = 0; i < 400; i++) {
            simulation.step();
          }
          assertThat(counters().deferred()).isEqualTo(6);
          failing.set(true);
          assertThatThrownBy(file::fsync).isInstanceOf(IOException.class);
          assertThat(results).isEmpty();
          simulation.finish();
          assertThat(results).hasSize(6).allMatch(result -> result < 0);
          assertThat(direct.inFlight()).isZero();
          assertThat(Images.map(file)).isEqualTo("0-15:U");
        });
  }

  @Test
  void inv13WhereSpaceEndsMidwayTheWriteIsShortAndTheNextOneFails() throws Exception {
    on(
        shape(4, ExtendMode.WAIT, 0),
        2,
        () -> {
          long at = 16;
          int result = 64 * BLOCK;
          while (result == 64 * BLOCK) {
            write((int) at, 64, false);
            simulation.finish();
            result = results.get(results.size() - 1);
            at += 64;
          }
          assertThat(result).isBetween(BLOCK, 63 * BLOCK);
          int end = (int) (file.size() / BLOCK);
          assertThat(end * BLOCK).isEqualTo((int) file.size());
          assertThatThrownBy(() -> write(end, 1, false)).isInstanceOf(NoSpaceException.class);
          assertThat(file.size()).isEqualTo((long) end * BLOCK);
        });
  }

  // ---- classes ---------------------------------------------------------------------------------

  @Test
  void inv20And21AnOverwriteTakesNoTicketNoHandleAndNoWorker() throws Exception {
    on(
        shape(4, ExtendMode.WAIT, 0),
        () -> {
          write(0, 8, false);
          simulation.finish();
          DirectIo.Counters before = counters();
          long tid = direct.syncTid();
          for (int i = 0; i < 20; i++) {
            write(i % 7, 2, false);
            simulation.finish();
          }
          assertThat(counters().overwrites() - before.overwrites()).isEqualTo(20);
          assertThat(counters().finishedInline() - before.finishedInline()).isEqualTo(20);
          assertThat(counters().batches()).isEqualTo(before.batches());
          assertThat(counters().ticketsIssued()).isEqualTo(before.ticketsIssued());
          assertThat(direct.syncTid()).isEqualTo(tid);
        });
  }

  @Test
  void inv22And23PartOfAnUnwrittenBlockIsWrittenAloneWithZerosAroundIt() throws Exception {
    on(
        shape(4, ExtendMode.WAIT, 0),
        () -> {
          write(8, 2, false); // under way when the unaligned one comes
          for (int i = 0; i < BLOCK; i++) {
            simulation.arena.bytes().put(BUFFER + i, (byte) 9);
          }
          simulation.machine.submitter.write(
              direct, BUFFER, 1000, 2 * BLOCK + 512, false, this::report, 0);
          assertThat(direct.inFlight()).as("who writes alone has waited").isZero();
          assertThat(counters().alone()).isEqualTo(1);
          byte[] bytes = Images.bytes(file);
          for (int i = 0; i < BLOCK; i++) {
            byte expected = (byte) (i >= 512 && i < 1512 ? 9 : 0);
            assertThat(bytes[2 * BLOCK + i]).as("byte %d", i).isEqualTo(expected);
          }
          simulation.finish();
        });
  }

  @Test
  void inv25TheFileIsLongerOnlyWhenTheWriteIsReported() throws Exception {
    on(
        shape(4, ExtendMode.DEFER, 0),
        () -> {
          write(16, 4, false);
          assertThat(file.size()).isEqualTo(16 * BLOCK);
          assertThat(results).isEmpty();
          simulation.finish();
          assertThat(results).containsExactly(4 * BLOCK);
          assertThat(file.size()).isEqualTo(20 * BLOCK);
        });
  }

  // ---- the gate, queues, ends ------------------------------------------------------------------

  @Test
  void inv07And16TheGateIsLeftAndTheEndReportedAfterTheConversion() throws Exception {
    on(
        shape(4, ExtendMode.WAIT, 0),
        () -> {
          write(5, 1, false);
          while (results.isEmpty()) {
            boolean converted = Images.map(file).contains("5-5:W");
            assertThat(direct.inFlight() == 1 || converted).isTrue();
            simulation.step();
          }
          assertThat(Images.map(file)).contains("5-5:W");
        });
  }

  @Test
  void inv17TruncateWaitsForWhatIsUnderWay() throws Exception {
    on(
        shape(4, ExtendMode.WAIT, 0),
        () -> {
          write(4, 4, false);
          assertThat(direct.inFlight()).isEqualTo(1);
          file.truncate(0);
          assertThat(results).containsExactly(4 * BLOCK);
          assertThat(Images.map(file)).isEmpty();
        });
  }

  @Test
  void inv18AWorkerMayNotSubmit() throws Exception {
    on(
        shape(4, ExtendMode.WAIT, 0),
        () -> {
          for (ThreadClass other : List.of(ThreadClass.WORKER, ThreadClass.COMPLETION)) {
            ThreadClass before = other.become();
            try {
              assertThatThrownBy(() -> write(0, 1, false))
                  .isInstanceOf(AssertionError.class)
                  .hasMessageContaining("submitting a request")
                  .hasMessageContaining(other.name());
            } finally {
              before.become();
            }
          }
        });
  }

  @Test
  void inv40AStalledWorkerHoldsBackSubmittersAndNotTheCompletionThread() throws Exception {
    on(
        shape(3, ExtendMode.WAIT, 0),
        () -> {
          simulation.stall(0);
          for (int i = 0; i < 3; i++) {
            write(2 * i, 1, false);
          }
          for (int i = 0; i < 200; i++) {
            simulation.step();
          }
          assertThat(counters().deferred()).isEqualTo(3);
          assertThat(results).isEmpty();
          simulation.stall(-1);
          write(8, 1, false); // waits for a free request, lets the worker go on
          simulation.finish();
          assertThat(results).hasSize(4);
        });
  }

  @Test
  void inv42ACancelledRequestIsReportedOnceWhenTheDeviceHasLetGoOfIt() throws Exception {
    on(
        shape(4, ExtendMode.WAIT, 0),
        () -> {
          long queued = write(1, 1, false);
          Request request = simulation.machine.pool.request((int) queued);
          request.cancel((int) (queued >>> 32));
          simulation.finish();
          assertThat(results).containsExactly(-125);
          assertThat(Images.map(file)).isEqualTo("0-15:U");
          request.cancel((int) (queued >>> 32)); // over already
          write(1, 1, false);
          simulation.finish();
          assertThat(results).containsExactly(-125, BLOCK);
        });
  }

  @Test
  void inv43AdjacentConversionsAreOneInOneBatch() throws Exception {
    on(
        shape(8, ExtendMode.WAIT, 0),
        () -> {
          simulation.stall(0);
          for (int block : new int[] {6, 3, 5, 4}) {
            write(block, 1, false);
          }
          for (int i = 0; i < 200; i++) {
            simulation.step();
          }
          simulation.finish();
          assertThat(counters().batches()).isEqualTo(1);
          assertThat(counters().conversions()).isEqualTo(1);
          assertThat(Images.map(file)).isEqualTo("0-2:U 3-6:W 7-15:U");
        });
  }
}
