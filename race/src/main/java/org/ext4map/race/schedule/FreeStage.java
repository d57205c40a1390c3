package org.ext4map.race.schedule;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.ext4map.locks.ThreadClass;
import org.jspecify.annotations.Nullable;

/**
 * A stage without a scheduler: real threads, as the machine runs them. At some points, by chance, a
 * thread rests for a moment, as one does whose CPU is wanted elsewhere. The first who throws ends
 * it for all.
 *
 * <p>Interrupts and workers have two threads each, submitters one of their own. Threads: any.
 */
public final class FreeStage implements Stage, AutoCloseable {
  private static final int RESTS_ONE_IN = 8;
  private static final long LONGEST_REST_NANOS = TimeUnit.MICROSECONDS.toNanos(300);
  private static final long LOOK_AGAIN_NANOS = TimeUnit.MICROSECONDS.toNanos(50);
  private static final int THREADS = 2;

  private final ExecutorService interrupts = pool("ext4map-interrupt");
  private final ExecutorService workers = pool("ext4map-race-worker");
  private final ThreadFactory submitters = daemons("ext4map-submitter");
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private final AtomicLong chance;
  private volatile boolean isOver;

  /** Everything stands still: thrown to threads of a stage that is over. */
  private static final class Standstill extends Error {
    private static final long serialVersionUID = 1;

    Standstill() {
      super("the stage is over", null, false, false);
    }
  }

  /** A stage; {@code seed} says who rests, as far as threads can be told anything. */
  public FreeStage(long seed) {
    chance = new AtomicLong(seed);
  }

  private static ExecutorService pool(String name) {
    return Executors.newFixedThreadPool(THREADS, daemons(name));
  }

  private static ThreadFactory daemons(String name) {
    return body -> {
      Thread thread = new Thread(body, name);
      thread.setDaemon(true);
      return thread;
    };
  }

  /** What the first threw; null if nobody did. */
  public @Nullable Throwable failure() {
    return failure.get();
  }

  /** True if somebody threw, or it was closed. */
  public boolean isOver() {
    return isOver;
  }

  /** Nobody goes on from the next point. */
  @Override
  public void close() {
    isOver = true;
    interrupts.shutdownNow();
    workers.shutdownNow();
  }

  @Override
  public void point(String action, String... touched) {
    goOn();
    long random = chance.addAndGet(0x9E3779B97F4A7C15L);
    random = (random ^ (random >>> 30)) * 0xBF58476D1CE4E5B9L;
    random ^= random >>> 27;
    if (Math.floorMod(random, RESTS_ONE_IN) == 0) {
      LockSupport.parkNanos(Math.floorMod(random >>> 8, LONGEST_REST_NANOS));
    }
  }

  private void goOn() {
    if (isOver) {
      throw new Standstill();
    }
  }

  @Override
  public void await(String action, BooleanSupplier ready, String... touched) {
    goOn();
    while (!ready.getAsBoolean()) {
      LockSupport.parkNanos(LOOK_AGAIN_NANOS);
      goOn();
    }
  }

  @Override
  public void note(Supplier<String> text) {}

  @Override
  public void enter(String actor, ThreadClass kind, Part part, String action, String... touched) {
    Runnable performance = () -> perform(kind, part);
    try {
      switch (kind) {
        case SUBMITTER -> submitters.newThread(performance).start();
        case COMPLETION -> interrupts.execute(performance);
        case WORKER -> workers.execute(performance);
      }
    } catch (RejectedExecutionException closed) {
      throw new Standstill();
    }
  }

  @Override
  public void enterServant(
      String actor, ThreadClass kind, Part part, String action, String... touched) {
    enter(actor, kind, part, action, touched);
  }

  private void perform(ThreadClass kind, Part part) {
    ThreadClass before = kind.become();
    try {
      goOn();
      part.play();
    } catch (Standstill over) {
      assert isOver;
    } catch (Throwable problem) {
      failure.compareAndSet(null, problem);
      isOver = true;
    } finally {
      before.become();
    }
  }

  @Override
  public StageLock lock(String name) {
    ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    return new FreeLock(lock.readLock(), lock.writeLock());
  }

  /** A lock that nobody waits for after the end. */
  private final class FreeLock implements StageLock {
    private final Lock shared;
    private final Lock exclusive;

    FreeLock(Lock shared, Lock exclusive) {
      this.shared = shared;
      this.exclusive = exclusive;
    }

    private void take(Lock side) {
      point("takes a lock");
      boolean isTaken = false;
      while (!isTaken) {
        goOn();
        try {
          isTaken = side.tryLock(1, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new Standstill();
        }
      }
    }

    @Override
    public void lockShared(String... touched) {
      take(shared);
    }

    @Override
    public void unlockShared() {
      shared.unlock();
    }

    @Override
    public void lockExclusively(String... touched) {
      take(exclusive);
    }

    @Override
    public void unlockExclusively() {
      exclusive.unlock();
    }
  }
}
