package org.ext4map.journal;

import java.io.IOException;
import org.ext4map.buffer.MetaBlock;

/**
 * The right of one thread to change metadata, {@code handle_t}: all that is done under it takes
 * effect together, or not at all.
 *
 * <p>Used by the thread that started it alone. Before a block's bytes change, {@link
 * #getWriteAccess}; afterwards {@link #markDirty}. From the first on the block stays in memory
 * until its contents are home.
 */
@SuppressWarnings(
    "exports") // for the floors above; embedders see of this package how recovery went
public interface JournalHandle extends AutoCloseable {
  /** The transaction that this handle's changes belong to now; for {@link Journal#sync}. */
  long tid();

  /** Blocks that may still be changed for the first time, or forgotten. */
  int credits();

  /**
   * Asks for more credits without waiting: jbd2_journal_extend.
   *
   * @return false if the transaction has no room; the caller brings the image to a consistent point
   *     and calls {@link #restart}
   */
  boolean extend(int credits) throws IOException;

  /**
   * Ends what was done so far and goes on with fresh credits, perhaps in a later transaction:
   * jbd2_journal_restart. A crash may fall between the two.
   *
   * @throws org.ext4map.model.ReadOnlyException if the journal has aborted meanwhile
   */
  void restart(int credits) throws IOException;

  /**
   * The bytes of {@code block} are about to change: jbd2_journal_get_write_access. Takes a credit
   * if the transaction does not have the block yet.
   *
   * @throws org.ext4map.model.ReadOnlyException if the journal has aborted
   */
  void getWriteAccess(MetaBlock block) throws IOException;

  /**
   * The block {@code pblk}, just allocated, is about to be filled: jbd2_journal_get_create_access.
   * It is not read.
   *
   * @return the block, all zeros
   */
  MetaBlock create(long pblk) throws IOException;

  /** The bytes of {@code block} have changed: jbd2_journal_dirty_metadata. */
  void markDirty(MetaBlock block) throws IOException;

  /**
   * The block was freed; no older copy of it may ever be written again: jbd2_journal_forget and
   * _revoke. Takes a credit if the transaction does not have the block.
   */
  void forget(MetaBlock block) throws IOException;

  /**
   * Runs {@code action} when the transaction is durable: from then on what it freed may be used
   * again. Runs on the committing thread, may not sleep; never if the journal aborts first.
   */
  void onCommit(Runnable action);

  /** Makes {@link #close} wait until the changes are durable. */
  void requestSync();

  /** Ends this use of the handle; the last one ends the handle: jbd2_journal_stop. */
  @Override
  void close() throws IOException;
}
