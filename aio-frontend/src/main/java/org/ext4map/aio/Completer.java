package org.ext4map.aio;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.ext4map.aio.ring.IoArena;
import org.jspecify.annotations.Nullable;

/**
 * What happens when the device is done with a request: the decision, and the end. Threads: the
 * completion thread decides; whoever owns the request ends it, and never waits in doing so.
 */
final class Completer {
  private final RequestPool pool;
  private final Tally tally;
  private final IoArena arena;
  private final Deferral deferral;

  /** The completion thread's. */
  private final Reports reports;

  /** For tests of the assertions: what runs here by mistake; normally nothing. */
  private @Nullable Consumer<Request> convertsInline;

  Completer(RequestPool pool, Tally tally, IoArena arena, Deferral deferral) {
    this.pool = pool;
    this.tally = tally;
    this.arena = arena;
    this.deferral = deferral;
    this.reports = reports();
  }

  /** For one more thread that ends requests. */
  Reports reports() {
    return new Reports(pool, tally);
  }

  /** For one more thread that ends requests and reports them itself. */
  Endings reporting() {
    Reports own = reports();
    return new Endings() {
      @Override
      public void ended(Request request) {
        finish(request, Request.State.CONVERTING, own);
      }

      @Override
      public void endOfBatch() {
        own.end();
        pool.wakeWaiters();
      }
    };
  }

  /** A worker has done all for it but this. The completion thread. */
  void report(Request request) {
    finish(request, Request.State.CONVERTING, reports);
  }

  /** From now on deferred work is done at once, by {@code conversion}: a planted defect. */
  void convertInline(Consumer<Request> conversion) {
    convertsInline = conversion;
  }

  /** Decides, from what the mapper has written into the request and nothing else. */
  void deviceDone(Request request) {
    int life = request.life();
    try {
      decide(request);
    } catch (RuntimeException | Error mistake) {
      // if it has ended already it may be somebody else's by now, and done once more
      if (request.state() == Request.State.DEVICE_DONE && request.life() == life) {
        request.fail(new IOException("completion: " + mistake.getMessage(), mistake));
        request.ticket.release(request.life());
        request.leaveGate();
        finish(request, Request.State.DEVICE_DONE, reports);
        reports.end();
      }
      throw mistake;
    }
  }

  private void decide(Request request) {
    if (request.isCancelWanted()) {
      request.fail(new Errno.IoFailure(Errno.ECANCELED, "cancelled: " + request));
    }
    if (request.waitedFor) {
      request.move(Request.State.DEVICE_DONE, Request.State.HANDED_BACK);
      pool.wakeWaiters();
    } else if (convertsInline != null && request.mustDefer()) {
      convertsInline.accept(request);
    } else if (request.mustDefer()) {
      request.move(Request.State.DEVICE_DONE, Request.State.DEFERRED);
      tally.deferred.increment();
      Events.queued(request);
      deferral.add(request);
    } else {
      tally.finishedInline.increment();
      request.leaveGate();
      finish(request, Request.State.DEVICE_DONE, reports);
    }
  }

  /**
   * After a batch: what was deferred is published, callbacks hear that this was all, who waits for
   * a request may look.
   */
  void endOfBatch() {
    deferral.publish();
    reports.end();
    pool.wakeWaiters();
  }

  /**
   * Reports, once, and frees the request first: the callback may look for one.
   *
   * @param reports of the thread that ends it, who says later when that was all
   */
  void finish(Request request, Request.State from, Reports reports) {
    request.move(from, Request.State.FINISHED);
    if (request.ticket.isIssued()) {
      throw new AssertionError(request + " ends with a ticket");
    }
    int result = request.result();
    IOException failure = request.failure();
    IoCallback callback = request.callback;
    long cookie = request.cookie;
    copyBack(request, result);
    Events.exit(request.id(), result);
    request.inode = null;
    request.callback = null;
    request.target = null;
    pool.giveBack(request);
    if (failure != null) {
      tally.failed.increment();
    }
    reports.tell(callback, cookie, result, failure);
  }

  private void copyBack(Request request, int result) {
    ByteBuffer target = request.target;
    if (target != null && result > 0) {
      target.put(request.targetStart, arena.bytes(), request.targetFrom, result);
    }
  }
}
