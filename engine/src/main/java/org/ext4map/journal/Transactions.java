package org.ext4map.journal;

import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.ext4map.buffer.MetaBlock;
import org.ext4map.model.ReadOnlyException;
import org.ext4map.ondisk.Jbd2Layout;
import org.jspecify.annotations.Nullable;

/**
 * Which transaction is running, who is in it, how much of the log is promised, and who waits for
 * what. Decides, and does nothing: no I/O here.
 *
 * <p>Threads: any. Locks: {@code lock}, a leaf, is held for short; nothing is called under it.
 */
final class Transactions {
  private final Jbd2Layout layout;
  private final int maxCredits;
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

  Transactions(Jbd2Layout layout, int maxCredits, long freeLogBlocks) {
    this.layout = layout;
    this.maxCredits = maxCredits;
    this.freeLogBlocks = freeLogBlocks;
  }

  /** Something that is done under the lock. */
  interface Step<T extends @Nullable Object> {
    T run() throws ReadOnlyException;
  }

  /** Runs {@code step} under the lock, unless the journal has aborted or is closed. */
  <T extends @Nullable Object> T change(Step<T> step) throws ReadOnlyException {
    lock.lock();
    try {
      refuseAfterEnd();
      return step.run();
    } finally {
      lock.unlock();
    }
  }

  private void update(Runnable step) {
    lock.lock();
    try {
      step.run();
    } finally {
      lock.unlock();
    }
  }

  /** Something has moved: everybody looks again. */
  private void signal() {
    progress++;
    changed.signalAll();
  }

  // ---- handles ---------------------------------------------------------------------------------

  /** A number that grows whenever something moves; see {@link #awaitProgress}. */
  long progress() {
    lock.lock();
    try {
      return progress;
    } finally {
      lock.unlock();
    }
  }

  /** Lets a handle into the running transaction; null if there is no room, and says what is due. */
  @Nullable Transaction join(int credits) throws ReadOnlyException {
    lock.lock();
    try {
      refuseAfterEnd();
      return joinLocked(credits);
    } finally {
      lock.unlock();
    }
  }

  private void refuseAfterEnd() throws ReadOnlyException {
    if (failure != null || closed) {
      throw refusal();
    }
  }

  private @Nullable Transaction joinLocked(int credits) {
    Transaction now = running;
    if (now == null) {
      now = new Transaction(nextId++);
      running = now;
    }
    if (now.locked) {
      return null;
    }
    if (now.reserved + credits > maxCredits) {
      requestedId = Math.max(requestedId, now.id);
      return null;
    }
    if (!fits(now.reserved + credits)) {
      spaceWanted = true;
      return null;
    }
    now.updates++;
    now.reserved += credits;
    return now;
  }

  /** True if the log has room for a transaction of that size beside the one being committed. */
  private boolean fits(int credits) {
    long promised = committing == null ? 0 : LogWriter.blocksFor(layout, committing.reserved);
    return LogWriter.blocksFor(layout, credits) + promised <= freeLogBlocks;
  }

