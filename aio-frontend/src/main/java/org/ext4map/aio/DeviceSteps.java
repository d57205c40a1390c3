package org.ext4map.aio;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.ext4map.dio.DirectVolume;
import org.jspecify.annotations.Nullable;

/**
 * What the I/O thread does over and over, and what is left to do when the queue has failed.
 *
 * <p>Threads: one at a time, of class COMPLETION.
 */
final class DeviceSteps {
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final DirectVolume volume;
  private final RequestPool pool;
  private final IoLoop loop;
  private final Completer completer;
  private final @Nullable Relay relay;

  /** What workers have finished, to be reported here; null if they report themselves. */
  private final @Nullable HandOver returned;

  private final Consumer<Request> report;
  private @Nullable IOException failure;

  DeviceSteps(
      DirectVolume volume,
      RequestPool pool,
      IoLoop loop,
      Completer completer,
      @Nullable Relay relay,
      @Nullable HandOver returned) {
    this.volume = volume;
    this.pool = pool;
    this.loop = loop;
    this.completer = completer;
    this.relay = relay;
    this.returned = returned;
    this.report = completer::report;
  }

  /** Takes a step, and waits in it for something to do. */
  void take() {
    take(true, IoLoop::never);
  }

  /**
   * Takes a step.
   *
   * @param mayWait true to wait in it
   * @param mustStayAwake asked again before that; false to wait all the same
   */
  void take(boolean mayWait, BooleanSupplier mustStayAwake) {
    IOException cause = failure;
    if (cause == null) {
      try {
        loop.submit(mayWait, mustStayAwake);
        loop.reap();
        endStep();
      } catch (IOException | RuntimeException | Error e) {
        fail(e);
      }
    } else {
      loop.failAll(cause);
      endStep();
      if (mayWait && !mustStayAwake.getAsBoolean()) {
        LockSupport.parkNanos(this, PAUSE_NANOS);
      }
    }
  }

  /** The second half of a step: hands on what the device has ended. */
  void endStep() {
    if (returned != null) {
      returned.drain(report);
    }
    if (relay == null) {
      completer.endOfBatch();
    } else {
      relay.publish();
    }
  }

  /** True if workers have finished something that is not reported. */
  boolean hasReturned() {
    return returned != null && !returned.isEmpty();
  }

  /** Nothing goes to the device any more; everybody who waits is told. */
  private void fail(Throwable cause) {
    failure = new IOException("direct I/O has stopped: " + cause.getMessage(), cause);
    if (loop.isWriting()) {
      volume.abort(failure);
    }
    pool.fail(cause);
  }
}
