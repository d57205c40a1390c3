package org.ext4map.journal;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.ext4map.buffer.BufferCache;
import org.ext4map.device.BlockDevice;
import org.ext4map.locks.LockRank;
import org.ext4map.locks.ThreadClass;
import org.ext4map.model.Extent;
import org.ext4map.model.ReadOnlyException;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.Jbd2Layout;
import org.jspecify.annotations.Nullable;

/**
 * The writing journal. See the package for the life of a transaction.
 *
 * <p>Locks: {@code lock} guards which transaction is running, who is in it and how much of the log
 * is promised; it is held for short and never over I/O. Commits and checkpoints are made by one
 * task at a time on the injected executor, which alone touches the log and the checkpoint list.
 */
@SuppressWarnings(
    "exports") // for the floors above; embedders see of this package how recovery went
public final class Jbd2Journal implements Journal {
  /** A transaction takes a quarter of the ring at most, so that there is always room for one. */
  private static final int PART_OF_RING = 4;

  /** What Linux stores in s_errno after a failed write. */
  private static final int EIO = 5;

  private final BlockDevice device;
  private final BufferCache cache;
  private final JournalLog log;
  private final Jbd2Layout layout;
  private final JournalOptions options;
  private final int maxCredits;

  @SuppressWarnings("ThreadLocalUsage") // one handle for each thread and journal
  private final ThreadLocal<@Nullable Jbd2Handle> current = new ThreadLocal<>();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // guarded by lock
  private @Nullable Transaction running;
  private @Nullable Transaction committing;
  private @Nullable Throwable failure;
  private boolean closed;
  private boolean working;
  private boolean spaceWanted;
  private boolean emptyWanted;
  private long nextId = 1;
  private long requestedId;
  private long committedId;
  private long freeLogBlocks;
  private long flushesStarted;
  private long flushesDone;
  private long progress;

  /** Used by the working task alone. */
  private final Committer committer;

  private Jbd2Journal(
      BlockDevice device, BufferCache cache, JournalLog log, JournalOptions options) {
    this.device = device;
    this.cache = cache;
    this.log = log;
    this.layout = log.layout();
    this.options = options;
    this.committer = new Committer(log, options.clock(), this::flush);
    this.freeLogBlocks = log.ringLength() - 1;
    long byMemory = Math.max(options.maxTransactionBytes() / layout.blockSize(), 8);
    long most = Math.min(byMemory, log.ringLength() / PART_OF_RING);
    this.maxCredits = (int) Math.max(1, most);
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
    Jbd2Handle open = current.get();
    if (open != null) {
      open.nest();
      return open;
    }
    assert LockRank.HANDLE.mayWait("starting a handle");
    Jbd2Handle handle = new Jbd2Handle(this, join(credits), credits);
    assert LockRank.HANDLE.take(this, 0);
    current.set(handle);
    return handle;
  }

  /** The calling thread has no handle any more. */
  void ended() {
    current.remove();
    assert LockRank.release(this);
  }

  /** Lets a handle into the running transaction; waits until there is room. */
  Transaction join(int credits) throws IOException {
    if (credits < 0 || credits > maxCredits) {
      throw new IllegalArgumentException("credits " + credits + ", allowed 0 … " + maxCredits);
    }
    while (true) {
      long seen;
      lock.lock();
      try {
        refuseAfterFailure();
        seen = progress;
        if (running == null) {
          running = new Transaction(nextId++, options.clock().instant());
        }
        Transaction now = running;
        if (!now.locked && now.reserved + credits > maxCredits) {
          requestedId = Math.max(requestedId, now.id);
        } else if (!now.locked && !fits(now.reserved + credits)) {
          spaceWanted = true;
        } else if (!now.locked) {
          now.updates++;
          now.reserved += credits;
          return now;
        }
      } finally {
        lock.unlock();
      }
      work();
      awaitProgress(seen);
    }
  }

  /** True if the log has room for a transaction of that size beside the one being committed. */
  private boolean fits(int credits) {
    long promised = committing == null ? 0 : LogWriter.blocksFor(layout, committing.reserved);
    return LogWriter.blocksFor(layout, credits) + promised <= freeLogBlocks;
  }

