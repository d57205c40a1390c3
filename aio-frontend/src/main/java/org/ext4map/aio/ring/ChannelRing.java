package org.ext4map.aio.ring;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The portable engine: a few threads that make blocking calls. Same shape as the native rings; the
 * two queues between owner and threads are arrays of slots under one lock.
 *
 * <p>The threads must not be interrupted: a {@link java.nio.channels.FileChannel} would close the
 * file.
 */
final class ChannelRing implements IoRing {
  private static final int EIO = 5;

  private enum Kind {
    READ,
    WRITE,
    DATA_SYNC
  }

  /** Blocking calls, from several threads at once. */
  interface Target {
    /** Fills the buffer with the bytes at {@code offset}; may stop early, −1 at the end. */
    int read(ByteBuffer buffer, long offset) throws IOException;

    /** Writes the buffer at {@code offset}; may stop early. */
    int write(ByteBuffer buffer, long offset) throws IOException;

    /** Makes durable what was written. */
    void sync() throws IOException;
  }

  private final Target target;
  private final String name;
  private final int capacity;
  private final IoArena arena;
  private final Thread[] threads;

  private final Kind[] kind;
  private final long[] cookie;
  private final int[] arenaOffset;
  private final int[] length;
  private final long[] fileOffset;
  private final int[] result;
  private final int[] prepared;
  private int preparedCount;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  private final Condition done = lock.newCondition();
  // under lock: two rings of slot numbers, as long as there are slots, so that they never fill up
  private final int[] submitted;
  private long submittedHead;
  private long submittedTail;
  private final int[] completed;
  private long completedHead;
  private long completedTail;
  private boolean woken;
  private boolean closing;

  ChannelRing(
      Target target,
      String name,
      int capacity,
      IoArena arena,
      ThreadFactory factory,
      int threadCount) {
    this.target = target;
    this.name = name;
    this.capacity = capacity;
    this.arena = arena;
    kind = new Kind[capacity];
    cookie = new long[capacity];
    arenaOffset = new int[capacity];
    length = new int[capacity];
    fileOffset = new long[capacity];
    result = new int[capacity];
    prepared = new int[capacity];
    submitted = new int[capacity];
    completed = new int[capacity];
    threads = new Thread[threadCount];
    for (int i = 0; i < threadCount; i++) {
      threads[i] = factory.newThread(this::serve);
    }
  }

  @Override
  public int capacity() {
    return capacity;
  }

  @Override
  public void start() {
    for (Thread thread : threads) {
      thread.start();
    }
  }

  @Override
  public void prepareRead(long cookie, long arenaOffset, int length, long fileOffset) {
    prepare(Kind.READ, cookie, arenaOffset, length, fileOffset);
  }

  @Override
  public void prepareWrite(long cookie, long arenaOffset, int length, long fileOffset) {
    prepare(Kind.WRITE, cookie, arenaOffset, length, fileOffset);
  }

  @Override
  public void prepareDataSync(long cookie) {
    prepare(Kind.DATA_SYNC, cookie, 0, 0, 0);
  }

  private void prepare(Kind what, long cookie, long arenaOffset, int length, long fileOffset) {
    int slot = (int) cookie;
    this.kind[slot] = what;
    this.cookie[slot] = cookie;
    this.arenaOffset[slot] = Math.toIntExact(arenaOffset);
    this.length[slot] = length;
    this.fileOffset[slot] = fileOffset;
    prepared[preparedCount++] = slot;
  }

  @Override
  public void submit(boolean wait) {
    lock.lock();
    try {
      for (int i = 0; i < preparedCount; i++) {
        submitted[(int) (submittedTail++ % capacity)] = prepared[i];
        work.signal();
      }
      preparedCount = 0;
      while (wait && completedHead == completedTail && !woken) {
        done.awaitUninterruptibly();
      }
      woken = false;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public int reap(CompletionSink sink) {
    int reported = 0;
    for (int slot = nextCompleted(); slot >= 0; slot = nextCompleted()) {
      sink.completed(cookie[slot], result[slot]);
      reported++;
    }
    return reported;
  }

  private int nextCompleted() {
    lock.lock();
    try {
      return completedHead == completedTail ? -1 : completed[(int) (completedHead++ % capacity)];
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void wake() {
    lock.lock();
    try {
      woken = true;
      done.signal();
    } finally {
      lock.unlock();
    }
  }

  private void serve() {
    ByteBuffer view = arena.bytes().duplicate();
    for (int slot = nextSubmitted(); slot >= 0; slot = nextSubmitted()) {
      result[slot] = perform(slot, view);
      lock.lock();
      try {
        completed[(int) (completedTail++ % capacity)] = slot;
        done.signal();
      } finally {
        lock.unlock();
      }
    }
  }

  private int nextSubmitted() {
    lock.lock();
    try {
      while (submittedHead == submittedTail && !closing) {
        work.awaitUninterruptibly();
      }
      return submittedHead == submittedTail ? -1 : submitted[(int) (submittedHead++ % capacity)];
    } finally {
      lock.unlock();
    }
  }

  private int perform(int slot, ByteBuffer view) {
    try {
      if (kind[slot] == Kind.DATA_SYNC) {
        target.sync();
        return 0;
      }
      view.limit(arenaOffset[slot] + length[slot]).position(arenaOffset[slot]);
      int count =
          kind[slot] == Kind.READ
              ? target.read(view, fileOffset[slot])
              : target.write(view, fileOffset[slot]);
      return Math.max(0, count);
    } catch (IOException e) {
      // nobody tells the errno
      return -EIO;
    }
  }

  @Override
  public String describe() {
    return name + ", " + threads.length + " threads";
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closing = true;
      work.signalAll();
    } finally {
      lock.unlock();
    }
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
