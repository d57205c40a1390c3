package org.ext4map.alloc;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.ext4map.buffer.MetaBlock;
import org.ext4map.device.BlockDevice;
import org.ext4map.journal.JournalHandle;

/**
 * A handle that never ends, and its journal: holds what is dirty, and writes it home at a commit.
 * Allocators know no more of a handle than this.
 */
final class MemoryUpdates implements JournalHandle {
  private final BlockDevice device;
  private final Map<Long, MetaBlock> dirty = new LinkedHashMap<>();
  private final List<Runnable> callbacks = new ArrayList<>();
  private long tid = 1;
  private int failAfter = Integer.MAX_VALUE;

  MemoryUpdates(BlockDevice device) {
    this.device = device;
  }

  /** From the {@code count}-th next access on, the journal is aborted. */
  synchronized void abortAfter(int count) {
    failAfter = count;
  }

  @Override
  public synchronized void getWriteAccess(MetaBlock block) throws IOException {
    if (failAfter == 0) {
      throw new IOException("journal aborted");
    }
    failAfter--;
    MetaBlock before = dirty.put(block.pblk(), block);
    if (before != null && before != block) {
      throw new AssertionError("two objects for " + block);
    }
  }

  @Override
  public synchronized void markDirty(MetaBlock block) {
    if (dirty.get(block.pblk()) != block) {
      throw new AssertionError("no write access to " + block);
    }
  }

  @Override
  public synchronized long tid() {
    return tid;
  }

  @Override
  public synchronized void onCommit(Runnable callback) {
    callbacks.add(callback);
  }

  /** Puts in step what is left for a commit. */
  synchronized void prepare() throws IOException {
    for (MetaBlock block : dirty.values()) {
      block.prepare();
    }
  }

  /** Writes everything home; then the callbacks run, without our monitor. */
  void commit() throws IOException {
    List<Runnable> due;
    synchronized (this) {
      prepare();
      for (MetaBlock block : dirty.values()) {
        ByteBuffer bytes = block.bytes();
        device.write(block.pblk() * bytes.capacity(), bytes.duplicate().clear());
      }
      dirty.clear();
      due = List.copyOf(callbacks);
      callbacks.clear();
      tid++;
    }
    due.forEach(Runnable::run);
  }

  @Override
  public int credits() {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean extend(int credits) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void restart(int credits) {
    throw new UnsupportedOperationException();
  }

  @Override
  public MetaBlock create(long pblk) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void forget(MetaBlock block) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void requestSync() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
