package org.ext4map.race.design;

/** What happens to the blocks of a write whose device request failed. */
public enum AfterError {
  /** end_io is told how many bytes were transferred to the device, and converts them. */
  CONVERTS,

  /** end_io is told of the error, and converts nothing: since 187372a3b9fa. */
  CONVERTS_NOTHING
}
