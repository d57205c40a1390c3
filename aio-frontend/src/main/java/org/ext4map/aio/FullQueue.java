package org.ext4map.aio;

/** What a submitter meets when as many requests are in flight as there may be. */
public enum FullQueue {
  /** It waits for one to end. */
  WAIT,
  /** It gets a {@link QueueFullException}. */
  REFUSE
}
