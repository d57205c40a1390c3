package org.ext4map.aio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.ext4map.aio.Images.BLOCK;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.ext4map.Ext4File;
import org.ext4map.Ext4Image;
import org.ext4map.OpenOptions;
import org.ext4map.View;
import org.ext4map.device.FileBlockDevice.DirectMode;
import org.ext4map.model.FallocateMode;
import org.ext4map.model.ReadOnlyException;
import org.ext4map.testkit.Programs;
import org.ext4map.testkit.Together;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What goes wrong around the front end, with real threads: queues that fail, devices that do not
 * answer, callers that lose patience, mistakes of our own. Every request that was accepted ends
 * once, nothing hangs, and the image stays sound.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FailuresTest {
  private static final int BLOCKS = 64;
  private static final int SUBMITTERS = 3;
  private static final int DEPTH = 16;
  private static final int ENOUGH = 200;

  @TempDir Path scratch;

  private final AtomicLong shift = new AtomicLong();

  @SuppressWarnings("NullAway.Init") // set when a run begins
  private Path path;

  @SuppressWarnings("NullAway.Init") // set when a run begins
  private Ext4File file;

  private @Nullable HeldRing ring;

  private interface Setting {
    DirectIo.Builder of(DirectIo.Builder plain);
  }

  private interface Body {
    void run(DirectIo io, DirectFile direct) throws Exception;
  }

  /** Over a file of {@link #BLOCKS} unwritten blocks; the body closes what it has been given. */
  private void on(Setting setting, Body body) throws Exception {
    path = Images.make(scratch, 16, "file");
    OpenOptions options =
        OpenOptions.defaults().view(View.READ_WRITE).directMode(DirectMode.IF_POSSIBLE);
    try (Ext4Image image = Ext4Image.open(path, options)) {
      file = image.lookup("/file");
      file.fallocate(FallocateMode.ALLOCATE, 0, BLOCKS * BLOCK);
      DirectIo.Builder plain =
          DirectIo.on(image)
              .queueDepth(DEPTH)
              .bufferBytes(1 << 20)
              .clock(() -> System.nanoTime() + shift.get())
              .through(
                  opened -> {
                    HeldRing held = new HeldRing(opened);
                    ring = held;
                    return held;
                  },
                  "held");
      DirectIo io = setting.of(driven(plain)).open();
      body.run(io, io.open(file));
    }
    Programs.assertClean(path);
  }

  /** The same, with the driver that is to be tried. */
  DirectIo.Builder driven(DirectIo.Builder plain) {
    return plain;
  }

  private HeldRing ring() {
    return Objects.requireNonNull(ring);
  }

  private static void awaitThat(DirectIo io, BooleanSupplier done) {
    while (!done.getAsBoolean()) {
      io.poll();
    }
  }

  // ---- the queue fails -------------------------------------------------------------------------

  /** Submits until it is refused; each request ends once, and so {@code inFlight} is 0 then. */
  private static void submitUntilRefused(
      DirectIo io, DirectFile direct, AtomicInteger inFlight, AtomicInteger accepted)
      throws Exception {
    IoBuffer buffer = io.allocate(BLOCK);
    IoCallback callback = (cookie, result, failure) -> inFlight.decrementAndGet();
    try {
      for (int i = 0; i < 1_000_000; i++) {
        inFlight.incrementAndGet();
        if (i % 7 == 0) {
          direct.writeDurably(buffer, 0, BLOCK, (long) (i % BLOCKS) * BLOCK, callback, i);
        } else {
          direct.write(buffer, 0, BLOCK, (long) (i % BLOCKS) * BLOCK, callback, i);
        }
        accepted.incrementAndGet();
      }
      throw new AssertionError("never refused");
    } catch (IOException refused) {
      inFlight.decrementAndGet();
      assertThat(refused)
          .hasMessageContaining("direct I/O has stopped")
          .hasMessageContaining("planted");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"submit", "reap"})
  void aQueueThatFailsUnderLoadEndsEveryRequestOnceAndRefusesNewOnes(String where)
      throws Exception {
    on(
        plain -> plain,
        (io, direct) -> {
          AtomicInteger inFlight = new AtomicInteger();
          AtomicInteger accepted = new AtomicInteger();
          List<Together.Task> bodies = new ArrayList<>();
          for (int i = 0; i < SUBMITTERS; i++) {
            bodies.add(() -> submitUntilRefused(io, direct, inFlight, accepted));
          }
          bodies.add(
              () -> {
                awaitThat(io, () -> accepted.get() > ENOUGH);
                ring().holds = true;
                int before = ring().writes.get();
                awaitThat(io, () -> ring().writes.get() > before && io.inFlight() >= DEPTH);
                if (where.equals("submit")) {
                  ring().submitFailure = new IOException("planted");
                } else {
                  ring().reapFailure = new IllegalStateException("planted");
                }
              });
          Together.run(Duration.ofSeconds(30), bodies);
          io.drain();

          assertThat(inFlight).as("ends that are missing or came twice").hasValue(0);
          DirectIo.Counters counters = io.counters();
          assertThat(counters.reported()).isEqualTo(accepted.get());
          assertThat(counters.failed()).isPositive();
          assertThat(counters.ticketsReleased()).isEqualTo(counters.ticketsIssued());
          assertThat(counters.callbackFailures()).isZero();
          assertThatThrownBy(() -> file.truncate(0))
              .as("blocks that the device may still write to must not be given to others")
              .isInstanceOf(ReadOnlyException.class)
              .hasRootCauseMessage("planted");
          direct.close();
          assertThatThrownBy(io::close)
              .isInstanceOf(IOException.class)
              .hasMessageContaining("planted");
        });
  }

  @Test
  void aQueueThatFailsWhileTheDeviceOnlyReadsLeavesTheImageWritable() throws Exception {
    on(
        plain -> plain,
        (io, direct) -> {
          direct.write(DirectIoTest.filled(BLOCK, 1), 0).get();
          ring().holds = true;
          CompletableFuture<Integer> read = direct.read(ByteBuffer.allocate(BLOCK), 0);
          awaitThat(io, () -> io.inFlight() == 1);
          ring().submitFailure = new IOException("planted");
          assertThatThrownBy(read::get).hasMessageContaining("planted");
          file.truncate(0);
          direct.close();
          assertThatThrownBy(io::close).hasMessageContaining("planted");
        });
  }

  // ---- mistakes of our own ---------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void inv02AConversionOnTheCompletionThreadEndsTheRunAndNamesThreadAndCall(boolean relay)
      throws Exception {
    on(
        plain ->
            relay
                ? plain.faults(new Faults(true, false)).completions(Completions.OWN_THREAD)
                : plain.faults(new Faults(true, false)),
        (io, direct) -> {
          CompletableFuture<Integer> write = direct.write(DirectIoTest.filled(BLOCK, 1), 0);
          assertThatThrownBy(write::get)
              .isInstanceOf(ExecutionException.class)
              .hasMessageContaining("converting what direct I/O has written may sleep")
              .hasMessageContaining("COMPLETION");
          assertThatThrownBy(
                  () -> {
                    while (true) {
                      direct.read(ByteBuffer.allocate(BLOCK), 0).get();
                    }
                  })
              .hasMessageContaining("direct I/O has stopped");
          direct.close();
          assertThatThrownBy(io::close).hasMessageContaining("COMPLETION");
          assertThat(Images.map(file)).isEqualTo("0-" + (BLOCKS - 1) + ":U");
        });
  }

  // ---- devices that do not answer, callers that lose patience -----------------------------------

  @Test
  void inv39ClosingGivesUpOnADeviceThatDoesNotAnswerAndWorksWhenItDoes() throws Exception {
    on(
        plain -> plain.closeTimeout(Duration.ofMillis(50)),
        (io, direct) -> {
          ring().holds = true;
          CompletableFuture<Integer> write = direct.write(DirectIoTest.filled(BLOCK, 1), 0);
          assertThatThrownBy(direct::close)
              .isInstanceOf(IOException.class)
              .hasMessageContaining("1 requests of <")
              .hasMessageContaining("still in flight");
          assertThatThrownBy(io::close)
              .isInstanceOf(IOException.class)
              .hasMessageContaining("1 requests are still in flight; their memory is not freed");
          assertThat(write).isNotDone();
          ring().holds = false;
          assertThat(write.get()).isEqualTo(BLOCK);
          direct.close();
          io.close();
          assertThat(Images.map(file)).startsWith("0-0:W");
        });
  }

  @Test
  void whatIsUnderWayForTooLongIsOverdueUntilItEnds() throws Exception {
    on(
        plain -> plain,
        (io, direct) -> {
          ring().holds = true;
          CompletableFuture<Integer> write = direct.write(DirectIoTest.filled(BLOCK, 1), 0);
          CompletableFuture<Integer> read = direct.read(ByteBuffer.allocate(BLOCK), BLOCK);
          assertThat(read.get()).as("a hole needs no device").isEqualTo(BLOCK);
          assertThat(io.overdue(Duration.ofMinutes(1))).isZero();
          shift.addAndGet(TimeUnit.MINUTES.toNanos(2));
          assertThat(io.overdue(Duration.ofMinutes(1))).isEqualTo(1);
          ring().holds = false;
          assertThat(write.get()).isEqualTo(BLOCK);
          io.drain();
          assertThat(io.overdue(Duration.ofMinutes(1))).isZero();
          direct.close();
          io.close();
        });
  }

  @Test
  void inv42ACallerThatWaitsNoLongerDoesNotFreeWhatTheDeviceUses() throws Exception {
    on(
        plain -> plain,
        (io, direct) -> {
          ring().holds = true;
          ByteBuffer aligned = io.allocateAligned(BLOCK);
          CompletableFuture<Integer> write =
              direct.write(aligned, 0).orTimeout(1, TimeUnit.MILLISECONDS);
          assertThatThrownBy(write::get).hasCauseInstanceOf(TimeoutException.class);
          assertThat(io.inFlight()).isEqualTo(1);
          assertThat(io.counters().ticketsReleased()).isZero();
          ring().holds = false;
          io.drain();
          assertThat(io.counters().reported()).isEqualTo(1);
          assertThat(Images.map(file)).startsWith("0-0:W");
          direct.close();
          io.close();
        });
  }

  @Test
  void inv42ACancelledRequestEndsWhenTheDeviceHasLetGoOfItsBuffer() throws Exception {
    on(
        plain -> plain,
        (io, direct) -> {
          ring().holds = true;
          CompletableFuture<Integer> write = direct.write(DirectIoTest.filled(BLOCK, 1), 0);
          awaitThat(io, () -> ring().writes.get() == 1); // before that it would end at once
          assertThat(write.cancel(true)).as("not yet").isFalse();
          assertThat(write).isNotDone();
          assertThat(io.inFlight()).isEqualTo(1);
          ring().holds = false;
          assertThatThrownBy(write::get).isInstanceOf(CancellationException.class);
          assertThat(write.isCancelled()).isTrue();
          io.drain();
          assertThat(io.counters().ticketsReleased()).isEqualTo(1);
          assertThat(Images.map(file)).isEqualTo("0-" + (BLOCKS - 1) + ":U");
          direct.close();
          io.close();
        });
  }
}
