package org.ext4map.race.design;

/** First piece: who makes the ticket. */
public enum Maker {
  /** Every asynchronous write gets one before it is mapped, needed or not. */
  EVERY_WRITE,

  /** The same, but not overwrites, which never need one. */
  EVERY_WRITE_UNDER_THE_MUTEX,

  /** The mapper, when it meets unwritten blocks. */
  THE_MAPPER;

  /** True if a write gets its ticket before it is mapped. */
  boolean beforeMapping(boolean isOverwrite) {
    return switch (this) {
      case EVERY_WRITE -> true;
      case EVERY_WRITE_UNDER_THE_MUTEX -> !isOverwrite;
      case THE_MAPPER -> false;
    };
  }
}
