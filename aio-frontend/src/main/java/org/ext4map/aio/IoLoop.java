package org.ext4map.aio;

import java.io.IOException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.ext4map.aio.jna.Libc;
import org.ext4map.aio.ring.IoRing;
import org.jspecify.annotations.Nullable;

/**
 * The device's side of requests: takes them from the ring, makes one device request of each
 * segment, and hands on those whose last one is over. It is what interrupt context is to the
 * kernel.
 *
 * <p>A request begins with one reference, the builder's, which ends when all its segments are with
 * the device or will not go there any more; each device request has one. Who drops the last hands
 * the request on, so that happens once. More segments than the device takes at once wait in a list.
 *
 * <p>Threads: {@link #put} by submitters; all else by the one thread at a time that steps.
 */
final class IoLoop {
  /**
   * A device in memory has done everything when the call that submits returns. To it requests go in
   * portions where others wait for them, so that these already work on the first while it does the
   * rest; few enough for that, and enough for the price of a call to be shared.
   */
  static final int PORTION = 8;

  private final IoRing ring;
  private final HandOver arrivals;
  private final Sleeper sleeper;
  private final Consumer<Request> done;
  private final int alignment;
  private final Predicate<Request> goesOn;
  private final Consumer<Request> accept = this::accept;
  private final IoRing.CompletionSink reaper = this::completed;

  // the device's slots: which part of which request each one works on
  private final @Nullable Request[] slotRequest;
  private final int[] slotSegment;
  private final int[] slotDone;
  private final int[] slotUse;
  private final int[] freeSlots;
  private int freeCount;

  // requests with segments for which there is no slot yet, first come first served
  private @Nullable Request firstPending;
  private @Nullable Request lastPending;

  private int inDevice;

  /** Something has left the loop in this step, so the step must end soon. */
  private boolean handedOn;

  /** Some of that is for other threads to go on with. */
  private boolean othersGoOn;

  /** Device requests that this step may submit; less than all of them if the device never waits. */
  private int burst;

  private int submitted;

  /**
   * A loop that has not begun.
   *
   * @param ring the device
   * @param requests how many there can be
   * @param alignment what the device wants offsets and lengths to be multiples of
   * @param idle what to do when nothing is in the device
   * @param goesOn true of a request that another thread goes on with when the device has done it
   * @param done takes requests whose device I/O is over, in state DEVICE_DONE
   */
  IoLoop(
      IoRing ring,
      int requests,
      int alignment,
      IdleMode idle,
      Predicate<Request> goesOn,
      Consumer<Request> done) {
    this.goesOn = goesOn;
    this.ring = ring;
    this.arrivals = HandOver.ofMany(requests);
    this.sleeper = new Sleeper(idle, ring::wake);
    this.alignment = alignment;
    this.done = done;
    int slots = ring.capacity();
    slotRequest = new Request[slots];
    slotSegment = new int[slots];
    slotDone = new int[slots];
    slotUse = new int[slots];
    freeSlots = new int[slots];
    burst = slots;
    for (int i = 0; i < slots; i++) {
      freeSlots[freeCount++] = slots - 1 - i;
    }
  }

  /** Hands over a request in state QUEUED. Any thread. */
  void put(Request request) {
    arrivals.put(request);
    sleeper.wake();
  }

  /** Ends a wait of the loop. Any thread. */
  void wake() {
    sleeper.wake();
  }

  /** True if the loop has nothing that it must see to the end. */
  boolean isIdle() {
    return inDevice == 0 && firstPending == null && arrivals.isEmpty();
  }

  /** As {@link #submit(boolean, BooleanSupplier)}, with nothing else to stay awake for. */
  void submit(boolean mayWait) throws IOException {
    submit(mayWait, IoLoop::never);
  }

  /** For who has nothing to stay awake for. */
  static boolean never() {
    return false;
  }

  /**
   * The first half of a step: takes what has arrived and submits it.
   *
   * @param mayWait true to wait until something has ended or arrived; it does not if requests were
   *     handed on already, which others wait for
   * @param mustStayAwake asked when everybody knows that the loop may sleep
   * @throws IOException if the queue of the device fails
   */
  void submit(boolean mayWait, BooleanSupplier mustStayAwake) throws IOException {
    handedOn = false;
    othersGoOn = false;
    submitted = 0;
    arrivals.drain(accept);
    boolean more = prepare();
    boolean wait = mayWait && !handedOn && !more;
    if (wait && inDevice == 0 && sleeper.spin(arrivals)) {
      wait = false;
    }
    if (wait) {
      sleeper.mayFallAsleep();
      wait = arrivals.isEmpty() && !mustStayAwake.getAsBoolean();
    }
    ring.submit(wait);
  }

