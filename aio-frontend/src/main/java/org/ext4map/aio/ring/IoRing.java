package org.ext4map.aio.ring;

import java.io.Closeable;
import java.io.IOException;

/**
 * One queue of block I/O on one file. All methods but {@link #wake} and {@link #describe} belong to
 * its owner: one thread at a time, at first the one that called {@link #start}.
 *
 * <p>Units: bytes. {@code cookie}: its low 32 bits are the slot, 0 … capacity−1; the whole of it
 * comes back with the completion. Memory is named by its offset in the {@link IoArena} the ring was
 * opened with.
 */
public interface IoRing extends Closeable {
  /** Requests that can be in flight at once. */
  int capacity();

  /**
   * Makes the queue ready; the calling thread is the owner.
   *
   * @throws IOException if the kernel refuses
   */
  void start() throws IOException;

  /** Notes a read for the next {@link #submit}. */
  void prepareRead(long cookie, long arenaOffset, int length, long fileOffset);

  /** Notes a write for the next {@link #submit}. */
  void prepareWrite(long cookie, long arenaOffset, int length, long fileOffset);

  /**
   * Notes an fdatasync for the next {@link #submit}; it is not ordered after other requests in
   * flight.
   */
  void prepareDataSync(long cookie);

  /**
   * Hands over what was prepared; with {@code wait}, returns when a completion can be reaped or
   * {@link #wake} was called. What the kernel does not take at once stays prepared for the next
   * call.
   *
   * @throws IOException if the queue itself fails; requests in flight are then lost to the caller
   */
  void submit(boolean wait) throws IOException;

  /**
   * Reports completions that have arrived.
   *
   * @return how many were reported
   */
  int reap(CompletionSink sink);

  /** Ends a wait in {@link #submit}, the present one or the next. Any thread. */
  void wake();

  /** One line for a person: engine and options in force. Any thread. */
  String describe();

  /** Frees the queue. Nothing may be in flight. */
  @Override
  void close();

  /** Told of each completion; runs on the owner thread and must not wait. */
  @FunctionalInterface
  interface CompletionSink {
    /** A request is over: {@code result} is the bytes transferred, or minus the errno. */
    void completed(long cookie, int result);
  }
}
