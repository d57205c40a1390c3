package org.ext4map.load;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the blocks of a file may hold after many have written and punched them at once.
 *
 * <p>Each block is a register. An operation begins and ends at moments of one clock; it is
 * superseded by one that was acknowledged and began after it had ended. What a block holds must
 * come from an operation that is not superseded: an acknowledged write that nobody overtook cannot
 * read as zeros. An operation that failed, or stopped short of a block, may have happened or not:
 * it is possible, and supersedes nothing.
 *
 * <p>Threads: any; each block has a lock of its own.
 */
final class RacedBlocks {
  private static final long UNDER_WAY = Long.MAX_VALUE;

  /** One operation on one block. */
  private static final class Event {
    final long stamp;
    final long begun;
    long ended = UNDER_WAY;

    Event(long stamp, long begun) {
      this.stamp = stamp;
      this.begun = begun;
    }
  }

  private final AtomicLong clock = new AtomicLong();
  private final List<List<Event>> blocks = new ArrayList<>();

  /** So many blocks, all zeros. */
  RacedBlocks(int count) {
    for (int i = 0; i < count; i++) {
      List<Event> events = new ArrayList<>(4);
      Event zeros = new Event(Stamp.ZEROS, 0);
      zeros.ended = 0;
      events.add(zeros);
      blocks.add(events);
    }
  }

  int count() {
    return blocks.size();
  }

  /** Somebody begins to give {@code count} blocks this stamp; answers the moment. */
  long begin(int first, int count, long stamp) {
    long now = clock.incrementAndGet();
    for (int block = first; block < first + count; block++) {
      List<Event> events = blocks.get(block);
      synchronized (events) {
        events.add(new Event(stamp, now));
      }
    }
    return now;
  }

  /**
   * What began then has ended.
   *
   * @param done of the blocks, from the first: these surely have the stamp if nobody came later
   */
  void end(int first, int count, int done, long begun) {
    long now = clock.incrementAndGet();
    for (int block = first; block < first + count; block++) {
      List<Event> events = blocks.get(block);
      synchronized (events) {
        for (Event event : events) {
          if (event.begun == begun) {
            event.ended = now;
          }
        }
        if (block < first + done) {
          events.removeIf(event -> event.ended < begun);
        }
      }
    }
  }

  /** True if the block may hold {@code stamp} now, when nothing is under way. */
  boolean allows(int block, long stamp) {
    List<Event> events = blocks.get(block);
    synchronized (events) {
      return events.stream().anyMatch(event -> event.stamp == stamp);
    }
  }

  /** What {@link #allows} says yes to, for people. */
  String shown(int block) {
    List<Event> events = blocks.get(block);
    synchronized (events) {
      return "the writes " + events.stream().map(event -> event.stamp).toList();
    }
  }
}