  /** Waits until something has moved since {@code seen}, unless nobody is there to move it. */
  private void awaitProgress(long seen) {
    lock.lock();
    try {
      while (failure == null && progress == seen && working) {
        changed.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Something has moved: everybody looks again. */
  private void signal() {
    progress++;
    changed.signalAll();
  }

  boolean extend(Transaction now, int credits) throws IOException {
    lock.lock();
    try {
      refuseAfterFailure();
      if (now.locked || now.reserved + credits > maxCredits || !fits(now.reserved + credits)) {
        return false;
      }
      now.reserved += credits;
      return true;
    } finally {
      lock.unlock();
    }
  }

  void leave(Transaction now, int unused) {
    lock.lock();
    try {
      now.reserved -= unused;
      if (--now.updates == 0) {
        signal();
      }
    } finally {
      lock.unlock();
    }
  }

  /** One of the things a handle does to its transaction; answers whether that took a credit. */
  interface Step {
    boolean run();
  }

  /** Runs {@code step} under the lock, unless the journal has aborted. */
  boolean change(Step step) throws IOException {
    lock.lock();
    try {
      refuseAfterFailure();
      return step.run();
    } finally {
      lock.unlock();
    }
  }

  void addCallback(Transaction now, Runnable action) {
    lock.lock();
    try {
      now.callbacks.add(action);
    } finally {
      lock.unlock();
    }
  }

  // ---- waiting ----

  @Override
  public void sync(long tid) throws IOException {
    ThreadClass.assertMaySleep("waiting for a commit");
    requireNoHandle();
    assert LockRank.HANDLE.mayWait("waiting for a commit");
    long flushesBefore;
    lock.lock();
    try {
      flushesBefore = flushesStarted;
      if (tid > committedId) {
        requestedId = Math.max(requestedId, Math.min(tid, nextId - 1));
      }
    } finally {
      lock.unlock();
    }
    work();
    lock.lock();
    try {
      while (failure == null && !closed && committedId < Math.min(tid, nextId - 1)) {
        changed.awaitUninterruptibly();
      }
      throwFailure("making transaction " + tid + " durable");
      if (flushesDone > flushesBefore) {
        return;
      }
    } finally {
      lock.unlock();
    }
    device.flush();
  }

  @Override
  public void forceCommit() throws IOException {
    long last;
    lock.lock();
    try {
      last = nextId - 1;
    } finally {
      lock.unlock();
    }
    sync(last);
  }

  @Override
  public void checkpoint() throws IOException {
    forceCommit();
    lock.lock();
    try {
      emptyWanted = true;
    } finally {
      lock.unlock();
    }
    work();
    lock.lock();
    try {
      while (failure == null && emptyWanted) {
        changed.awaitUninterruptibly();
      }
      throwFailure("writing the log home");
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void tick() throws IOException {
    lock.lock();
    try {
      refuseAfterFailure();
      Transaction now = running;
      Instant due = options.clock().instant().minus(options.commitAge());
      if (now != null && !now.started.isAfter(due)) {
        requestedId = Math.max(requestedId, now.id);
      }
    } finally {
      lock.unlock();
    }
    work();
  }

  private void requireNoHandle() {
    if (current.get() != null) {
      throw new IllegalStateException("waiting for a commit under an open handle never ends");
    }
  }

  // ---- failure ----

  @Override
  public void abort(Throwable cause) {
    lock.lock();
    try {
      if (failure == null) {
        failure = cause;
      }
      signal();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Optional<Throwable> failure() {
    lock.lock();
    try {
      return Optional.ofNullable(failure);
    } finally {
      lock.unlock();
    }
  }

  /** Why no change is possible. */
  ReadOnlyException refusal() {
    Throwable cause = failure().orElse(null);
    ReadOnlyException refusal =
        new ReadOnlyException(
            cause == null
                ? "changing metadata: the journal is closed"
                : "changing metadata: the journal has aborted: " + cause.getMessage());
    if (cause != null) {
      refusal.initCause(cause);
    }
    return refusal;
  }

  private void refuseAfterFailure() throws ReadOnlyException {
    if (failure != null || closed) {
      throw refusal();
    }
  }

  private void throwFailure(String what) throws IOException {
    if (failure != null) {
      throw new IOException(what + ": the journal has aborted: " + failure.getMessage(), failure);
    }
  }

  /** Tells the next one who opens the image, as far as that still works. */
  private void recordFailure(Throwable cause) {
    abort(cause);
    try {
      log.superblock().setErrno(-EIO);
      log.storeSuperblock();
    } catch (IOException worse) {
      if (worse != cause) {
        cause.addSuppressed(worse);
      }
    }
  }

  // ---- the working task ----

  private boolean hasWork() {
    return failure == null
        && (spaceWanted || emptyWanted || (running != null && running.id <= requestedId));
  }

  /** Sees to it that the task runs if there is anything to do; under no lock. */
  private void work() {
    lock.lock();
    try {
      if (working || !hasWork()) {
        return;
      }
      working = true;
    } finally {
      lock.unlock();
    }
    try {
      options.executor().execute(this::workUntilDone);
    } catch (RejectedExecutionException e) {
      abort(e);
      stopWorking();
    }
  }

  private void stopWorking() {
    lock.lock();
    try {
      working = false;
      signal();
    } finally {
      lock.unlock();
    }
  }

  private void workUntilDone() {
    try {
      while (step()) {
        // each step looks afresh at what is asked for
      }
    } catch (IOException | RuntimeException | Error e) {
      recordFailure(e);
      stopWorking();
    }
  }

  /** Does one thing; answers false, and has stopped working, if there was nothing to do. */
  private boolean step() throws IOException {
    Transaction due;
    boolean empty;
    lock.lock();
    try {
      if (!hasWork()) {
        working = false;
        signal();
        return false;
      }
      Transaction now = running;
      due = now != null && now.id <= requestedId ? now : null;
      empty = emptyWanted;
      spaceWanted = false;
    } finally {
      lock.unlock();
    }
    if (due != null) {
      commit(due);
    } else if (empty) {
      writeHome(Long.MAX_VALUE, 0);
      emptied();
    } else {
      writeHome(log.ringLength() / 2, Long.MAX_VALUE);
    }
    return true;
  }

  private void emptied() {
    lock.lock();
    try {
      emptyWanted = false;
      signal();
    } finally {
      lock.unlock();
    }
  }

  // ---- commit ----

  private void commit(Transaction due) throws IOException {
    if (!lockTransaction(due)) {
      return;
    }
    List<Frozen> copies = due.freeze();
    letNextStart(due);
    if (!copies.isEmpty() || !due.revokes.isEmpty()) {
      changeFree(-committer.write(copies, due.revokes));
    }
    due.callbacks.forEach(Runnable::run);
    committed(due);
    if (committer.pendingBytes() > options.maxPendingBytes()) {
      writeHome(0, options.maxPendingBytes() / 2);
    }
  }

  /** Keeps handles out and waits for those inside; answers false if the journal has aborted. */
  private boolean lockTransaction(Transaction due) {
    lock.lock();
    try {
      due.locked = true;
      while (due.updates > 0 && failure == null) {
        changed.awaitUninterruptibly();
      }
      return failure == null;
    } finally {
      lock.unlock();
    }
  }

  private void letNextStart(Transaction due) {
    lock.lock();
    try {
      committing = due;
      running = null;
      signal();
    } finally {
      lock.unlock();
    }
  }

  private void committed(Transaction due) {
    lock.lock();
    try {
      committing = null;
      committedId = due.id;
      signal();
    } finally {
      lock.unlock();
    }
  }

  private void flush() throws IOException {
    lock.lock();
    try {
      flushesStarted++;
    } finally {
      lock.unlock();
    }
    device.flush();
    lock.lock();
    try {
      flushesDone = flushesStarted;
    } finally {
      lock.unlock();
    }
  }

  private void changeFree(long blocks) {
    lock.lock();
    try {
      freeLogBlocks += blocks;
      signal();
    } finally {
      lock.unlock();
    }
  }

  // ---- checkpoint ----

  private void writeHome(long wanted, long mostPending) throws IOException {
    long freed = committer.writeHome(wanted, mostPending);
    if (freed > 0) {
      changeFree(freed);
    }
  }

  @Override
  public void close() throws IOException {
    requireNoHandle();
    if (isFinished()) {
      return;
    }
    checkpoint();
    lock.lock();
    try {
      closed = true;
      while (working) {
        changed.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
    committer.close();
    log.storeNeedsRecovery(cache, false);
    device.flush();
  }

  private boolean isFinished() {
    lock.lock();
    try {
      return closed || failure != null;
    } finally {
      lock.unlock();
    }
  }
}
