package org.ext4map.aio;

/**
 * What to do wrong on purpose, so that tests see the assertions fire.
 *
 * @param convertInline conversions run on the completion thread
 * @param loseTickets the mapper does not issue tickets, as in the race of 2016
 */
record Faults(boolean convertInline, boolean loseTickets) {
  static final Faults NONE = new Faults(false, false);
}
