package org.ext4map.aio;

/** Who submits to the device, takes what it has ended, and decides about it. */
public enum Completions {
  /** The I/O thread, all of it: any number of threads submit and go their way. */
  IO_THREAD,

  /** A thread of its own decides, beside an I/O thread that does nothing but I/O. */
  OWN_THREAD,

  /**
   * Poll mode: there is no I/O thread, so that a request is submitted, taken back and reported
   * without waking another. What was asked for goes to the device, and comes back, while somebody
   * is in {@link DirectIo#poll}, {@link DirectIo#await}, {@link DirectIo#drain} or a close, waits
   * for a future of the front end, or for free requests, or changes a file that is in use: any
   * number of threads, which take turns. They run the callbacks, too, one at a time. The best there
   * is for one thread that submits much; without workers ({@link DirectIo.Builder#workers}) it
   * needs no other thread at all. An image has one such front end at a time.
   */
  POLLED
}
