package org.ext4map.journal;

import java.io.IOException;
import org.ext4map.buffer.MetaBlock;
import org.ext4map.locks.LockRank;
import org.jspecify.annotations.Nullable;

/** A handle of a {@link Jbd2Journal}. Belongs to one thread; the journal's lock guards the rest. */
final class Jbd2Handle implements JournalHandle {
  private final Jbd2Journal journal;
  private final Thread owner;

  /** Null after a restart that failed: nothing more can be done. */
  private @Nullable Transaction transaction;

  private int left;
  private int depth = 1;
  private boolean sync;

  Jbd2Handle(Jbd2Journal journal, Transaction transaction, int credits) {
    this.journal = journal;
    this.owner = Thread.currentThread();
    this.transaction = transaction;
    this.left = credits;
  }

  void nest() {
    depth++;
  }

  /** The transaction, or the reason why there is none any more. */
  private Transaction open() throws IOException {
    assert Thread.currentThread() == owner : "handle of " + owner;
    if (depth == 0) {
      throw new IllegalStateException("the handle has ended");
    }
    Transaction now = transaction;
    if (now == null) {
      throw journal.refusal();
    }
    return now;
  }

  @Override
  public long tid() {
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
    if (!journal.transactions().extend(open(), credits)) {
      return false;
    }
    left += credits;
    return true;
  }

  @Override
  public void restart(int credits) throws IOException {
    assert LockRank.ORPHANS.mayWait("restarting a handle");
    Transaction ending = open();
    transaction = null;
    journal.transactions().leave(ending, left);
    left = 0;
    transaction = journal.join(credits);
    left = credits;
  }

  @Override
  public void getWriteAccess(MetaBlock block) throws IOException {
    Transaction now = open();
    if (block.writableIn() != now.id && journal.transactions().change(() -> now.add(block, left))) {
      left--;
    }
  }

  @Override
  public MetaBlock create(long pblk) throws IOException {
    Transaction now = open();
    MetaBlock block = journal.cache().blank(pblk);
    if (journal.transactions().change(() -> now.addNew(block, left))) {
      left--;
    }
    return block;
  }

  @Override
  public void markDirty(MetaBlock block) throws IOException {
    Transaction now = open();
    if (block.writableIn() != now.id) {
      throw new IllegalStateException(block + " was changed without write access");
    }
    block.setDirtyIn(now.id);
  }

  @Override
  public void forget(MetaBlock block) throws IOException {
    Transaction now = open();
    if (journal.transactions().change(() -> now.revoke(block, left))) {
      left--;
    }
    journal.cache().invalidate(block.pblk(), 1);
  }

  @Override
  public void onCommit(Runnable action) {
    Transaction now = transaction;
    if (now != null) {
      journal.transactions().addCallback(now, action);
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
    journal.ended();
    Transaction ending = transaction;
    if (ending != null) {
      journal.transactions().leave(ending, left);
      if (sync) {
        journal.sync(ending.id);
      }
    }
  }
}
