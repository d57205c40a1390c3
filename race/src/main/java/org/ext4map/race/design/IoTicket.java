package org.ext4map.race.design;

import java.util.concurrent.atomic.AtomicInteger;
import org.ext4map.locks.ThreadClass;

/**
 * ext4_io_end_t: that blocks have to be converted once the I/O is over. Freed by who drops the last
 * reference; every look at it afterwards is noticed, where a kernel would read what is there now.
 */
final class IoTicket {
  private static final int NOBODY = 0;

  private final Dio dio;
  private final AtomicInteger references = new AtomicInteger(1);
  private volatile int flaggedBy = NOBODY;
  private volatile String freedBy = "";

  /** A ticket with one reference. */
  IoTicket(Dio dio) {
    this.dio = dio;
  }

  /** The request that it was made for. */
  Dio dio() {
    return dio;
  }

  private void requireAlive(int request, String doing) {
    if (!freedBy.isEmpty()) {
      throw new Panic(
          Outcome.USE_AFTER_FREE,
          "request " + request + " " + doing + " " + this + ", which " + freedBy + " has freed");
    }
  }

  void get() {
    requireAlive(dio.number(), "takes");
    references.incrementAndGet();
  }

  /** Sets EXT4_IO_END_UNWRITTEN on behalf of a request. */
  void flag(int request) {
    requireAlive(request, "flags");
    flaggedBy = request;
  }

  /** Looks at EXT4_IO_END_UNWRITTEN on behalf of a request. */
  boolean isFlagged(int request) {
    requireAlive(request, "looks into");
    return flaggedBy != NOBODY;
  }

  /** The I/O brought nothing: there is nothing to convert. */
  void unflag() {
    requireAlive(dio.number(), "clears");
    flaggedBy = NOBODY;
  }

  /** The number of the request whose mapping has flagged it; 0 if none has. */
  int flaggedBy() {
    return flaggedBy;
  }

  /** True for who drops the last reference; he has to convert, and then to {@link #free} it. */
  boolean put() {
    requireAlive(dio.number(), "puts");
    return references.decrementAndGet() == 0;
  }

  /** The calling thread frees it. */
  void free() {
    requireAlive(dio.number(), "frees");
    freedBy =
        switch (ThreadClass.current()) {
          case SUBMITTER -> "a submitter";
          case COMPLETION -> "an interrupt";
          case WORKER -> "a worker";
        };
  }

  @Override
  public String toString() {
    return "E" + dio.number();
  }
}
