package org.ext4map.aio;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.ext4map.aio.ring.IoRing;
import org.jspecify.annotations.Nullable;

/**
 * A queue whose completions a test holds back as long as it likes, and that it can let fail.
 * Threads: the switches any, the rest as {@link IoRing}.
 */
final class HeldRing implements IoRing {
  private static final long NAP_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

  private record End(long cookie, int result) {}

  private final IoRing ring;
  private final List<End> held = new ArrayList<>();

  /** Writes that were given to the device. */
  final AtomicInteger writes = new AtomicInteger();

  /** Completions are kept. */
  volatile boolean holds;

  /** What the next submit throws. */
  volatile @Nullable IOException submitFailure;

  /** What the next reap throws. */
  volatile @Nullable RuntimeException reapFailure;

  HeldRing(IoRing ring) {
    this.ring = ring;
  }

  @Override
  public int capacity() {
    return ring.capacity();
  }

  @Override
  public void start() throws IOException {
    ring.start();
  }

  @Override
  public void prepareRead(long cookie, long arenaOffset, int length, long fileOffset) {
    ring.prepareRead(cookie, arenaOffset, length, fileOffset);
  }

  @Override
  public void prepareWrite(long cookie, long arenaOffset, int length, long fileOffset) {
    ring.prepareWrite(cookie, arenaOffset, length, fileOffset);
    writes.incrementAndGet();
  }

  @Override
  public void prepareDataSync(long cookie) {
    ring.prepareDataSync(cookie);
  }

  @Override
  public void submit(boolean wait) throws IOException {
    IOException failure = submitFailure;
    if (failure != null) {
      throw failure;
    }
    ring.submit(wait && held.isEmpty());
    if (wait && !held.isEmpty()) {
      LockSupport.parkNanos(this, NAP_NANOS);
    }
  }

  @Override
  public int reap(CompletionSink sink) {
    RuntimeException failure = reapFailure;
    if (failure != null) {
      throw failure;
    }
    ring.reap((cookie, result) -> held.add(new End(cookie, result)));
    if (holds) {
      return 0;
    }
    List<End> now = List.copyOf(held);
    held.clear();
    now.forEach(end -> sink.completed(end.cookie(), end.result()));
    return now.size();
  }

  @Override
  public void wake() {
    ring.wake();
  }

  @Override
  public String describe() {
    return ring.describe();
  }

  @Override
  public void close() {
    ring.close();
  }
}
