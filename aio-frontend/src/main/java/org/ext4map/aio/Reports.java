package org.ext4map.aio;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/**
 * Calls the callbacks of requests that end together, and tells each when that was all, so that it
 * wakes its own thread once for many. A request counts as reported when its callback has heard
 * that.
 *
 * <pre>
 *   tell(a) tell(a) tell(b)      end()
 *   a a ─────────── a: end, b ── b: end
 * </pre>
 *
 * <p>Threads: each that ends requests has its own.
 */
final class Reports {
  private static final Logger LOGGER = System.getLogger(Reports.class.getName());

  private final RequestPool pool;
  private final Tally tally;
  private @Nullable IoCallback last;
  private int open;

  Reports(RequestPool pool, Tally tally) {
    this.pool = pool;
    this.tally = tally;
  }

  /** A request has ended; it is free already, as the callback may look for one. */
  void tell(@Nullable IoCallback callback, long cookie, int result, @Nullable IOException failure) {
    if (callback != last) {
      end();
      last = callback;
    }
    open++;

    if (callback != null) {
      try {
        callback.completed(cookie, result, failure);
      } catch (RuntimeException e) {
        failed(e);
      }
    }
    tally.reported.increment();
  }

  /** That was all for now. */
  void end() {
    if (open == 0) {
      return;
    }
    IoCallback told = last;
    if (told != null) {
      try {
        told.endOfBatch();
      } catch (RuntimeException e) {
        failed(e);
      }
    }
    last = null;
    pool.reported(open);
    open = 0;
  }

  private void failed(RuntimeException e) {
    tally.callbackFailures.increment();
    LOGGER.log(Level.WARNING, "the callback of a request has failed", e);
  }
}
