package org.ext4map.race.design;

/** Second piece: where the mapper finds the ticket of the write that it maps. */
public enum Place {
  /** In P, one pointer for each inode: whose write is being mapped right now, everybody hopes. */
  THE_INODE,

  /** In the request, and nowhere else. */
  THE_REQUEST
}
