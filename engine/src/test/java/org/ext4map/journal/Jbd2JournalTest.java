package org.ext4map.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.ext4map.buffer.MetaBlock;
import org.ext4map.model.ReadOnlyException;
import org.ext4map.ondisk.Feature;
import org.ext4map.testkit.CountingDevice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class Jbd2JournalTest extends JournalRig {
  Jbd2JournalTest() throws IOException {}

  @Test
  void aCommitIsTwoFlushesAndNothingGoesHome() throws IOException {
    long tid = change(A, 7);
    assertThat(device.writes()).isEmpty();

    journal.sync(tid);

    assertThat(device.flushes()).isEqualTo(2);
    assertThat(home(device, A)).isZero();
    assertThat(recovered(A)).isEqualTo(7);
  }

  @Test
  void manyHandlesShareOneCommit() throws IOException {
    long tid = 0;
    for (int i = 0; i < 20; i++) {
      tid = change(A + i % 3, i);
    }
    journal.sync(tid);
    assertThat(device.flushes()).isEqualTo(2);
  }

  @Test
  void whatIsDurableAlreadyCostsTheFlushOfTheData() throws IOException {
    long tid = change(A, 7);
    journal.sync(tid);
    device.reset();
    journal.sync(tid);
    assertThat(device.flushes()).isEqualTo(1);
    assertThat(device.writes()).isEmpty();
  }

  @Test
  void aCheckpointIsTwoFlushesMore() throws IOException {
    change(A, 7);
    journal.checkpoint();
    assertThat(device.flushes()).isEqualTo(4);
    assertThat(home(device, A)).isEqualTo(7);
    journal.checkpoint();
    assertThat(device.flushes()).as("nothing to do but the data").isEqualTo(5);
  }

  @Test
  void aHandleThatChangedNothingWritesNothing() throws IOException {
    try (JournalHandle handle = journal.start(3)) {
      handle.getWriteAccess(cache.read(A));
    }
    journal.forceCommit();
    assertThat(device.writes()).isEmpty();
    assertThat(device.flushes()).isEqualTo(1);
  }

  @Test
  void closingLeavesACleanImage() throws IOException {
    assertThat(JournalOf.superblock(device).features().has(Feature.RECOVER)).isTrue();
    change(A, 7);
    journal.close();
    assertThat(home(device, A)).isEqualTo(7);
    assertThat(JournalOf.superblock(device).features().has(Feature.RECOVER)).isFalse();
    assertThatThrownBy(() -> journal.start(1))
        .isInstanceOf(ReadOnlyException.class)
        .hasMessageContaining("closed");

    journal = open(device, cacheOf(device), Runnable::run);
    cache = cacheOf(device);
    change(A, 8);
    journal.forceCommit();
    assertThat(recovered(A)).isEqualTo(8);
  }

  @Test
  void theTimerIsSetOnceForATransactionAndCommitsIt() throws IOException {
    assertThat(alarms).as("idle").isEmpty();
    change(A, 7);
    change(B, 7);
    assertThat(alarms).hasSize(1);
    assertThat(device.flushes()).isZero();
    alarms.remove(0).run();
    assertThat(recovered(A)).isEqualTo(7);
    assertThat(device.flushes()).isEqualTo(2);
    assertThat(alarms).as("idle again").isEmpty();
  }

  @Test
  void aTimerThatComesLateCommitsNothing() throws IOException {
    long first = change(A, 7);
    journal.sync(first);
    change(B, 8);
    device.reset();
    alarms.get(0).run();
    assertThat(device.flushes()).isZero();
    assertThat(recovered(B)).as("that has a timer of its own").isZero();
    journal.close();
    device.reset();
    alarms.forEach(Runnable::run);
    assertThat(device.writes()).isEmpty();
    assertThat(device.flushes()).isZero();
  }

  @Test
  void theTimerFiresAfterTheCommitAge() throws IOException {
    List<Duration> delays = new ArrayList<>();
    device = new CountingDevice(image());
    cache = cacheOf(device);
    journal = open(device, cache, Runnable::run, (delay, action) -> delays.add(delay));
    change(A, 7);
    assertThat(delays).containsExactly(Duration.ofSeconds(5));
  }

  @Test
  void aSynchronousHandleIsDurableWhenItIsClosed() throws IOException {
    try (JournalHandle handle = journal.start(1)) {
      change(handle, A, 7);
      handle.requestSync();
    }
    assertThat(recovered(A)).isEqualTo(7);
  }

  @Test
  void aFreedBlockIsNotReplayedOverItsNewContents() throws IOException {
    change(A, 7);
    journal.forceCommit();
    List<String> events = new ArrayList<>();
    try (JournalHandle handle = journal.start(1)) {
      handle.forget(cache.read(A));
      handle.onCommit(() -> events.add("free"));
    }
    assertThat(events).as("not before the commit").isEmpty();
    journal.forceCommit();
    assertThat(events).containsExactly("free");
    device.write(A * BLOCK_SIZE, ByteBuffer.allocate(4).putInt(0, 99));
    change(B, 1);
    journal.forceCommit();
    assertThat(recovered(A)).isEqualTo(99);
    journal.checkpoint();
    assertThat(home(device, A)).isEqualTo(99);
  }

  @Test
  void aBlockFreedAndTakenAgainInOneTransactionIsReplayed() throws IOException {
    change(A, 7);
    journal.forceCommit();
    try (JournalHandle handle = journal.start(2)) {
      handle.forget(cache.read(A));
      MetaBlock again = handle.create(A);
      assertThat(again.bytes().getInt(0)).isZero();
      again.bytes().putInt(0, 8);
      handle.markDirty(again);
    }
    journal.forceCommit();
    assertThat(recovered(A)).isEqualTo(8);
  }

  @Test
  void aBlockThatOnlyTheLogHoldsIsNeverReadFromItsHome() throws IOException {
    change(A, 7);
    journal.forceCommit();
    for (int i = 0; i < 3000; i++) {
      cache.read(100 + i % 500); // pushes everything else out
    }
    System.gc();
    assertThat(cache.read(A).bytes().getInt(0)).isEqualTo(7);
  }

  @Test
  void checksumsAreMadeOnTheCopy() throws IOException {
    MetaBlock block = cache.read(A);
    block.sealWith(bytes -> bytes.putInt(8, 0xC5C5));
    change(A, 7);
    journal.checkpoint();
    assertThat(block.bytes().getInt(8)).as("the block itself is left alone").isZero();
    ByteBuffer bytes = ByteBuffer.allocate(12);
    device.read(A * BLOCK_SIZE, bytes);
    assertThat(bytes.getInt(8)).isEqualTo(0xC5C5);
  }
}
