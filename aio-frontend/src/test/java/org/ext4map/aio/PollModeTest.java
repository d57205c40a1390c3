package org.ext4map.aio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.ext4map.aio.Images.BLOCK;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.ext4map.Ext4File;
import org.ext4map.Ext4Image;
import org.ext4map.OpenOptions;
import org.ext4map.View;
import org.ext4map.device.FileBlockDevice.DirectMode;
import org.ext4map.model.FallocateMode;
import org.ext4map.testkit.Programs;
import org.ext4map.testkit.Together;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What poll mode promises beyond what the others do: who calls drives the I/O, nobody else does,
 * and nobody waits for a thread that does not come.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PollModeTest {
  private static final int BLOCKS = 64;
  private static final int DEPTH = 4;

  @TempDir Path scratch;

  private int ends;
  private final List<Thread> started = new CopyOnWriteArrayList<>();
  private final Set<Thread> reporters = new HashSet<>();
  private final IoCallback count =
      (cookie, result, failure) -> {
        ends++;
        reporters.add(Thread.currentThread());
        assertThat(result).isEqualTo(BLOCK);
      };

  private interface Body {
    void run(Ext4Image image, DirectIo io, Ext4File file, DirectFile direct) throws Exception;
  }

  /** Over a file of {@link #BLOCKS} unwritten blocks. */
  private void on(Body body) throws Exception {
    Path path = Images.make(scratch, 16, "file", "other");
    OpenOptions options =
        OpenOptions.defaults().view(View.READ_WRITE).directMode(DirectMode.IF_POSSIBLE);
    try (Ext4Image image = Ext4Image.open(path, options)) {
      Ext4File file = image.lookup("/file");
      file.fallocate(FallocateMode.ALLOCATE, 0, BLOCKS * BLOCK);
      try (DirectIo io = polled(image);
          DirectFile direct = io.open(file)) {
        body.run(image, io, file, direct);
      }
    }
    Programs.assertClean(path);
  }

  private static DirectIo polled(Ext4Image image) throws Exception {
    return DirectIo.on(image)
        .completions(Completions.POLLED)
        .queueDepth(DEPTH)
        .bufferBytes(1 << 20)
        .open();
  }

  private void write(DirectIo io, DirectFile direct, int blocks) throws Exception {
    IoBuffer buffer = io.allocate(BLOCK);
    for (int block = 0; block < blocks; block++) {
      direct.write(buffer, 0, BLOCK, (long) block * BLOCK, count, block);
    }
  }

  @Test
  void nothingGoesOnUntilSomebodyDrives() throws Exception {
    on(
        (image, io, file, direct) -> {
          write(io, direct, DEPTH);
          assertThat(io.inFlight()).isEqualTo(DEPTH);
          assertThat(io.counters().finishedInline() + io.counters().deferred()).isZero();
          while (ends < DEPTH) {
            io.poll();
          }
          assertThat(Images.map(file)).isEqualTo("0-3:W 4-63:U");
        });
  }

  @Test
  void whatWorkersHaveDoneIsReportedByWhoDrives() throws Exception {
    on(
        (image, io, file, direct) -> {
          write(io, direct, DEPTH);
          io.await(() -> ends == DEPTH);
          assertThat(io.counters().deferred()).isEqualTo(DEPTH);
          write(io, direct, DEPTH);
          io.drain();
          assertThat(io.counters().overwrites()).isEqualTo(DEPTH);
          assertThat(ends).isEqualTo(2 * DEPTH);
          assertThat(reporters).containsExactly(Thread.currentThread());
        });
  }

  @Test
  void withoutWorkersOneThreadDoesAll() throws Exception {
    Path path = Images.make(scratch, 16, "file");
    try (Ext4Image image = Ext4Image.open(path, OpenOptions.defaults().view(View.READ_WRITE))) {
      Ext4File file = image.lookup("/file");
      file.fallocate(FallocateMode.ALLOCATE, 0, BLOCKS * BLOCK);
      try (DirectIo io =
              DirectIo.on(image)
                  .completions(Completions.POLLED)
                  .workers(0)
                  .queueDepth(DEPTH)
                  .bufferBytes(1 << 20)
                  .threads(
                      body -> {
                        Thread thread = new Thread(body);
                        started.add(thread);
                        return thread;
                      })
                  .open();
          DirectFile direct = io.open(file)) {
        write(io, direct, BLOCKS);
        assertThat(direct.writeDurably(DirectIoTest.filled(BLOCK, 1), 0).get()).isEqualTo(BLOCK);
        file.fallocate(FallocateMode.PUNCH_HOLE, BLOCK, BLOCK);
        write(io, direct, DEPTH);
        file.truncate(3 * BLOCK);
        io.drain();
        assertThat(ends).isEqualTo(BLOCKS + DEPTH);
        assertThat(Images.map(file)).isEqualTo("0-2:W");
        assertThat(started)
            .as("threads that are not the queue's own")
            .noneMatch(thread -> thread.getName().startsWith("ext4map-"));
      }
    }
    Programs.assertClean(path);
  }

  @Test
  void noWorkersAreRefusedWhereNobodyDrives() throws Exception {
    Path path = Images.make(scratch, 16, "file");
    try (Ext4Image image = Ext4Image.open(path, OpenOptions.defaults().view(View.READ_WRITE))) {
      assertThatThrownBy(() -> DirectIo.on(image).workers(0).open())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("workers=0, allowed in poll mode");
    }
  }

  @Test
  void whoWaitsForAFreeRequestDrives() throws Exception {
    on(
        (image, io, file, direct) -> {
          write(io, direct, BLOCKS);
          assertThat(ends).isGreaterThanOrEqualTo(BLOCKS - DEPTH);
          io.drain();
          assertThat(Images.map(file)).isEqualTo("0-63:W");
        });
  }

  @Test
  void whoChangesAFileInUseDrivesUntilItIsQuiet() throws Exception {
    on(
        (image, io, file, direct) -> {
          write(io, direct, DEPTH);
          file.fallocate(FallocateMode.PUNCH_HOLE, BLOCK, BLOCK);
          assertThat(direct.write(DirectIoTest.filled(100, 1), BLOCKS * BLOCK + 5).get())
              .as("behind the end and of no blocks")
              .isEqualTo(100);
          file.truncate(3 * BLOCK);
          assertThat(Images.map(file)).isEqualTo("0-0:W 2-2:W");
          assertThat(direct.write(DirectIoTest.filled(BLOCK, 1), 3 * BLOCK).get())
              .as("makes the file longer")
              .isEqualTo(BLOCK);
          assertThat(direct.writeDurably(DirectIoTest.filled(BLOCK, 1), 0).get()).isEqualTo(BLOCK);
        });
  }

  @Test
  void anotherThreadThatWaitsDrivesWhatNobodyElseDoes() throws Exception {
    on(
        (image, io, file, direct) -> {
          write(io, direct, DEPTH);
          Thread other = new Thread(() -> truncate(file), "other");
          other.start();
          other.join();
          assertThat(file.size()).isZero();
          assertThat(ends).as("reported by who was left to drive").isLessThanOrEqualTo(DEPTH);
          io.drain();
          assertThat(ends).isEqualTo(DEPTH);
        });
  }

  private static void truncate(Ext4File file) {
    try {
      file.truncate(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void whatWasMadeOfAFutureDrivesToo() throws Exception {
    on(
        (image, io, file, direct) -> {
          CompletableFuture<Integer> doubled =
              direct.write(DirectIoTest.filled(BLOCK, 1), 0).thenApply(bytes -> 2 * bytes);
          assertThat(doubled.join()).isEqualTo(2 * BLOCK);
          CompletableFuture<Integer> read = direct.read(ByteBuffer.allocate(BLOCK), 0);
          assertThat(read.get(10, TimeUnit.SECONDS)).isEqualTo(BLOCK);
        });
  }

  @Test
  void aWaitEndsInTime() throws Exception {
    on(
        (image, io, file, direct) -> {
          assertThat(io.await(() -> ends == 1, Duration.ofMillis(5))).isFalse();
          write(io, direct, 1);
          assertThat(io.await(() -> ends == 1, Duration.ofSeconds(30))).isTrue();
        });
  }

  @Test
  void anImageHasOneOfThemAndAnyNumberOfOthers() throws Exception {
    on(
        (image, io, file, direct) -> {
          assertThatThrownBy(() -> polled(image))
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("drives direct I/O on this image already");
          try (DirectIo threads = DirectIo.on(image).bufferBytes(1 << 20).open();
              DirectFile beside = threads.open(image.lookup("/file"))) {
            for (int i = 0; i < 200; i++) {
              IoBuffer buffer = threads.allocate(BLOCK);
              beside.write(buffer, 0, BLOCK, 0, (cookie, result, failure) -> {}, i);
              file.truncate(0); // waits as one who drives, for what an I/O thread does
              buffer.close();
              file.fallocate(FallocateMode.ALLOCATE, 0, BLOCKS * BLOCK);
            }
          }
        });
  }

  @Test
  void thereMayBeAnotherWhenItIsClosed() throws Exception {
    on(
        (image, io, file, direct) -> {
          direct.close();
          io.close();
          polled(image).close();
        });
  }

  @Test
  void aChannelIsRefusedAsNobodyWouldDriveItsHandlers() throws Exception {
    on(
        (image, io, file, direct) ->
            assertThatThrownBy(() -> direct.channel(Runnable::run))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("poll mode"));
  }

  @Test
  void manyThreadsTakeTurns() throws Exception {
    on(
        (image, io, file, direct) -> {
          Together.Task writer =
              () -> {
                IoBuffer buffer = io.allocate(BLOCK);
                AtomicInteger own = new AtomicInteger();
                IoCallback ended = (cookie, result, failure) -> own.incrementAndGet();
                for (int i = 1; i <= 500; i++) {
                  direct.write(buffer, 0, BLOCK, (long) (i % BLOCKS) * BLOCK, ended, i);
                  int wanted = i;
                  if (i % 3 == 0) {
                    io.await(() -> own.get() == wanted);
                  }
                }
                io.await(() -> own.get() == 500);
              };
          Together.run(Duration.ofSeconds(30), List.of(writer, writer, writer));
          assertThat(io.counters().reported()).isEqualTo(1500);
        });
  }
}
