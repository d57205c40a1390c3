package org.ext4map.aio;

/** How a worker converts what waits for it. */
public enum ConvertMode {
  /** All that waits under one handle, neighbours as one range. */
  BATCHED,
  /** Each request under a handle of its own, as Linux does. */
  SINGLE
}
