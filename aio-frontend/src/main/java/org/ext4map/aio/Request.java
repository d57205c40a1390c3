package org.ext4map.aio;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.ext4map.dio.DirectInode;
import org.jspecify.annotations.Nullable;

/**
 * One request, used again and again: the kernel's kiocb, dio and io_end together.
 *
 * <pre>
 *  FREE ▶ NEW ▶ MAPPING ▶ QUEUED ▶ IN_FLIGHT ▶ DEVICE_DONE ─┬──────────────────────────▶ FINISHED ▶ FREE
 *                  │                                        ├▶ DEFERRED ────▶ CONVERTING ──▶ ▲
 *                  │                                        └▶ HANDED_BACK ─▶ CONVERTING ──▶ │
 *                  └─────────── refused, or written alone ───────────────────────────────────┘
 * </pre>
 *
 * <p>Threads: one owner at a time, handed on by the rings; only the state and the wish to cancel
 * are seen by others. Every step is checked, always: a request that is not where it should be is an
 * {@link AssertionError}. A life is one way from FREE to FREE and has a number.
 */
final class Request {
  /** See §6.10 of the kernel's behaviour. */
  enum State {
    FREE,
    NEW,
    MAPPING,
    QUEUED,
    IN_FLIGHT,
    DEVICE_DONE,
    HANDED_BACK,
    DEFERRED,
    CONVERTING,
    FINISHED
  }

  private static final VarHandle STATE;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(Request.class, "state", State.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static final int FIRST_SEGMENTS = 4;

  final int slot;
  final Ticket ticket;
  private volatile State state = State.FREE;
  private volatile int cancelWanted;
  private volatile int life;

  // the submitter's, fixed before the request is queued
  @Nullable DirectInode inode;
  @Nullable IoCallback callback;
  long cookie;
  RequestClass kind = RequestClass.NONE;
  long position;
  int length;
  int arenaAt;
  boolean durable;

  /** Set if the bytes read have to be copied: from where in the arena to where in the target. */
  @Nullable ByteBuffer target;

  int targetFrom;
  int targetStart;

  /** The gate of the inode counts this request. */
  private boolean inside;

  /** The submitter waits and does itself what a worker would do. */
  boolean waitedFor;

  /** The mapper has met unwritten blocks; the ticket must say the same. */
  boolean metUnwritten;

  long startNanos;

  /** Blocks that the request touches: {@code [firstBlock, endBlock)}. */
  long firstBlock;

  long endBlock;

  /** The size that the file has to have afterwards; 0 if it does not grow. */
  long newSize;

  // what the device has to do
  long[] deviceAt = new long[FIRST_SEGMENTS];
  int[] segmentAt = new int[FIRST_SEGMENTS];
  int[] segmentBytes = new int[FIRST_SEGMENTS];
  int segments;

  // the I/O thread's
  int nextSegment;
  private int references;
  @Nullable Request nextPending;

  // first error stays
  private int errno;
  private @Nullable IOException failure;

  Request(int slot, Tally tally) {
    this.slot = slot;
    this.ticket = new Ticket(tally);
  }

  /** A new life; the last one left nothing behind. */
  void begin() {
    move(State.FREE, State.NEW);
    life = life == Integer.MAX_VALUE ? 1 : life + 1;
    kind = RequestClass.NONE;
    durable = false;
    waitedFor = false;
    metUnwritten = false;
    target = null;
    newSize = 0;
    segments = 0;
    nextSegment = 0;
    errno = 0;
    failure = null;
    assert !ticket.isIssued() && !inside && references == 0 && nextPending == null : this;
  }

  /** The number of this life, at least 1. */
  int life() {
    return life;
  }

  /** Names this life of this request. */
  long id() {
    return (long) life << 32 | slot;
  }

  State state() {
    return state;
  }

  /** Goes from one state to the next; anything else is our mistake. */
  void move(State from, State to) {
    if (!STATE.compareAndSet(this, from, to)) {
      throw new AssertionError(this + ": " + from + " to " + to);
    }
  }

  /**
   * Asks for the end of one life. Any thread; {@code life} may be over, or end meanwhile: the wish
   * names the life it is for.
   */
  void cancel(int wantedLife) {
    cancelWanted = wantedLife;
  }

  boolean isCancelWanted() {
    return cancelWanted == life;
  }

  // ---- mapping ---------------------------------------------------------------------------------

  /** Adds a piece for the device; pieces that continue each other are one. */
  void addSegment(long device, int arena, int bytes) {
    int last = segments - 1;
    if (last >= 0
        && deviceAt[last] + segmentBytes[last] == device
        && segmentAt[last] + segmentBytes[last] == arena) {
      segmentBytes[last] += bytes;
      return;
    }
    if (segments == deviceAt.length) {
      deviceAt = Arrays.copyOf(deviceAt, 2 * segments);
      segmentAt = Arrays.copyOf(segmentAt, 2 * segments);
      segmentBytes = Arrays.copyOf(segmentBytes, 2 * segments);
    }
    deviceAt[segments] = device;
    segmentAt[segments] = arena;
    segmentBytes[segments] = bytes;
    segments++;
  }

  /** True if the completion has to go to a worker: written once by the mapper, read once. */
  boolean mustDefer() {
    return ticket.isIssued() || durable || newSize > 0;
  }

  // ---- the gate --------------------------------------------------------------------------------

  /** The owner; inodes are set as long as a request is under way. */
  DirectInode inode() {
    DirectInode now = inode;
    if (now == null) {
      throw new AssertionError(this + " has no inode");
    }
    return now;
  }

  /** Under the inode lock: from now on the blocks are in use. */
  void enterGate() {
    inode().enter();
    inside = true;
  }

  /**
   * The blocks are not in use any more, and converted if they had to be. Without effect outside.
   */
  void leaveGate() {
    if (ticket.isIssued()) {
      throw new AssertionError(this + " leaves before its conversion");
    }
    if (inside) {
      inside = false;
      inode().leave();
    }
  }

  // ---- references: the builder's and one for each device request --------------------------------

  void reference() {
    references++;
  }

  /** True for the one who drops the last. */
  boolean dropReference() {
    if (references <= 0) {
      throw new AssertionError(this + " has no reference");
    }
    return --references == 0;
  }

  // ---- result ----------------------------------------------------------------------------------

  /** The first error stays. */
  void fail(IOException cause) {
    if (failure == null) {
      failure = cause;
      errno = Errno.of(cause);
    }
  }

  boolean hasFailed() {
    return failure != null;
  }

  @Nullable IOException failure() {
    return failure;
  }

  int result() {
    return failure == null ? length : -errno;
  }

  @Override
  public String toString() {
    return "request "
        + slot
        + " life "
        + life
        + " "
        + kind
        + " "
        + position
        + "+"
        + length
        + " "
        + state;
  }
}