  /** Waits until something has moved since {@code seen}, unless nobody is there to move it. */
  void awaitProgress(long seen) {
    lock.lock();
    try {
      while (failure == null && progress == seen && working) {
        changed.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }

  // What each handle does, extend, add and leave, makes no object: a step given to change() would.

  boolean extend(Transaction now, int credits) throws ReadOnlyException {
    lock.lock();
    try {
      refuseAfterEnd();
      int wanted = now.reserved + credits;
      if (now.locked || wanted > maxCredits || !fits(wanted)) {
        return false;
      }
      now.reserved = wanted;
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** See {@link Transaction#add}. */
  boolean add(Transaction now, MetaBlock block, int left) throws ReadOnlyException {
    lock.lock();
    try {
      refuseAfterEnd();
      return now.add(block, left);
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

  void addCallback(Transaction now, Runnable action) {
    update(() -> now.callbacks.add(action));
  }

  // ---- waiting ---------------------------------------------------------------------------------

  /** The last transaction that has begun. */
  long lastId() {
    lock.lock();
    try {
      return nextId - 1;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Asks for a commit of {@code tid}, if it is not durable yet.
   *
   * @return how many flushes had started before; for {@link #awaitCommitted}
   */
  long request(long tid) {
    lock.lock();
    try {
      if (tid > committedId) {
        requestedId = Math.max(requestedId, Math.min(tid, nextId - 1));
      }
      return flushesStarted;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until {@code tid} is committed.
   *
   * @return true if a flush has started and ended since {@code flushesBefore} was counted
   * @throws JournalAborted if the journal has aborted
   */
  boolean awaitCommitted(long tid, long flushesBefore) throws JournalAborted {
    lock.lock();
    try {
      while (failure == null && !closed && committedId < Math.min(tid, nextId - 1)) {
        changed.awaitUninterruptibly();
      }
      throwFailure("making transaction " + tid + " durable");
      return flushesDone > flushesBefore;
    } finally {
      lock.unlock();
    }
  }

  /** Asks for an empty log. */
  void requestEmpty() {
    update(() -> emptyWanted = true);
  }

  void awaitEmpty() throws JournalAborted {
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

  // ---- failure and end -------------------------------------------------------------------------

  void abort(Throwable cause) {
    update(
        () -> {
          if (failure == null) {
            failure = cause;
          }
          signal();
        });
  }

  Optional<Throwable> failure() {
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

  private void throwFailure(String what) throws JournalAborted {
    if (failure != null) {
      throw new JournalAborted(what, failure);
    }
  }

  /** True if there is nothing to close. */
  boolean isFinished() {
    lock.lock();
    try {
      return closed || failure != null;
    } finally {
      lock.unlock();
    }
  }

  /** Lets nobody in any more, and waits for the working task. */
  void close() {
    lock.lock();
    try {
      closed = true;
      while (working) {
        changed.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }

  // ---- for the working task --------------------------------------------------------------------

  private boolean hasWork() {
    return failure == null
        && (spaceWanted || emptyWanted || (running != null && running.id <= requestedId));
  }

  /** True if there is something to do and nobody is doing it; then the caller is the one. */
  boolean startWorking() {
    lock.lock();
    try {
      if (working || closed || !hasWork()) {
        return false;
      }
      working = true;
      return true;
    } finally {
      lock.unlock();
    }
  }

  void stopWorking() {
    update(
        () -> {
          working = false;
          signal();
        });
  }

  /**
   * One thing to do.
   *
   * @param due to be committed; null if space is wanted
   * @param empty if nothing is due: all the space
   */
  record Job(@Nullable Transaction due, boolean empty) {}

  /** The next thing to do; null if there is none, and then the task has ended. */
  @Nullable Job nextJob() {
    lock.lock();
    try {
      if (!hasWork()) {
        working = false;
        signal();
        return null;
      }
      Transaction now = running;
      spaceWanted = false;
      return new Job(now != null && now.id <= requestedId ? now : null, emptyWanted);
    } finally {
      lock.unlock();
    }
  }

  /** Keeps handles out and waits for those inside; answers false if the journal has aborted. */
  boolean lockTransaction(Transaction due) {
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

  void letNextStart(Transaction due) {
    update(
        () -> {
          committing = due;
          running = null;
          signal();
        });
  }

  void committed(Transaction due) {
    update(
        () -> {
          committing = null;
          committedId = due.id;
          signal();
        });
  }

  void emptied() {
    update(
        () -> {
          emptyWanted = false;
          signal();
        });
  }

  void changeFree(long blocks) {
    update(
        () -> {
          freeLogBlocks += blocks;
          signal();
        });
  }

  void flushStarts() {
    update(() -> flushesStarted++);
  }

  void flushDone() {
    update(() -> flushesDone = flushesStarted);
  }
}
