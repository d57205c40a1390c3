/**
 * The extent-status cache: what is known about the blocks of one file, packed into primitives and
 * read without a lock. It is the hot path of the engine.
 *
 * <pre>
 *   ExtentStatusCache ──acquire──▶ Directory (immutable, replaced whole)
 *                                   firstKeys [ 0      | 5120   | 9001   ]
 *                                   leaves    [ ●      | ●      | ●      ]
 *                                               ▼
 *   Leaf  seq (odd: being changed)  keys  [ 0    | 40   | 52   | 61   | 5120 5120 ]  u32; spare slots: the end
 *                                   words [ W 12 | U .. | W  9 | unkn |           ]  see EntryWord
 *                                           └─ run of 12, then a known hole up to 40
 * </pre>
 *
 * The entries of a leaf cut its range into intervals without gaps: an entry answers from its key to
 * the next key. It holds a run (written or unwritten; its length, or "all the way") and one bit for
 * what follows the run: a hole, or nothing known. So a hole between two extents costs nothing, and
 * an extent 12 bytes and its share of spare slots. A leaf grows in place up to a limit, then it is
 * rebuilt as two.
 *
 * <p><b>Readers</b> take no lock and write nothing: they read {@code seq}, search, read {@code seq}
 * again. An answer comes from one leaf alone, so one equal even number proves it. A leaf that left
 * the directory keeps an odd number for ever, which sends readers back to the directory. After a
 * few tries a reader answers "unknown", which is always true enough: the caller asks the tree.
 *
 * <p><b>Writers</b> hold the cache's own {@code esLock} (the kernel's i_es_lock), a leaf in the
 * lock order: nothing is taken under it. Callers hold dataSem, exclusive to change what is true,
 * shared to add what the tree said. Eviction is no change of truth, so any thread may run it on any
 * cache without dataSem:
 *
 * <pre>
 *   dataSem ─▶ StatusBudget.sweepLock ─▶ esLock of one cache at a time
 * </pre>
 *
 * A writer asks the budget for room only after it has let go of its own esLock.
 *
 * <p>Start at {@link org.ext4map.status.ExtentStatusCache#lookup}, then {@code Edit}, through which
 * every change goes.
 */
@NullMarked
package org.ext4map.status;

import org.jspecify.annotations.NullMarked;
