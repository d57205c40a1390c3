package org.ext4map.journal;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.ext4map.buffer.BufferCache;
import org.ext4map.device.BlockDevice;
import org.ext4map.locks.LockRank;
import org.ext4map.locks.ThreadClass;
import org.ext4map.model.Extent;
import org.ext4map.model.ReadOnlyException;
import org.ext4map.ondisk.Geometry;

/**
 * The writing journal. See the package for the life of a transaction.
 *
 * <p>Locks: none of its own; {@link Transactions} knows who waits for whom.
 */
@SuppressWarnings(
    "exports") // for the floors above; embedders see of this package how recovery went
public final class Jbd2Journal implements Journal {
  /** A transaction takes a quarter of the ring at most, so that there is always room for one. */
  private static final int PART_OF_RING = 4;

  /** With assertions each handle is used once, so that whoever uses one after its end is found. */
  private static final boolean HANDLES_REUSED = !Jbd2Journal.class.desiredAssertionStatus();

  private final BlockDevice device;
  private final BufferCache cache;
  private final JournalLog log;
  private final JournalOptions options;
  private final int maxCredits;
  private final Transactions transactions;
  private final CommitTask task;

  /** The last transaction for which the timer was set. */
  private final AtomicLong timedId = new AtomicLong();

  @SuppressWarnings("ThreadLocalUsage") // one handle for each thread and journal
  private final ThreadLocal<Jbd2Handle> current = ThreadLocal.withInitial(Jbd2Handle::new);

  private Jbd2Journal(
      BlockDevice device, BufferCache cache, JournalLog log, JournalOptions options) {
    this.device = device;
    this.cache = cache;
    this.log = log;
    this.options = options;
    long byMemory = Math.max(options.maxTransactionBytes() / log.layout().blockSize(), 8);
    long most = Math.min(byMemory, log.ringLength() / PART_OF_RING);
    this.maxCredits = (int) Math.max(1, most);
    this.transactions = new Transactions(log.layout(), maxCredits, log.ringLength() - 1);
    this.task = new CommitTask(transactions, log, options);
  }

  /**
   * Opens the journal of an image for writing: the image is marked as needing recovery.
   *
   * @param device the image
   * @param geometry of the image
   * @param cache through which the image's metadata is read
   * @param journal the map of the journal's inode, ascending from logical block 0
   * @throws org.ext4map.model.CorruptionException if the journal cannot be used, is not clean, or
   *     has aborted in an earlier life
   * @throws org.ext4map.model.UnsupportedFeatureException if it has an unknown feature
   */
  public static Jbd2Journal open(
      BlockDevice device,
      Geometry geometry,
      BufferCache cache,
      List<Extent> journal,
      JournalOptions options)
      throws IOException {
    JournalLog log = JournalLog.openForWriting(device, geometry, journal);
    Jbd2Journal opened = new Jbd2Journal(device, cache, log, options);
    log.storeSuperblock();
    log.storeNeedsRecovery(cache, true);
    device.flush();
    return opened;
  }

  BufferCache cache() {
    return cache;
  }

  @Override
  public int maxCredits() {
    return maxCredits;
  }

  // ---- handles ----

  @Override
  public JournalHandle start(int credits) throws IOException {
    ThreadClass.assertMaySleep("starting a handle");
    Jbd2Handle handle = current.get();
    if (handle.isOpen()) {
      handle.nest();
      return handle;
    }
    assert LockRank.HANDLE.mayWait("starting a handle");
    handle.open(this, join(credits), credits);
    assert LockRank.HANDLE.take(this, 0);
    return handle;
  }

  /** The calling thread has no handle any more. */
  void ended() {
    if (!HANDLES_REUSED) {
      current.remove();
    }
    assert LockRank.release(this);
  }

  Transactions transactions() {
    return transactions;
  }

  /** Lets a handle into the running transaction; waits until there is room. */
  Transaction join(int credits) throws IOException {
    if (credits < 0 || credits > maxCredits) {
      throw new IllegalArgumentException("credits " + credits + ", allowed 0 … " + maxCredits);
    }
    Transaction joined = transactions.join(credits);
    while (joined == null) {
      long seen = transactions.progress();
      joined = transactions.join(credits);
      if (joined == null) {
        task.work();
        transactions.awaitProgress(seen);
      }
    }
    setTimer(joined.id);
    return joined;
  }

  /** Sees to it, once for each, that a transaction does not get old. */
  private void setTimer(long id) {
    if (timedId.get() < id && timedId.getAndAccumulate(id, Math::max) < id) {
      try {
        options.timer().schedule(options.commitAge(), () -> commitOld(id));
      } catch (RejectedExecutionException e) {
        abort(e);
      }
    }
  }

  private void commitOld(long id) {
    transactions.request(id);
    task.work();
  }

  // ---- waiting ----

  @Override
  public void sync(long tid) throws IOException {
    ThreadClass.assertMaySleep("waiting for a commit");
    requireNoHandle();
    assert LockRank.HANDLE.mayWait("waiting for a commit");
    long flushesBefore = transactions.request(tid);
    task.work();
    if (!transactions.awaitCommitted(tid, flushesBefore)) {
      device.flush();
    }
  }

  @Override
  public void forceCommit() throws IOException {
    sync(transactions.lastId());
  }

  @Override
  public void checkpoint() throws IOException {
    forceCommit();
    transactions.requestEmpty();
    task.work();
    transactions.awaitEmpty();
  }

  private void requireNoHandle() {
    if (current.get().isOpen()) {
      throw new IllegalStateException("waiting for a commit under an open handle never ends");
    }
  }

  // ---- failure and end ----

  @Override
  public void abort(Throwable cause) {
    transactions.abort(cause);
  }

  @Override
  public Optional<Throwable> failure() {
    return transactions.failure();
  }

  /** Why no change is possible. */
  ReadOnlyException refusal() {
    return transactions.refusal();
  }

  @Override
  public void close() throws IOException {
    requireNoHandle();
    if (transactions.isFinished()) {
      return;
    }
    checkpoint();
    transactions.close();
    task.close();
    log.storeNeedsRecovery(cache, false);
    device.flush();
  }
}
