package org.ext4map.journal;

import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;

/**
 * How metadata changes: under handles, and durable when their transaction is.
 *
 * <p>Threads: any. Lock order: inode lock, then a handle of this, then dataSem and all below it.
 * {@link #start}, {@link #sync}, {@link #checkpoint} and {@link JournalHandle#restart} may wait for
 * other threads' handles and for the device, so nobody calls them with dataSem or a buffer's lock
 * held; interrupts are kept but do not end the wait.
 */
public sealed interface Journal extends Closeable permits Jbd2Journal, NoJournal {
  /**
   * Opens a handle, or joins the one that this thread has open already (its credits are then all
   * there is): jbd2_journal_start. Waits while a transaction is being locked or the log is full.
   *
   * @param credits how many blocks may be changed or forgotten under it, at most {@link
   *     #maxCredits}
   * @throws org.ext4map.model.ReadOnlyException if the journal has aborted or is closed; the cause
   *     is why
   */
  JournalHandle start(int credits) throws IOException;

  /** The most credits that a handle can have. */
  int maxCredits();

  /**
   * Returns when transaction {@code tid} is durable, and with it every write to the device that
   * returned before this call: what fsync needs. Cheap if it already is, except for the flush.
   *
   * @param tid from {@link JournalHandle#tid}, of the last change that has to be durable; 0 if only
   *     writes to the device matter
   * @throws IOException if the journal has aborted; the cause is why, and the change may be lost
   */
  void sync(long tid) throws IOException;

  /** {@link #sync} of everything changed so far. */
  void forceCommit() throws IOException;

  /** Makes everything durable and writes it home, so that the log is empty: jbd2_journal_flush. */
  void checkpoint() throws IOException;

  /**
   * Stops all changes for ever, because memory and image may no longer agree. Nothing more is
   * written home, and what was not committed is lost. Whoever fails half way through a change calls
   * this before he closes his handle: afterwards the half might be committed.
   *
   * @param cause is given to everybody who waits or comes later; the first one stays
   */
  void abort(Throwable cause);

  /** Why the journal has aborted; empty if it has not. */
  Optional<Throwable> failure();

  /** Makes everything durable and the image clean, unless the journal has aborted. */
  @Override
  void close() throws IOException;
}
