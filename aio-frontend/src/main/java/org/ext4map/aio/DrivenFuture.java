package org.ext4map.aio;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A future of a front end: in poll mode who waits for it, or for what was made of it, drives the
 * I/O.
 */
class DrivenFuture<T extends @Nullable Object> extends CompletableFuture<T> {
  private final DirectIo io;

  DrivenFuture(DirectIo io) {
    this.io = io;
  }

  DirectIo io() {
    return io;
  }

  private void drive() {
    if (mustDrive()) {
      io.await(this::isDone);
    }
  }

  /** Whoever completes it otherwise, a timer perhaps, ends the wait, too. */
  private boolean mustDrive() {
    if (!io.isPolled() || isDone()) {
      return false;
    }
    CompletableFuture<T> told = whenComplete((value, failure) -> io.changed());
    assert told != null;
    return true;
  }

  @Override
  public <U extends @Nullable Object> CompletableFuture<U> newIncompleteFuture() {
    return new DrivenFuture<>(io);
  }

  @Override
  public T get() throws InterruptedException, ExecutionException {
    drive();
    return super.get();
  }

  @Override
  public T get(long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    boolean polls = mustDrive();
    if (polls && !io.await(this::isDone, Duration.of(timeout, unit.toChronoUnit()))) {
      throw new TimeoutException();
    }
    return super.get(polls ? 0 : timeout, unit);
  }

  @Override
  public T join() {
    drive();
    return super.join();
  }
}
