package org.ext4map.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.ext4map.device.BlockDevice;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.ReadOnlyException;
import org.ext4map.testkit.CountingDevice;
import org.ext4map.testkit.FaultPlan;
import org.ext4map.testkit.FaultyDevice;
import org.ext4map.testkit.ForwardingDevice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class Jbd2ThreadsTest extends JournalRig {
  Jbd2ThreadsTest() throws IOException {}

  /** Stops in its flush until it is let go. */
  private static final class SlowFlush extends ForwardingDevice {
    final CountDownLatch inFlush = new CountDownLatch(1);
    final CountDownLatch letGo = new CountDownLatch(1);
    volatile boolean slow;

    SlowFlush(BlockDevice below) {
      super(below);
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
      super.flush();
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
