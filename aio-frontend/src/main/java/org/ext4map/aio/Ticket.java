package org.ext4map.aio;

/**
 * Says that blocks of one request have to be converted after its I/O, and so that its completion is
 * to be deferred: ext4_io_end_t. It belongs to one request for ever and to one of its lives at a
 * time.
 *
 * <p>Threads: whoever owns the request.
 */
final class Ticket {
  private static final int NOBODY = 0;

  private final Tally tally;

  /** The life of the request that holds it; {@link #NOBODY} if it is not issued. */
  private int holder;

  Ticket(Tally tally) {
    this.tally = tally;
  }

  /** The mapper has met unwritten blocks; the first time in this life issues the ticket. */
  void issue(int life) {
    if (holder == life) {
      return;
    }
    if (holder != NOBODY) {
      throw new AssertionError("ticket of life " + holder + " issued to life " + life);
    }
    holder = life;
    tally.ticketsIssued.increment();
  }

  /** True if blocks have to be converted. */
  boolean isIssued() {
    return holder != NOBODY;
  }

  /** Ends it: converted, or given up. Without effect if it was not issued in this life. */
  void release(int life) {
    if (holder == NOBODY) {
      return;
    }
    if (holder != life) {
      throw new AssertionError("ticket of life " + holder + " released by life " + life);
    }
    holder = NOBODY;
    tally.ticketsReleased.increment();
  }
}
