package org.ext4map.aio;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.ext4map.aio.jna.Libc;
import org.ext4map.aio.ring.IoRing;

/**
 * A device that delays, reorders, fails and cuts short: what the ring below completes is kept for a
 * while, and what is submitted may come back without having been there.
 *
 * <p>Threads as {@link IoRing}: one owner; {@link #wake} any. It allocates, and is for trials.
 */
final class TroubledRing implements IoRing {
  private static final long MOST_DELAY_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
  private static final long LONG_DELAY_NANOS = TimeUnit.MILLISECONDS.toNanos(300);
  private static final int LONG_DELAY_OF = 1000;
  private static final long MOST_REORDER_NANOS = TimeUnit.MICROSECONDS.toNanos(300);
  private static final int FAILURE_OF = 50;
  private static final int SHORT_OF = 20;

  /** A part is a multiple of this, so that the rest can still go past the page cache. */
  private static final int PART_BYTES = 4096;

  /** While something is kept, the owner does not sleep in the ring below. */
  private static final long NAP_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

  private record Io(boolean isWrite, long cookie, long arenaOffset, int length, long fileOffset) {}

  private record End(long cookie, int result, long dueNanos) {}

  private final IoRing ring;
  private final Set<Trouble> troubles;
  private final Random random;
  private final LongSupplier clock;
  private final List<Io> prepared = new ArrayList<>();
  private final List<End> kept = new ArrayList<>();
  private final Set<Long> failing = new HashSet<>();
  private long lastDue;

  /**
   * Makes {@code ring} worse.
   *
   * @param clock nanoseconds that only go forward
   */
  TroubledRing(IoRing ring, Set<Trouble> troubles, long seed, LongSupplier clock) {
    this.ring = ring;
    this.troubles = EnumSet.copyOf(troubles);
    this.random = new Random(seed);
    this.clock = clock;
    this.lastDue = clock.getAsLong();
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
    prepared.add(new Io(false, cookie, arenaOffset, length, fileOffset));
  }

  @Override
  public void prepareWrite(long cookie, long arenaOffset, int length, long fileOffset) {
    prepared.add(new Io(true, cookie, arenaOffset, length, fileOffset));
  }

  @Override
  public void prepareDataSync(long cookie) {
    ring.prepareDataSync(cookie);
  }

  @Override
  public void submit(boolean wait) throws IOException {
    if (troubles.contains(Trouble.REORDER)) {
      Collections.shuffle(prepared, random);
    }
    prepared.forEach(this::pass);
    prepared.clear();
    ring.submit(wait && kept.isEmpty());
    if (wait && !kept.isEmpty() && kept.stream().noneMatch(this::isDue)) {
      LockSupport.parkNanos(this, NAP_NANOS);
    }
  }

  /** On to the ring below, unless the request comes to nothing before. */
  private void pass(Io io) {
    if (happens(Trouble.EIO, FAILURE_OF)) {
      if (random.nextBoolean()) {
        keep(io.cookie, -Errno.EIO);
        return;
      }
      failing.add(io.cookie);
    }
    int length = io.length;
    if (happens(Trouble.SHORT, SHORT_OF)) {
      if (random.nextBoolean()) {
        keep(io.cookie, -Libc.EAGAIN);
        return;
      }
      int parts = length / PART_BYTES;
      length = parts < 2 ? length : PART_BYTES * (1 + random.nextInt(parts - 1));
    }
    if (io.isWrite) {
      ring.prepareWrite(io.cookie, io.arenaOffset, length, io.fileOffset);
    } else {
      ring.prepareRead(io.cookie, io.arenaOffset, length, io.fileOffset);
    }
  }

  private boolean happens(Trouble trouble, int oneIn) {
    return troubles.contains(trouble) && random.nextInt(oneIn) == 0;
  }

  private void keep(long cookie, int result) {
    long now = clock.getAsLong();
    long due = now;
    if (happens(Trouble.DELAY, LONG_DELAY_OF)) {
      due += LONG_DELAY_NANOS;
    } else if (troubles.contains(Trouble.DELAY)) {
      due += (long) (random.nextDouble() * MOST_DELAY_NANOS);
    }
    if (troubles.contains(Trouble.REORDER)) {
      due += (long) (random.nextDouble() * MOST_REORDER_NANOS);
    } else {
      due = Math.max(due, lastDue);
      lastDue = due;
    }
    kept.add(new End(cookie, result, due));
  }

  private boolean isDue(End end) {
    return end.dueNanos - clock.getAsLong() <= 0;
  }

  @Override
  public int reap(CompletionSink sink) {
    ring.reap(this::ended);
    List<End> due = new ArrayList<>();
    for (Iterator<End> all = kept.iterator(); all.hasNext(); ) {
      End end = all.next();
      if (isDue(end)) {
        due.add(end);
        all.remove();
      }
    }
    if (troubles.contains(Trouble.REORDER)) {
      Collections.shuffle(due, random);
    }
    due.forEach(end -> sink.completed(end.cookie, end.result));
    return due.size();
  }

  private void ended(long cookie, int result) {
    keep(cookie, failing.remove(cookie) ? -Errno.EIO : result);
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
