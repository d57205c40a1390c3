package org.ext4map.aio;

/**
 * Where requests go when all is done for them but the report: it is made at once, or by the thread
 * that drives the device. Threads: the one that ends them.
 */
interface Endings {
  /** One has ended, in state CONVERTING. */
  void ended(Request request);

  /** That was all for now. */
  void endOfBatch();
}
