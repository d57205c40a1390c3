package org.ext4map.aio;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Told of the end of requests. One object may serve many; the cookie tells them apart.
 *
 * <p>Threads: the I/O thread, a worker, or the thread that submitted, before its call returns; in
 * poll mode whoever drives ({@link Completions#POLLED}) instead of the first two. But for the
 * thread that submitted it must neither wait nor submit; an exception is logged and otherwise
 * ignored.
 */
@FunctionalInterface
public interface IoCallback {
  /**
   * A request is over, with all that follows it. Once for each request that was accepted.
   *
   * @param cookie as it was given
   * @param result bytes transferred, or minus the errno
   * @param failure what went wrong; null if nothing did
   */
  void completed(long cookie, int result, @Nullable IOException failure);

  /**
   * The last of several ends that were told together has been told: the moment to wake who waits
   * for them, once. Comes after each {@link #completed}, on the same thread, before {@link
   * DirectIo#drain} returns; what was said there holds here, too.
   */
  default void endOfBatch() {}
}
