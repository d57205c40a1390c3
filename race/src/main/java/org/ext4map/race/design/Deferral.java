package org.ext4map.race.design;

/** Third piece: who decides that the completion has to wait for a worker. */
public enum Deferral {
  /** The mapper, by a second look at P after the tree is done: is there a flagged ticket? */
  A_SECOND_LOOK,

  /** The mapper, in the line that makes the ticket. */
  WITH_THE_TICKET
}
