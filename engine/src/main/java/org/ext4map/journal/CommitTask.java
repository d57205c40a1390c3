package org.ext4map.journal;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.ext4map.device.BlockDevice;

/**
 * Commits and checkpoints, one after another, on the injected executor, as long as there is
 * anything to do. There is one run of it at a time; it alone touches log and checkpoint list.
 */
final class CommitTask {
  /** What Linux stores in s_errno after a failed write. */
  private static final int EIO = 5;

  private final Transactions transactions;
  private final JournalLog log;
  private final BlockDevice device;
  private final Executor executor;
  private final long maxPendingBytes;
  private final Committer committer;

  CommitTask(Transactions transactions, JournalLog log, JournalOptions options) {
    this.transactions = transactions;
    this.log = log;
    this.device = log.device();
    this.executor = options.executor();
    this.maxPendingBytes = options.maxPendingBytes();
    this.committer = new Committer(log, options.clock(), this::flush, maxPendingBytes);
  }

  /** Sees to it that the task runs if there is anything to do; under no lock. */
  void work() {
    if (transactions.startWorking()) {
      try {
        executor.execute(this::workUntilDone);
      } catch (RejectedExecutionException e) {
        transactions.abort(e);
        transactions.stopWorking();
      }
    }
  }

  private void workUntilDone() {
    try {
      Transactions.Job job = transactions.nextJob();
      while (job != null) {
        run(job);
        job = transactions.nextJob();
      }
    } catch (IOException | RuntimeException | Error e) {
      recordFailure(e);
      transactions.stopWorking();
    }
  }

  private void run(Transactions.Job job) throws IOException {
    if (job.due() != null) {
      commit(job.due());
    } else if (job.empty()) {
      writeHome(Long.MAX_VALUE, 0);
      transactions.emptied();
    } else {
      writeHome(log.ringLength() / 2, Long.MAX_VALUE);
    }
  }

  private void commit(Transaction due) throws IOException {
    if (!transactions.lockTransaction(due)) {
      return;
    }
    List<Frozen> copies = due.freeze(committer.buffers());
    transactions.letNextStart(due);
    if (!copies.isEmpty() || !due.revokes.isEmpty()) {
      transactions.changeFree(-committer.write(copies, due.revokes));
    }
    due.callbacks.forEach(Runnable::run);
    transactions.committed(due);
    if (committer.pendingBytes() > maxPendingBytes) {
      writeHome(0, maxPendingBytes / 2);
    }
  }

  private void writeHome(long wanted, long mostPending) throws IOException {
    long freed = committer.writeHome(wanted, mostPending);
    if (freed > 0) {
      transactions.changeFree(freed);
    }
  }

  private void flush() throws IOException {
    transactions.flushStarts();
    device.flush();
    transactions.flushDone();
  }

  /** Tells the next one who opens the image, as far as that still works. */
  private void recordFailure(Throwable cause) {
    transactions.abort(cause);
    try {
      log.superblock().setErrno(-EIO);
      log.storeSuperblock();
    } catch (IOException worse) {
      if (worse != cause) {
        cause.addSuppressed(worse);
      }
    }
  }

  /** Marks the log as clean; the task does not run any more, and everything is home. */
  void close() throws IOException {
    committer.close();
  }
}
