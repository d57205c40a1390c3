package org.ext4map.aio;

/**
 * What can be made harder for a front end and its users on purpose, to see that they stand it. Any
 * number of them at once, see {@link DirectIo.Builder#troubles}.
 */
public enum Trouble {
  /** Each device request is reported up to 5 ms after it has ended, one in a thousand 300 ms. */
  DELAY,
  /** Requests reach the device, and are reported, in another order than they were made. */
  REORDER,
  /** One device request in 50 is reported as EIO: half of these have not been begun, half done. */
  EIO,
  /** One device request in 20 transfers only a part, or is to be made again (EAGAIN). */
  SHORT,
  /** A worker pauses before one batch in eight, up to 100 ms. */
  STALL
}
