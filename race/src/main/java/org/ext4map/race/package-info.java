/**
 * The race of February 2016, replayed: every design that was discussed, and ours, meets the same
 * schedules, and shows its fate.
 *
 * <pre>
 *        overwriter                     filler
 *     i_mutex, an overwrite
 *     lets go of i_mutex
 *                                    i_mutex
 *                                    P := E1
 *                                    the tree code flags what it finds in P: E1
 *     P := NULL  ─────────────────▶
 *                                    reads P again: NULL, so nothing to defer
 *                                    submits
 *                                        │
 *                              interrupt ▼ end_io: E1 is flagged: convert, here
 *                                          starting a handle may sleep ... BUG
 * </pre>
 *
 * One pointer of the inode, P, said which request is being mapped; two requests were. What the
 * mapper found out about one was written to the other, or to nobody, or was missed when the
 * completion had to be deferred.
 *
 * <pre>
 *   Story     who asks for what          ┐
 *   Design    which pieces               ├─▶ Trial: an image in memory, this engine, a schedule
 *   Chooser   in which order             ┘          ─▶ Outcome, and the steps that led to it
 *
 *   Survey    all schedules of a bound, many by chance ─▶ a row of the table, the shortest failures
 *   Timeline  one schedule, as text and as a drawing
 *   ThreadRun no scheduler: the jobs of xfstests generic/300 with real threads
 * </pre>
 *
 * <p>The engine is the real one: maps, extent trees, status cache, journal and conversions are, and
 * the complaint about a conversion in interrupt context is {@link
 * org.ext4map.locks.ThreadClass#assertMaySleep}'s. The last design is the front end that is
 * shipped, taken step by step by {@link org.ext4map.aio.SteppedFrontEnd}.
 *
 * <p>Not for production: the engine and the front end do not know this module, a test looks. Start
 * at {@link org.ext4map.race.Survey}; the designs are in {@link org.ext4map.race.design}, the
 * scheduler in {@link org.ext4map.race.schedule}.
 */
@NullMarked
package org.ext4map.race;

import org.jspecify.annotations.NullMarked;
