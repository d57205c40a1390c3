package org.ext4map.aio;

/** What a thread of the front end does when there is nothing to do. */
public enum IdleMode {
  /** Sleeps at once: a processor for others. */
  PARK,
  /**
   * Looks again for some microseconds before it sleeps, which saves the price of waking it: where
   * there are more processors than busy threads.
   */
  SPIN
}
