/**
 * A deterministic scheduler: actors that run one at a time, in an order that somebody chooses.
 *
 * <pre>
 *   actor A    point("lock") ── runs ──▶ point("clear") ─┐                ┌─ runs ──▶ end
 *                                                        │ who next?      │
 *   chooser                                              └──▶ B ──▶ A ────┘
 *                                                           │  ▲
 *   actor B                         (waits at its point) ◀──┘  └── point("read")
 * </pre>
 *
 * <b>A step</b> is what one actor does from one {@link org.ext4map.race.schedule.Stage#point} to
 * the next, and is named by what stands in the first. Nothing that two actors share may be touched
 * before a point has said so. Actors are threads that hand on a baton, so code under test reads as
 * it would anywhere; who waits for a lock of the stage is not chosen, so a deadlock is seen, not
 * met.
 *
 * <p><b>Exploring.</b> {@link org.ext4map.race.schedule.Explorer} plays all schedules with at most
 * so many preemptions, fewest first: a preemption takes the baton from an actor who could go on.
 * Two schedules that differ only in the order of steps that have nothing to do with each other lead
 * to the same state; what was seen is remembered by a fingerprint, and the second is cut. Beyond
 * the bound {@link org.ext4map.race.schedule.Chooser#random} takes over. What fails is made shorter
 * by {@link org.ext4map.race.schedule.Shrinker} and kept as a {@link
 * org.ext4map.race.schedule.Schedule}: a text, one step a line, that replays.
 *
 * <p>Locks: none. Everything of a play belongs to whoever has the baton, and the baton's semaphores
 * order what one actor wrote before what the next one reads. Start at {@link
 * org.ext4map.race.schedule.Play}. Knows nothing of ext4.
 */
@NullMarked
package org.ext4map.race.schedule;

import org.jspecify.annotations.NullMarked;
