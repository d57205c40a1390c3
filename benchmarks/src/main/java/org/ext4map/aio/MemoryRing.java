package org.ext4map.aio;

import java.util.concurrent.locks.LockSupport;
import org.ext4map.aio.ring.IoRing;
import org.jspecify.annotations.Nullable;

/**
 * A device that has done everything when the call that submits returns, and moves no bytes: what is
 * left is the price of the software around it. Threads: as {@link IoRing}.
 */
final class MemoryRing implements IoRing {
  private final long[] cookies;
  private final int[] lengths;
  private int count;
  private volatile @Nullable Thread owner;
  private volatile boolean woken;

  MemoryRing(int capacity) {
    cookies = new long[capacity];
    lengths = new int[capacity];
  }

  @Override
  public int capacity() {
    return cookies.length;
  }

  @Override
  public void start() {
    owner = Thread.currentThread();
  }

  @Override
  public void prepareRead(long cookie, long arenaOffset, int length, long fileOffset) {
    cookies[count] = cookie;
    lengths[count++] = length;
  }

  @Override
  public void prepareWrite(long cookie, long arenaOffset, int length, long fileOffset) {
    prepareRead(cookie, arenaOffset, length, fileOffset);
  }

  @Override
  public void prepareDataSync(long cookie) {
    prepareRead(cookie, 0, 0, 0);
  }

  @Override
  public void submit(boolean wait) {
    while (wait && count == 0 && !woken) {
      LockSupport.park(this);
    }
    if (woken) {
      woken = false;
    }
  }

  @Override
  public int reap(CompletionSink sink) {
    int ended = count;
    count = 0; // a sink may prepare again; then from the first place
    for (int i = 0; i < ended; i++) {
      sink.completed(cookies[i], lengths[i]);
    }
    return ended;
  }

  @Override
  public void wake() {
    woken = true;
    LockSupport.unpark(owner);
  }

  @Override
  public String describe() {
    return "memory";
  }

  @Override
  public void close() {}
}
