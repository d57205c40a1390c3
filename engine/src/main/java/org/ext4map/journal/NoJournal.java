package org.ext4map.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.ext4map.buffer.BufferCache;
import org.ext4map.buffer.MetaBlock;
import org.ext4map.device.BlockDevice;
import org.ext4map.locks.LockRank;
import org.ext4map.locks.ThreadClass;
import org.ext4map.model.ReadOnlyException;
import org.jspecify.annotations.Nullable;

/**
 * For images without a journal: each handle's blocks are written when it ends, new ones before
 * those that refer to them. A crash may leave a handle half done, which e2fsck repairs; that is
 * what having no journal means. What a handle frees may be used again once its writes, which let go
 * of it, have returned; not earlier, whatever other handles do meanwhile: each is a transaction of
 * its own, with a number of its own.
 *
 * <p>Handles of several threads may change one block, each its part of it: whoever ends first
 * writes what it finds, perhaps half of another's change, and the other writes the block again. A
 * block that was freed is written by nobody any more, also not by a handle that had changed it
 * before; its number may belong to somebody else by then.
 *
 * <p>Locks: {@code lock} makes one handle's writes follow another's as a whole, and guards the
 * failure.
 */
@SuppressWarnings(
    "exports") // for the floors above; embedders see of this package how recovery went
public final class NoJournal implements Journal {
  private static final int MOST_CREDITS = 1 << 12;

  /** What {@link MetaBlock#writableIn} says of a block that was freed. */
  private static final long FREED = -1;

  private final BlockDevice device;
  private final BufferCache cache;
  private final ReentrantLock lock = new ReentrantLock();

  /** A block as it is written. Guarded by lock. */
  private final ByteBuffer copy;

  @SuppressWarnings("ThreadLocalUsage") // one handle for each thread and image
  private final ThreadLocal<@Nullable Handle> current = new ThreadLocal<>();

  private final AtomicLong lastTid = new AtomicLong();
  private volatile @Nullable Throwable failure;
  private volatile boolean closed;

  /**
   * A way to change an image directly.
   *
   * @param device the image
   * @param cache through which its metadata is read
   */
  public NoJournal(BlockDevice device, BufferCache cache) {
    this.device = device;
    this.cache = cache;
    this.copy = ByteBuffer.allocate(cache.blockSize());
  }

  @Override
  public JournalHandle start(int credits) throws IOException {
    ThreadClass.assertMaySleep("starting a handle");
    if (credits < 0 || credits > MOST_CREDITS) {
      throw new IllegalArgumentException("credits " + credits + ", allowed 0 … " + MOST_CREDITS);
    }
    Handle open = current.get();
    if (open != null) {
      open.depth++;
      return open;
    }
    assert LockRank.HANDLE.mayWait("starting a handle");
    refuseAfterFailure();
    Handle handle = new Handle(credits);
    assert LockRank.HANDLE.take(this, 0);
    current.set(handle);
    return handle;
  }

  @Override
  public int maxCredits() {
    return MOST_CREDITS;
  }

  @Override
  public void sync(long tid) throws IOException {
    ThreadClass.assertMaySleep("flushing");
    assert LockRank.HANDLE.mayWait("flushing");
    Throwable cause = failure;
    if (cause != null) {
      throw new IOException("changes were lost: " + cause.getMessage(), cause);
    }
    device.flush();
  }

  @Override
  public void forceCommit() throws IOException {
    sync(0);
  }

  @Override
  public void checkpoint() throws IOException {
    sync(0);
  }

  @Override
  public void abort(Throwable cause) {
    lock.lock();
    try {
      if (failure == null) {
        failure = cause;
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Optional<Throwable> failure() {
    return Optional.ofNullable(failure);
  }

  @Override
  public void close() throws IOException {
    if (!closed && failure == null) {
      closed = true;
      device.flush();
    }
  }

  private void refuseAfterFailure() throws ReadOnlyException {
    Throwable cause = failure;
    if (cause != null || closed) {
      ReadOnlyException refusal =
          new ReadOnlyException(
              "changing metadata: " + (cause == null ? "the image is closed" : cause.getMessage()));
      if (cause != null) {
        refusal.initCause(cause);
      }
      throw refusal;
    }
  }

  private final class Handle implements JournalHandle {
    private final Map<Long, MetaBlock> created = new LinkedHashMap<>();
    private final Map<Long, MetaBlock> changed = new LinkedHashMap<>();
    private final List<Runnable> callbacks = new ArrayList<>();
    private long tid = lastTid.incrementAndGet();
    private int credits;
    private int depth = 1;
    private boolean sync;

    Handle(int credits) {
      this.credits = credits;
    }

    @Override
    public long tid() {
      return tid;
    }

    @Override
    public int credits() {
      return credits;
    }

    @Override
    public boolean extend(int more) {
      if (credits + more > MOST_CREDITS) {
        return false;
      }
      credits += more;
      return true;
    }

    @Override
    public void restart(int fresh) throws IOException {
      assert LockRank.ORPHANS.mayWait("restarting a handle");
      writeOut();
      tid = lastTid.incrementAndGet();
      credits = fresh;
    }

    @Override
    public void getWriteAccess(MetaBlock block) throws IOException {
      refuseAfterFailure();
      if (block.writableIn() != tid) {
        if (!created.containsKey(block.pblk()) && changed.put(block.pblk(), block) == null) {
          charge();
        }
        block.setWritableIn(tid);
      }
    }

    @Override
    public MetaBlock create(long pblk) throws IOException {
      refuseAfterFailure();
      MetaBlock block = cache.blank(pblk);
      block.setWritableIn(tid);
      boolean known = changed.remove(pblk) != null;
      if (created.put(pblk, block) == null && !known) {
        charge();
      }
      return block;
    }

    private void charge() {
      if (credits < 1) {
        throw new IllegalStateException("the handle has used up its credits");
      }
      credits--;
    }

    @Override
    public void markDirty(MetaBlock block) {
      if (block.writableIn() != tid
          && !created.containsKey(block.pblk())
          && !changed.containsKey(block.pblk())) {
        throw new IllegalStateException(block + " was changed without write access");
      }
    }

    @Override
    public void forget(MetaBlock block) {
      created.remove(block.pblk());
      changed.remove(block.pblk());
      block.setWritableIn(FREED);
      cache.invalidate(block.pblk(), 1);
    }

    @Override
    public void onCommit(Runnable action) {
      callbacks.add(action);
    }

    @Override
    public void requestSync() {
      sync = true;
    }

    @Override
    public void close() throws IOException {
      if (depth == 0 || --depth > 0) {
        return;
      }
      current.remove();
      assert LockRank.release(NoJournal.this);
      writeOut();
      if (sync) {
        NoJournal.this.sync(0);
      }
    }

    private void writeOut() throws IOException {
      lock.lock();
      try {
        refuseAfterFailure();
        for (MetaBlock block : changed.values()) {
          block.prepare();
        }
        write(created);
        write(changed);
      } catch (IOException e) {
        abort(e);
        throw e;
      } finally {
        lock.unlock();
      }
      callbacks.forEach(Runnable::run);
      callbacks.clear();
    }

    private void write(Map<Long, MetaBlock> blocks) throws IOException {
      for (MetaBlock block : blocks.values()) {
        if (block.writableIn() != FREED) {
          Frozen frozen = Frozen.of(block, copy);
          device.write(block.pblk() * cache.blockSize(), frozen.bytes().duplicate().clear());
        }
      }
      blocks.clear();
    }
  }
}