  /** The second half: hands on what has ended; answers how many device requests that were. */
  int reap() {
    sleeper.awake();
    int ended = ring.reap(reaper);
    boolean atOnce = submitted > 0 && ended >= submitted;
    burst = atOnce && othersGoOn ? PORTION : slotRequest.length;
    return ended;
  }

  private void accept(Request request) {
    request.reference();
    request.move(Request.State.QUEUED, Request.State.IN_FLIGHT);
    if (request.isCancelWanted()) {
      request.fail(new Errno.IoFailure(Errno.ECANCELED, "cancelled before it began"));
    }
    if (lastPending == null) {
      firstPending = request;
    } else {
      lastPending.nextPending = request;
    }
    lastPending = request;
  }

  /** True if there is more to submit than this step may. */
  private boolean prepare() {
    for (Request request = firstPending; request != null; request = firstPending) {
      while (request.nextSegment < request.segments && !request.hasFailed() && freeCount > 0) {
        if (submitted == burst) {
          return true;
        }
        prepareSegment(request, request.nextSegment++);
      }
      if (request.nextSegment < request.segments && !request.hasFailed()) {
        return false;
      }
      firstPending = request.nextPending;
      request.nextPending = null;
      if (firstPending == null) {
        lastPending = null;
      }
      drop(request);
    }
    return false;
  }

  private void prepareSegment(Request request, int segment) {
    submitted++;
    int slot = freeSlots[--freeCount];
    slotRequest[slot] = request;
    slotSegment[slot] = segment;
    slotDone[slot] = 0;
    slotUse[slot]++;
    inDevice++;
    request.reference();
    prepareRest(slot, request);
  }

  private void prepareRest(int slot, Request request) {
    int segment = slotSegment[slot];
    int from = slotDone[slot];
    long cookie = (long) slotUse[slot] << 32 | slot;
    long arena = (long) request.segmentAt[segment] + from;
    int bytes = request.segmentBytes[segment] - from;
    long device = request.deviceAt[segment] + from;
    if (request.kind == RequestClass.READ) {
      ring.prepareRead(cookie, arena, bytes, device);
    } else {
      ring.prepareWrite(cookie, arena, bytes, device);
    }
  }

  private void completed(long cookie, int result) {
    int slot = (int) cookie;
    Request request = slotRequest[slot];
    if (request == null || slotUse[slot] != (int) (cookie >>> 32)) {
      throw new AssertionError(
          "completion of a device request that is not in flight: slot " + slot);
    }
    if (result == -Libc.EAGAIN || result == -Libc.EINTR) {
      prepareRest(slot, request);
      return;
    }
    if (result < 0) {
      request.fail(new Errno.IoFailure(-result, "the device failed: " + request));
    } else {
      slotDone[slot] += result;
      int left = request.segmentBytes[slotSegment[slot]] - slotDone[slot];
      if (left > 0 && result > 0 && result % alignment == 0) {
        prepareRest(slot, request);
        return;
      }
      if (left != 0) {
        request.fail(
            new Errno.IoFailure(Errno.EIO, "short transfer of " + result + ": " + request));
      }
    }
    slotRequest[slot] = null;
    freeSlots[freeCount++] = slot;
    inDevice--;
    drop(request);
  }

  private void drop(Request request) {
    if (request.dropReference()) {
      request.move(Request.State.IN_FLIGHT, Request.State.DEVICE_DONE);
      handedOn = true;
      othersGoOn |= goesOn.test(request);
      done.accept(request);
    }
  }

  /** True if the device may be writing. */
  boolean isWriting() {
    for (Request request : slotRequest) {
      if (request != null && request.kind != RequestClass.READ) {
        return true;
      }
    }
    return false;
  }

  /**
   * The queue has failed: everything that has arrived ends with {@code cause}. What the device
   * still does is nobody's any more; if it {@link #isWriting}, the image must not change any more.
   */
  void failAll(IOException cause) {
    arrivals.drain(accept);
    for (Request request = firstPending; request != null; request = firstPending) {
      request.fail(cause);
      firstPending = request.nextPending;
      request.nextPending = null;
      drop(request);
    }
    lastPending = null;
    for (int slot = 0; slot < slotRequest.length; slot++) {
      Request request = slotRequest[slot];
      if (request != null) {
        request.fail(cause);
        slotRequest[slot] = null;
        inDevice--;
        drop(request);
      }
    }
  }
}
