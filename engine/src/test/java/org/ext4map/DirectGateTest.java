package org.ext4map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.ext4map.device.MemoryBlockDevice;
import org.ext4map.dio.DirectChange;
import org.ext4map.dio.DirectInode;
import org.ext4map.locks.ThreadClass;
import org.ext4map.model.Extent;
import org.ext4map.model.FallocateMode;
import org.ext4map.model.Mapping;
import org.ext4map.testkit.WritableImages;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the engine promises to a front end: the gate, and who may do what. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class DirectGateTest {
  @TempDir Path scratch;

  private interface Body {
    void run(Ext4File file, DirectInode direct, Ext4File other) throws Exception;
  }

  private void on(Body body) throws Exception {
    MemoryBlockDevice device =
        WritableImages.make(scratch, 8, List.of("-b", "4096"), "file", "other");
    try (Ext4Image image = Ext4Image.open(device, WritableImages.forWriting())) {
      Ext4File file = image.lookup("/file");
      file.fallocate(FallocateMode.ALLOCATE, 0, 16 * 4096);
      try (DirectInode direct = file.openDirect()) {
        body.run(file, direct, image.lookup("/other"));
      }
    }
    WritableImages.assertClean(device, scratch, "gate");
  }

  private static void enter(DirectInode direct) {
    direct.lockShared();
    direct.enter();
    direct.unlockShared();
  }

  private static void convert(DirectInode direct, long from, long to) throws IOException {
    try (DirectChange change = direct.startChange()) {
      change.convert(from, to);
    }
  }

  @Test
  void convertingChangesNothingInAFileOfBlockPointers() throws Exception {
    MemoryBlockDevice device =
        WritableImages.make(scratch, 8, List.of("-b", "1024", "-O", "^extents,^64bit"), "file");
    try (Ext4Image image = Ext4Image.open(device, WritableImages.forWriting())) {
      Ext4File file = image.lookup("/file");
      try (SeekableByteChannel channel = file.openForWriting()) {
        channel.write(ByteBuffer.allocate(20 * 1024));
      }
      List<Extent> before = file.mergedExtents();
      try (DirectInode direct = file.openDirect()) {
        enter(direct);
        convert(direct, 0, 20);
        direct.leave();
      }
      assertThat(file.mergedExtents()).isEqualTo(before).isNotEmpty();
    }
    WritableImages.assertClean(device, scratch, "block pointers");
  }

  @Test
  void whoTakesBlocksAwayOrWritesByHimselfWaitsForDirectIo() throws Exception {
    on(
        (file, direct, second) -> {
          second.fallocate(FallocateMode.ALLOCATE, 0, 4096);
          List<ThrowingCallable> changes =
              List.of(
                  () -> file.fallocate(FallocateMode.PUNCH_HOLE, 0, 4096),
                  () -> file.fallocate(FallocateMode.ZERO_RANGE, 0, 4096),
                  () -> file.fallocate(FallocateMode.INSERT_RANGE, 0, 4096),
                  () -> file.fallocate(FallocateMode.COLLAPSE_RANGE, 0, 4096),
                  () -> file.fallocate(FallocateMode.ALLOCATE, 0, 4096),
                  () -> file.swapExtents(second, 1, 0, 1),
                  () -> second.swapExtents(file, 0, 1, 1),
                  () -> file.openForWriting().write(ByteBuffer.allocate(1)),
                  () -> file.truncate(4096));
          for (ThrowingCallable change : changes) {
            enter(direct);
            CompletableFuture<Void> done = new CompletableFuture<>();
            Thread other =
                new Thread(
                    () -> {
                      try {
                        change.call();
                        done.complete(null);
                      } catch (Throwable e) {
                        done.completeExceptionally(e);
                      }
                    },
                    "changer");
            other.start();
            while (other.getState() != Thread.State.WAITING) {
              assertThat(done).isNotDone();
              Thread.onSpinWait();
            }
            assertThat(direct.inFlight()).isEqualTo(1);
            direct.leave();
            done.get();
          }
        });
  }

  @Test
  void theGateIsEnteredUnderTheInodeLockAlone() throws Exception {
    on(
        (file, direct, second) -> {
          assertThatThrownBy(direct::enter)
              .isInstanceOf(AssertionError.class)
              .hasMessageContaining("without the inode lock");
          assertThatThrownBy(direct::leave).isInstanceOf(AssertionError.class);
          enter(direct); // brings the count back to nothing
          assertThat(direct.inFlight()).isZero();
        });
  }

  @Test
  void aWorkerConvertsButTakesNoInodeLock() throws Exception {
    on(
        (file, direct, second) -> {
          enter(direct);
          ThreadClass before = ThreadClass.WORKER.become();
          try {
            assertThatThrownBy(direct::lockShared).isInstanceOf(AssertionError.class);
            assertThatThrownBy(direct::lockExclusively).isInstanceOf(AssertionError.class);
            convert(direct, 2, 3);
            direct.leave();
          } finally {
            before.become();
          }
          assertThat(FileWriteModelTest.map(file)).isEqualTo("0-1:U 2-2:W 3-15:U");
        });
  }

  @Test
  void aCompletionLeavesTheGateAndDoesNothingElse() throws Exception {
    on(
        (file, direct, second) -> {
          enter(direct);
          ThreadClass before = ThreadClass.COMPLETION.become();
          try {
            assertThatThrownBy(direct::startChange)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("COMPLETION");
            direct.leave();
          } finally {
            before.become();
          }
        });
  }

  @Test
  void convertingIsIdempotentAndTakesWrittenBlocksToo() throws Exception {
    on(
        (file, direct, second) -> {
          convert(direct, 2, 4);
          convert(direct, 2, 4);
          convert(direct, 1, 6);
          assertThat(FileWriteModelTest.map(file)).isEqualTo("0-0:U 1-5:W 6-15:U");
        });
  }

  @Test
  void conversionsOfNeighboursGiveTheSameMapInAnyOrder() throws Exception {
    int[][] orders = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    for (int[] order : orders) {
      on(
          (file, direct, second) -> {
            for (int i : order) {
              convert(direct, 4 + i, 5 + i);
            }
            assertThat(FileWriteModelTest.map(file)).isEqualTo("0-3:U 4-6:W 7-15:U");
            assertThat(file.extents()).hasSize(3);
          });
    }
  }

  @Test
  void whatAFailedExtensionLeftBehindTheEndIsCutBack() throws Exception {
    on(
        (file, direct, second) -> {
          direct.lockExclusively();
          direct.enter();
          direct.beginExtension();
          Mapping out = new Mapping();
          direct.allocate(20, 4, out);
          direct.unlockExclusively();
          direct.failExtension();
          direct.leave();
          assertThat(FileWriteModelTest.map(file)).isEqualTo("0-15:U 20-23:U");
          direct.lockExclusively();
          direct.cutBackAfterFailure();
          direct.unlockExclusively();
          assertThat(FileWriteModelTest.map(file)).isEqualTo("0-15:U");
        });
  }
}
