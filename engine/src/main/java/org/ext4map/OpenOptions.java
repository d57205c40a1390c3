package org.ext4map;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.ext4map.device.FileBlockDevice.DirectMode;
import org.ext4map.journal.CommitTimer;

/**
 * How an image is opened. Immutable; each method answers a changed copy.
 *
 * @param view which state is shown; {@link View#RECOVERED}
 * @param offsetBytes where in the file the file system starts; 0
 * @param directMode whether the page cache is passed by; never
 * @param bufferCacheBytes metadata kept in memory; 16 MiB
 * @param statusCacheBytes mappings kept in memory, for all files together; 16 MiB
 * @param clock what changed files and transactions take their times from; the system's
 * @param executor runs commits, see {@link org.ext4map.journal.JournalOptions}; the thread that
 *     asks for one makes it
 * @param timer commits what has waited for five seconds; the JDK's daemon threads, see {@link
 *     CompletableFuture#delayedExecutor(long, TimeUnit)}, which do not exist while nothing waits
 */
public record OpenOptions(
    View view,
    long offsetBytes,
    DirectMode directMode,
    long bufferCacheBytes,
    long statusCacheBytes,
    InstantSource clock,
    Executor executor,
    CommitTimer timer) {

  private static final long CACHE_BYTES = 16L << 20;

  /** Checks the numbers; a caller's mistake is an {@link IllegalArgumentException}. */
  public OpenOptions {
    requireNotNegative("offsetBytes", offsetBytes);
    requireNotNegative("bufferCacheBytes", bufferCacheBytes);
    requireNotNegative("statusCacheBytes", statusCacheBytes);
  }

  private static void requireNotNegative(String name, long value) {
    if (value < 0) {
      throw new IllegalArgumentException(name + "=" + value + ", allowed >= 0");
    }
  }

  /** What is used where nothing is said. */
  public static OpenOptions defaults() {
    return new OpenOptions(
        View.RECOVERED,
        0,
        DirectMode.NEVER,
        CACHE_BYTES,
        CACHE_BYTES,
        InstantSource.system(),
        Runnable::run,
        OpenOptions::later);
  }

  private static void later(Duration delay, Runnable action) {
    CompletableFuture.delayedExecutor(delay.toNanos(), TimeUnit.NANOSECONDS).execute(action);
  }

  /** The same with another {@link #view()}. */
  public OpenOptions view(View other) {
    return new OpenOptions(
        other, offsetBytes, directMode, bufferCacheBytes, statusCacheBytes, clock, executor, timer);
  }

  /** The same with another {@link #offsetBytes()}. */
  public OpenOptions offsetBytes(long other) {
    return new OpenOptions(
        view, other, directMode, bufferCacheBytes, statusCacheBytes, clock, executor, timer);
  }

  /** The same with another {@link #directMode()}. */
  public OpenOptions directMode(DirectMode other) {
    return new OpenOptions(
        view, offsetBytes, other, bufferCacheBytes, statusCacheBytes, clock, executor, timer);
  }

  /** The same with another {@link #bufferCacheBytes()}. */
  public OpenOptions bufferCacheBytes(long other) {
    return new OpenOptions(
        view, offsetBytes, directMode, other, statusCacheBytes, clock, executor, timer);
  }

  /** The same with another {@link #statusCacheBytes()}. */
  public OpenOptions statusCacheBytes(long other) {
    return new OpenOptions(
        view, offsetBytes, directMode, bufferCacheBytes, other, clock, executor, timer);
  }

  /** The same with another {@link #clock()}. */
  public OpenOptions clock(InstantSource other) {
    return new OpenOptions(
        view, offsetBytes, directMode, bufferCacheBytes, statusCacheBytes, other, executor, timer);
  }

  /** The same with another {@link #executor()}. */
  public OpenOptions executor(Executor other) {
    return new OpenOptions(
        view, offsetBytes, directMode, bufferCacheBytes, statusCacheBytes, clock, other, timer);
  }

  /** The same with another {@link #timer()}. */
  public OpenOptions timer(CommitTimer other) {
    return new OpenOptions(
        view, offsetBytes, directMode, bufferCacheBytes, statusCacheBytes, clock, executor, other);
  }
}
