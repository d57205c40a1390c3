package org.ext4map.aio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.ext4map.aio.Images.BLOCK;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.CompletionHandler;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.ext4map.Ext4File;
import org.ext4map.Ext4Image;
import org.ext4map.OpenOptions;
import org.ext4map.View;
import org.ext4map.aio.ring.RingFile.Engine;
import org.ext4map.device.BlockDevice;
import org.ext4map.model.FallocateMode;
import org.ext4map.testkit.WritableImages;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The same requests seen as a channel, as futures, and by the flight recorder; how it all ends. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class DirectChannelTest {
  private static final Executor HANDLERS = Runnable::run;

  @TempDir Path scratch;

  private interface Body {
    void run(DirectIo io, Ext4File file, DirectFile direct) throws Exception;
  }

  private void on(int depth, FullQueue full, Body body) throws Exception {
    BlockDevice device = WritableImages.make(scratch, 8, List.of("-b", "" + BLOCK), "file");
    try (Ext4Image image = Ext4Image.open(device, WritableImages.forWriting());
        DirectIo io =
            DirectIo.on(image).queueDepth(depth).fullQueue(full).bufferBytes(1 << 20).open()) {
      Ext4File file = image.lookup("/file");
      try (DirectFile direct = io.open(file)) {
        body.run(io, file, direct);
      }
    }
    WritableImages.assertClean(device, scratch, "channel");
  }

  @Test
  void aChannelReadsWritesTruncatesAndForces() throws Exception {
    on(
        8,
        FullQueue.WAIT,
        (io, file, direct) -> {
          AsynchronousFileChannel channel = direct.channel(HANDLERS);
          assertThat(channel.write(DirectIoTest.filled(3 * BLOCK, 5), 0).get())
              .isEqualTo(3 * BLOCK);
          channel.force(false);
          assertThat(channel.truncate(2 * BLOCK).size()).isEqualTo(2 * BLOCK);
          assertThat(channel.truncate(9 * BLOCK).size()).isEqualTo(2 * BLOCK);
          ByteBuffer target = ByteBuffer.allocate(BLOCK);
          assertThat(channel.read(target, BLOCK + 100).get()).isEqualTo(BLOCK - 100);
          assertThat(target.get(0)).isEqualTo((byte) 5);
          assertThat(channel.read(target.clear(), 2 * BLOCK).get()).isEqualTo(-1);
          assertThatThrownBy(() -> channel.tryLock())
              .isInstanceOf(UnsupportedOperationException.class);
          channel.close();
          assertThatThrownBy(() -> channel.read(target, 0).get())
              .isInstanceOf(ExecutionException.class)
              .hasCauseInstanceOf(ClosedChannelException.class);
          assertThatThrownBy(channel::size).isInstanceOf(ClosedChannelException.class);
        });
  }

  @Test
  void aHandlerIsToldOnceWithItsAttachment() throws Exception {
    on(
        8,
        FullQueue.WAIT,
        (io, file, direct) -> {
          CompletableFuture<String> told = new CompletableFuture<>();
          CompletionHandler<Integer, String> handler =
              new CompletionHandler<>() {
                @Override
                public void completed(Integer count, String attachment) {
                  told.complete(attachment + count);
                }

                @Override
                public void failed(Throwable failure, String attachment) {
                  told.completeExceptionally(failure);
                }
              };
          AsynchronousFileChannel channel = direct.channel(HANDLERS);
          channel.write(DirectIoTest.filled(BLOCK, 1), 0, "written ", handler);
          assertThat(told.get()).isEqualTo("written " + BLOCK);
        });
  }

  @Test
  void anAlignedBufferIsNotCopiedAndMayBeLong() throws Exception {
    on(
        8,
        FullQueue.WAIT,
        (io, file, direct) -> {
          file.fallocate(FallocateMode.ALLOCATE, 0, 64 * BLOCK);
          ByteBuffer buffer = io.allocateAligned(64 * BLOCK);
          for (int i = 0; i < buffer.capacity(); i++) {
            buffer.put(i, (byte) (i / BLOCK));
          }
          assertThat(direct.writeDurably(buffer, 0).get()).isEqualTo(64 * BLOCK);
          assertThat(buffer.hasRemaining()).isFalse();
          assertThat(direct.write(DirectIoTest.filled(64 * BLOCK, 1), 0).get())
              .as("a copied one is short")
              .isEqualTo(io.bounceBytes());
          assertThat(Images.bytes(file)[40 * BLOCK]).isEqualTo((byte) 40);
        });
  }

  @Test
  void whoDoesNotWaitForAFullQueueIsRefused() throws Exception {
    on(
        1,
        FullQueue.REFUSE,
        (io, file, direct) -> {
          file.fallocate(FallocateMode.ALLOCATE, 0, 16 * BLOCK);
          int refused = 0;
          List<CompletableFuture<Integer>> writes = new ArrayList<>();
          for (int i = 0; i < 500; i++) {
            writes.add(direct.write(DirectIoTest.filled(BLOCK, 1), i % 16 * (long) BLOCK));
          }
          for (CompletableFuture<Integer> write : writes) {
            try {
              assertThat(write.get()).isEqualTo(BLOCK);
            } catch (ExecutionException e) {
              assertThat(e).hasCauseInstanceOf(QueueFullException.class);
              refused++;
            }
          }
          assertThat(io.counters().reported()).isEqualTo(500 - refused);
        });
  }

  @Test
  void inv39ClosingDrainsWhatIsInFlightAndRefusesTheRest() throws Exception {
    on(
        64,
        FullQueue.WAIT,
        (io, file, direct) -> {
          file.fallocate(FallocateMode.ALLOCATE, 0, 64 * BLOCK);
          List<CompletableFuture<Integer>> writes = new ArrayList<>();
          for (int i = 0; i < 64; i++) {
            writes.add(direct.write(DirectIoTest.filled(BLOCK, 2), i * (long) BLOCK));
          }
          io.close();
          for (CompletableFuture<Integer> write : writes) {
            assertThat(write).isCompletedWithValue(BLOCK);
          }
          assertThat(io.counters().ticketsReleased()).isEqualTo(64);
          assertThat(io.inFlight()).isZero();
          assertThat(Images.map(file)).isEqualTo("0-63:W");
          assertThatThrownBy(() -> direct.write(DirectIoTest.filled(BLOCK, 2), 0).get())
              .isInstanceOfAny(IllegalStateException.class, ExecutionException.class);
        });
  }

  @Test
  void aCallbackThatThrowsHurtsNobodyElse() throws Exception {
    on(
        4,
        FullQueue.WAIT,
        (io, file, direct) -> {
          file.fallocate(FallocateMode.ALLOCATE, 0, 4 * BLOCK);
          try (IoBuffer buffer = io.allocate(BLOCK)) {
            for (int i = 0; i < 10; i++) {
              direct.write(
                  buffer,
                  0,
                  BLOCK,
                  i % 4 * (long) BLOCK,
                  (cookie, result, failure) -> {
                    throw new IllegalStateException("planted");
                  },
                  i);
            }
            io.drain();
          }
          assertThat(io.counters().callbackFailures()).isEqualTo(10);
          assertThat(io.counters().reported()).isEqualTo(10);
        });
  }

  @Test
  void theFlightRecorderSeesEachStep() throws Exception {
    Path file = scratch.resolve("events.jfr");
    try (Recording recording = new Recording()) {
      for (String name :
          List.of(
              "Ext4DirectIoEnter",
              "Ext4DirectIoExit",
              "Ext4MapBlocks",
              "DioDeferQueued",
              "DioDeferRun",
              "Ext4ConvertUnwrittenExtents",
              "Ext4SyncFile")) {
        recording.enable("org.ext4map." + name).withoutThreshold();
      }
      recording.start();
      on(
          4,
          FullQueue.WAIT,
          (io, plain, direct) -> {
            plain.fallocate(FallocateMode.ALLOCATE, 0, 4 * BLOCK);
            direct.writeDurably(DirectIoTest.filled(BLOCK, 1), 2 * BLOCK).get();
          });
      recording.dump(file);
    }
    TreeSet<String> seen = new TreeSet<>();
    for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
      seen.add(event.getEventType().getName().replace("org.ext4map.", ""));
      if (event.getEventType().getName().endsWith("Ext4ConvertUnwrittenExtents")) {
        assertThat(event.getLong("fromLblk")).isEqualTo(2);
        assertThat(event.getLong("toLblk")).isEqualTo(3);
      }
    }
    assertThat(seen)
        .contains(
            "Ext4DirectIoEnter",
            "Ext4DirectIoExit",
            "Ext4MapBlocks",
            "DioDeferQueued",
            "DioDeferRun",
            "Ext4ConvertUnwrittenExtents",
            "Ext4SyncFile");
  }

  @Test
  void theLockOfTheImageSurvivesTheDescriptorsOfOthers() throws Exception {
    Path locks = Path.of("/proc/locks");
    Assumptions.assumeTrue(Files.isReadable(locks), "no /proc/locks here");
    Path path = Images.make(scratch, 4, "file");
    OpenOptions options = OpenOptions.defaults().view(View.READ_WRITE);
    try (Ext4Image image = Ext4Image.open(path, options)) {
      assertThat(isLocked(locks, path)).isTrue();
      for (Engine engine : List.of(Engine.IO_URING, Engine.CHANNEL)) {
        DirectIo io = DirectIo.on(image).engine(engine).queueDepth(4).open();
        assertThat(isLocked(locks, path)).as("open %s", engine).isTrue();
        io.close();
        assertThat(isLocked(locks, path)).as("closed %s", engine).isTrue();
      }
    }
    assertThat(isLocked(locks, path)).isFalse();
  }

  private static boolean isLocked(Path locks, Path file) throws IOException {
    String inode = ":" + Files.getAttribute(file, "unix:ino") + " ";
    String pid = " " + ProcessHandle.current().pid() + " ";
    for (String line : Files.readAllLines(locks)) {
      if (line.contains(inode) && line.contains(pid) && line.contains("WRITE")) {
        return true;
      }
    }
    return false;
  }
}
