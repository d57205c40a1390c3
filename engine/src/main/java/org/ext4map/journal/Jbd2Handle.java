package org.ext4map.journal;

import java.io.IOException;
import java.util.Objects;
import org.ext4map.buffer.MetaBlock;
import org.ext4map.locks.LockRank;
import org.jspecify.annotations.Nullable;

/**
 * A handle of a {@link Jbd2Journal}, or none: each thread has one object for each journal, which
 * opens and ends again and again, so that starting a handle makes nothing. It belongs to its
 * thread; the journal's lock guards the rest. While it is not open it knows no journal, so that a
 * thread that lives on keeps none in memory.
 */
final class Jbd2Handle implements JournalHandle {
  private final Thread owner = Thread.currentThread();

  /** Null if the handle is not open. */
  private @Nullable Jbd2Journal journal;

  /** Null after a restart that failed: nothing more can be done. */
  private @Nullable Transaction transaction;

  private int left;
  private int depth;
  private boolean sync;

  boolean isOpen() {
    return depth > 0;
  }

  /** The handle of a thread that had none. */
  void open(Jbd2Journal of, Transaction joined, int credits) {
    assert depth == 0 : "open already";
    journal = of;
    transaction = joined;
    left = credits;
    depth = 1;
    sync = false;
  }

  void nest() {
    depth++;
  }

  private Jbd2Journal journal() {
    assert Thread.currentThread() == owner : "handle of " + owner;
    Jbd2Journal now = journal;
    if (now == null) {
      throw new IllegalStateException("the handle has ended");
    }
    return now;
  }

  /** The transaction, or the reason why there is none any more. */
  private Transaction transaction() throws IOException {
    Jbd2Journal of = journal();
    Transaction now = transaction;
    if (now == null) {
      throw of.refusal();
    }
    return now;
  }

  @Override
  public long tid() {
    journal();
    Transaction now = transaction;
    if (now == null) {
      throw new IllegalStateException("the handle could not be restarted");
    }
    return now.id;
  }

  @Override
  public int credits() {
    return left;
  }

  @Override
  public boolean extend(int credits) throws IOException {
    Transaction now = transaction();
    if (!journal().transactions().extend(now, credits)) {
      return false;
    }
    left += credits;
    return true;
  }

  @Override
  public void restart(int credits) throws IOException {
    assert LockRank.ORPHANS.mayWait("restarting a handle");
    Transaction ending = transaction();
    Jbd2Journal of = journal();
    transaction = null;
    of.transactions().leave(ending, left);
    left = 0;
    transaction = of.join(credits);
    left = credits;
  }

  @Override
  public void getWriteAccess(MetaBlock block) throws IOException {
    Transaction now = transaction();
    if (block.writableIn() != now.id && journal().transactions().add(now, block, left)) {
      left--;
    }
  }

  @Override
  public MetaBlock create(long pblk) throws IOException {
    Transaction now = transaction();
    Jbd2Journal of = journal();
    MetaBlock block = of.cache().blank(pblk);
    if (of.transactions().change(() -> now.addNew(block, left))) {
      left--;
    }
    return block;
  }

  @Override
  public void markDirty(MetaBlock block) throws IOException {
    Transaction now = transaction();
    if (block.writableIn() != now.id) {
      throw new IllegalStateException(block + " was changed without write access");
    }
    block.setDirtyIn(now.id);
  }

  @Override
  public void forget(MetaBlock block) throws IOException {
    Transaction now = transaction();
    Jbd2Journal of = journal();
    if (of.transactions().change(() -> now.revoke(block, left))) {
      left--;
    }
    of.cache().invalidate(block.pblk(), 1);
  }

  @Override
  public void onCommit(Runnable action) {
    Jbd2Journal of = journal();
    Transaction now = transaction;
    if (now != null) {
      of.transactions().addCallback(now, action);
    }
  }

  @Override
  public void requestSync() {
    sync = true;
  }

  @Override
  public void close() throws IOException {
    assert Thread.currentThread() == owner : "handle of " + owner;
    if (depth == 0 || --depth > 0) {
      return;
    }
    Jbd2Journal of = Objects.requireNonNull(journal);
    Transaction ending = transaction;
    journal = null;
    transaction = null;
    of.ended();
    if (ending != null) {
      of.transactions().leave(ending, left);
      if (sync) {
        of.sync(ending.id);
      }
    }
  }
}
