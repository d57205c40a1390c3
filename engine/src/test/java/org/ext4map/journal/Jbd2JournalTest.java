package org.ext4map.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.ext4map.buffer.BufferCache;
import org.ext4map.buffer.MetaBlock;
import org.ext4map.device.BlockDevice;
import org.ext4map.device.MemoryBlockDevice;
import org.ext4map.journal.SyntheticLog.Kind;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.ReadOnlyException;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.Geometry;
import org.ext4map.testkit.CountingDevice;
import org.ext4map.testkit.FaultPlan;
import org.ext4map.testkit.FaultyDevice;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class Jbd2JournalTest {
  private static final int BLOCK_SIZE = 1024;
  private static final long A = SyntheticLog.FIRST_HOME;
  private static final long B = A + 1;
  private static final int RING = 200;

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.ofEpochSecond(1_700_000_000));
  private final List<Runnable> alarms = new ArrayList<>();
  private final CommitTimer timer = (delay, action) -> alarms.add(action);
  private CountingDevice device;
  private BufferCache cache;
  private Jbd2Journal journal;

  Jbd2JournalTest() throws IOException {
    device = new CountingDevice(image());
    cache = cacheOf(device);
    journal = open(device, cache, Runnable::run);
  }

  private static MemoryBlockDevice image() throws IOException {
    return SyntheticLog.cleanImage(Kind.V3, true, SyntheticLog.JOURNAL_BLOCKS - RING);
  }

  private static BufferCache cacheOf(BlockDevice device) {
    return new BufferCache(device, BLOCK_SIZE, SyntheticLog.FILE_SYSTEM_BLOCKS, 1 << 20);
  }

  private Jbd2Journal open(BlockDevice device, BufferCache cache, Executor executor)
      throws IOException {
    return open(device, cache, executor, timer);
  }

  private Jbd2Journal open(
      BlockDevice device, BufferCache cache, Executor executor, CommitTimer timer)
      throws IOException {
    JournalOptions options =
        new JournalOptions(executor, now::get, 1 << 20, 1 << 20, Duration.ofSeconds(5), timer);
    Geometry geometry = new Geometry(JournalOf.superblock(device));
    return Jbd2Journal.open(device, geometry, cache, SyntheticLog.journalMap(), options);
  }

  @BeforeEach
  void forgetTheOpening() {
    device.reset();
  }

  private void change(JournalHandle handle, long pblk, int value) throws IOException {
    MetaBlock block = cache.read(pblk);
    handle.getWriteAccess(block);
    block.bytes().putInt(0, value);
    handle.markDirty(block);
  }

  private long change(long pblk, int value) throws IOException {
    try (JournalHandle handle = journal.start(1)) {
      change(handle, pblk, value);
      return handle.tid();
    }
  }

  private static int home(BlockDevice device, long pblk) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(4);
    device.read(pblk * BLOCK_SIZE, bytes);
    return bytes.getInt(0);
  }

  private int recovered(long pblk) throws IOException {
    org.ext4map.device.OverlayBlockDevice overlay =
        new org.ext4map.device.OverlayBlockDevice(device);
    JournalRecovery.open(
            overlay, new Geometry(JournalOf.superblock(overlay)), SyntheticLog.journalMap())
        .replayInto(overlay);
    return home(overlay, pblk);
  }

  // ---- durability and its price
  // --------------------------------------------------------------------

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

  // ---- handles
  // -----------------------------------------------------------------------------------

  @Test
  void aSecondStartJoinsTheOpenHandle() throws IOException {
    try (JournalHandle outer = journal.start(2)) {
      change(outer, A, 1);
      try (JournalHandle inner = journal.start(99)) {
        assertThat(inner).isSameAs(outer);
        change(inner, B, 1);
      }
      assertThat(outer.credits()).isZero();
      change(outer, A, 2);
    }
    journal.forceCommit();
    assertThat(recovered(A)).isEqualTo(2);
    assertThat(recovered(B)).isEqualTo(1);
  }

  @Test
  void creditsAreABound() throws IOException {
    int most = journal.maxCredits();
    assertThat(most).isEqualTo(RING / 4);
    assertThatThrownBy(() -> journal.start(most + 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("allowed 0 … " + most);
    try (JournalHandle handle = journal.start(1)) {
      change(handle, A, 1);
      change(handle, A, 2);
      assertThatThrownBy(() -> change(handle, B, 1))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("credits");
      assertThat(handle.extend(1)).isTrue();
      change(handle, B, 1);
      assertThat(handle.extend(most)).as("no room for so many").isFalse();
    }
  }

  @Test
  void aBlockMustBeAnnouncedBeforeItChanges() throws IOException {
    change(A, 1);
    journal.forceCommit();
    try (JournalHandle handle = journal.start(1)) {
      assertThatThrownBy(() -> handle.markDirty(cache.read(A)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("without write access");
    }
  }

  @Test
  void aRestartMayFallIntoTheNextTransaction() throws IOException {
    int most = journal.maxCredits();
    try (JournalHandle handle = journal.start(most)) {
      for (int i = 0; i < 24; i++) {
        change(handle, A + i, 5);
      }
      long first = handle.tid();
      handle.restart(most);
      assertThat(handle.tid()).isGreaterThan(first);
      assertThat(handle.credits()).isEqualTo(most);
      change(handle, A, 6);
      assertThat(recovered(A)).as("the first part is committed").isEqualTo(5);
    }
    journal.forceCommit();
    assertThat(recovered(A)).isEqualTo(6);
  }

  @Test
  void aHandleThatHasEndedIsOfNoUseEvenWhileItsThreadHasAnother() throws IOException {
    JournalHandle ended = journal.start(1);
    ended.close();
    assertThatThrownBy(() -> ended.getWriteAccess(cache.read(A)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the handle has ended");
    try (JournalHandle another = journal.start(1)) {
      assertThatThrownBy(() -> change(ended, A, 1)).isInstanceOf(IllegalStateException.class);
      ended.close();
      change(another, A, 2);
    }
    journal.forceCommit();
    assertThat(recovered(A)).isEqualTo(2);
  }

  @Test
  void waitingForACommitUnderAHandleIsRefused() throws IOException {
    try (JournalHandle handle = journal.start(1)) {
      assertThat(handle.credits()).isEqualTo(1);
      assertThatThrownBy(() -> journal.forceCommit()).isInstanceOf(IllegalStateException.class);
    }
  }

  // ---- freeing
  // -------------------------------------------------------------------------------------

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

  // ---- threads
  // ---------------------------------------------------------------------------------------

  /** Stops in its flush until it is let go. */
  private static final class SlowFlush implements BlockDevice {
    private final BlockDevice below;
    final CountDownLatch inFlush = new CountDownLatch(1);
    final CountDownLatch letGo = new CountDownLatch(1);
    volatile boolean slow;

    SlowFlush(BlockDevice below) {
      this.below = below;
    }

    @Override
    public long sizeBytes() {
      return below.sizeBytes();
    }

    @Override
    public boolean isWritable() {
      return true;
    }

    @Override
    public void read(long offsetBytes, ByteBuffer target) throws IOException {
      below.read(offsetBytes, target);
    }

    @Override
    public void write(long offsetBytes, ByteBuffer source) throws IOException {
      below.write(offsetBytes, source);
    }

    @Override
    public void flush() throws IOException {
      if (slow) {
        inFlush.countDown();
        try {
          letGo.await();
        } catch (InterruptedException e) {
          throw new IOException(e);
        }
      }
      below.flush();
    }

    @Override
    public void close() {}

    @Override
    public String describe() {
      return "slow";
    }
  }

  @Test
  void theNextTransactionStartsWhileTheLastIsWritten() throws Exception {
    SlowFlush slow = new SlowFlush(image());
    cache = cacheOf(slow);
    ExecutorService pool = Executors.newCachedThreadPool();
    try {
      journal = open(slow, cache, pool);
      long first = change(A, 7);
      slow.slow = true;
      Future<?> sync = pool.submit(() -> syncUnchecked(first));
      slow.inFlush.await();

      long second = change(A, 8); // does not wait, and does not disturb what is being written
      assertThat(second).isGreaterThan(first);
      assertThat(sync.isDone()).isFalse();

      slow.slow = false;
      slow.letGo.countDown();
      sync.get(30, TimeUnit.SECONDS);
      device = new CountingDevice(slow);
      assertThat(recovered(A)).isEqualTo(7);
      journal.close();
      assertThat(home(slow, A)).isEqualTo(8);
    } finally {
      pool.shutdownNow();
    }
  }

  private Void syncUnchecked(long tid) {
    try {
      journal.sync(tid);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return null;
  }

  @Test
  void handlesOfManyThreadsKeepTheirPairsTogether() throws Exception {
    ExecutorService committer = Executors.newSingleThreadExecutor();
    ExecutorService pool = Executors.newFixedThreadPool(4);
    try {
      journal = open(device, cache, committer);
      List<Future<Integer>> futures = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        int thread = t;
        futures.add(pool.submit(() -> countUp(A + 2L * thread)));
      }
      for (Future<Integer> future : futures) {
        assertThat(future.get(50, TimeUnit.SECONDS)).isEqualTo(400);
      }
      for (int t = 0; t < 4; t++) {
        assertThat(recovered(A + 2L * t)).isEqualTo(recovered(A + 2L * t + 1));
      }
      journal.close();
      for (int i = 0; i < 8; i++) {
        assertThat(home(device, A + i)).isEqualTo(400);
      }
    } finally {
      pool.shutdownNow();
      committer.shutdownNow();
    }
  }

  private int countUp(long first) throws IOException {
    for (int i = 1; i <= 400; i++) {
      long tid;
      try (JournalHandle handle = journal.start(10)) {
        if (i % 50 == 0) {
          handle.restart(10);
        }
        change(handle, first, i);
        change(handle, first + 1, i);
        tid = handle.tid();
      }
      if (i % 7 == 0) {
        journal.sync(tid);
      }
    }
    return cache.read(first + 1).bytes().getInt(0);
  }

  @Test
  void everyWaiterIsToldWhyTheJournalAborted() throws Exception {
    FaultyDevice failing =
        new FaultyDevice(
            image(),
            (op, number, offset, length) ->
                op == FaultPlan.Op.FLUSH && number > 10
                    ? FaultPlan.Fault.EIO
                    : FaultPlan.Fault.NONE);
    cache = cacheOf(failing);
    ExecutorService pool = Executors.newCachedThreadPool();
    try {
      journal = open(failing, cache, pool);
      List<Future<?>> waiters = new ArrayList<>();
      long tid = 0;
      for (int i = 0; i < 10; i++) {
        tid = change(A + i, 7);
      }
      for (int i = 0; i < 5; i++) {
        long last = tid;
        waiters.add(pool.submit(() -> syncUnchecked(last)));
      }
      for (Future<?> waiter : waiters) {
        assertThatThrownBy(() -> waiter.get(30, TimeUnit.SECONDS))
            .hasStackTraceContaining("injected fault: EIO on FLUSH");
      }
      assertThatThrownBy(() -> journal.start(1))
          .isInstanceOf(ReadOnlyException.class)
          .hasRootCauseMessage(journal.failure().orElseThrow().getMessage());
      journal.close();
      cache = cacheOf(failing);
      assertThatThrownBy(() -> open(failing, cache, pool))
          .as("the next one is told too")
          .isInstanceOf(CorruptionException.class)
          .hasMessageContaining("s_errno=-5");
    } finally {
      pool.shutdownNow();
    }
  }
}
