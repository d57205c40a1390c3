package org.ext4map.aio;

import com.lmax.disruptor.EventPoller;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.YieldingWaitStrategy;
import com.lmax.disruptor.dsl.ProducerType;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A Disruptor ring that hands requests from one kind of thread to another. It has room for all
 * requests there are, so publishing never waits.
 *
 * <pre>
 *   add(a) add(b)   publish()      drain(sink)
 *   ────────[a][b]─────▶  ring  ─────▶  sink(a) sink(b)
 * </pre>
 *
 * <p>Threads: {@link #put} any number of producers; {@link #add} and {@link #publish} one producer,
 * who announces many at once; {@link #drain}, {@link #isEmpty} the one consumer.
 */
final class HandOver {
  private static final class Cell {
    @Nullable Request request;
  }

  private final RingBuffer<Cell> ring;
  private final EventPoller<Cell> poller;
  private final EventPoller.Handler<Cell> handler = this::take;
  private Consumer<Request> sink = request -> {};
  private int taken;
  private @Nullable Throwable mistake;

  private long firstAdded = -1;
  private long lastAdded = -1;

  private HandOver(ProducerType producers, int requests) {
    int size = Integer.highestOneBit(Math.max(requests, 1)) * 4; // a cell is free after its batch
    // the strategy is for consumers that wait in the ring; ours sleep by themselves
    ring = RingBuffer.create(producers, Cell::new, size, new YieldingWaitStrategy());
    poller = ring.newPoller();
    ring.addGatingSequences(poller.getSequence());
  }

  /** With any number of producers. */
  static HandOver ofMany(int requests) {
    return new HandOver(ProducerType.MULTI, requests);
  }

  /** With one producer. */
  static HandOver ofOne(int requests) {
    return new HandOver(ProducerType.SINGLE, requests);
  }

  /** Hands one over at once. */
  void put(Request request) {
    long sequence = ring.next();
    ring.get(sequence).request = request;
    ring.publish(sequence);
  }

  /** Hands one over with the next {@link #publish}. */
  void add(Request request) {
    long sequence = ring.next();
    ring.get(sequence).request = request;
    if (firstAdded < 0) {
      firstAdded = sequence;
    }
    lastAdded = sequence;
  }

  /** Announces what was added; false if that was nothing. */
  boolean publish() {
    if (firstAdded < 0) {
      return false;
    }
    ring.publish(firstAdded, lastAdded);
    firstAdded = -1;
    return true;
  }

  /**
   * Gives all that has arrived to {@code sink}, in order; answers how many. What the sink throws is
   * thrown: that request has been given, those after it have not.
   */
  int drain(Consumer<Request> sink) {
    this.sink = sink;
    taken = 0;
    mistake = null;
    try {
      poller.poll(handler);
    } catch (Exception e) {
      throw new AssertionError(e); // our handler throws none
    }
    if (mistake instanceof Error error) {
      throw error;
    }
    if (mistake instanceof RuntimeException exception) {
      throw exception;
    }
    return taken;
  }

  private boolean take(Cell cell, long sequence, boolean endOfBatch) {
    Request request = cell.request;
    cell.request = null;
    taken++;
    if (request == null) {
      throw new AssertionError("empty cell " + sequence);
    }
    try {
      sink.accept(request);
      return true;
    } catch (RuntimeException | Error e) {
      mistake = e; // thrown in here, the ring would give the same cell again and again
      return false;
    }
  }

  /** True if nothing waits to be drained. */
  boolean isEmpty() {
    return !ring.isAvailable(poller.getSequence().get() + 1);
  }
}
