/**
 * The extent-status cache: what is known about the blocks of one file, packed into primitives and
 * read without a lock. It is the hot path of the engine.
 *
 * <pre>
 *   ExtentStatusCache ──acquire──▶ Directory
 *                                   firstKeys [ 0      | 5120   | 9001   ]
 *                                   leaves    [ ●      | ●      | ●      ]
 *                                               ▼
 *   Leaf  seq (odd: being changed)  slots     [ 0 | 0 | 1 | 3 | … ]      where to begin to search
 *                                   entries   [ 0 W 12 | 40 U .. | 52 W 9 | 61 unkn | spare: end ]
 *                                               └─ key 0: run of 12, then a known hole up to 40
 * </pre>
 *
 * The entries of a leaf cut its range into intervals without gaps: an entry answers from its key to
 * the next key. It holds a run (written or unwritten; its length, or "all the way") and one bit for
 * what follows the run: a hole, or nothing known. So a hole between two extents costs nothing, and
 * an extent 12 bytes, its share of spare entries, and one or two for the slots. A leaf changes in
 * place while it has room, then it is made anew, larger or as two.
 *
 * <p><b>Speed.</b> A way from a block number to an answer depends on no branch that a random block
 * would make the processor guess wrong: tables say where to begin, comparisons are counted, and the
 * answer is computed with masks. Look at what the compiler makes of it before you change it.
 *
 * <p><b>Readers</b> take no lock and write nothing: they read {@code seq}, search, read {@code seq}
 * again. An answer comes from one leaf alone, so one equal even number proves it. A leaf that left
 * the directory keeps an odd number for ever, which sends readers back to the directory. After a
 * few tries a reader answers "unknown", which is always true enough: the caller asks the tree. So
 * the arrays of a leaf that left may be the next leaf's at once.
 *
 * <p><b>Writers</b> hold the cache's own {@code esLock} (the kernel's i_es_lock), a leaf in the
 * lock order: nothing is taken under it but the monitor of the spare rooms. Callers hold dataSem,
 * exclusive to change what is true, shared to add what the tree said. Eviction is no change of
 * truth, so any thread may run it on any cache without dataSem:
 *
 * <pre>
 *   dataSem ─▶ StatusBudget.sweepLock ─▶ esLock of one cache at a time
 * </pre>
 *
 * A writer asks the budget for room only after it has let go of its own esLock.
 *
 * <p>Start at {@link org.ext4map.status.ExtentStatusCache#lookup}, then {@code Edit}, through which
 * every change goes but one: a conversion in order moves the border between two entries.
 */
@NullMarked
package org.ext4map.status;

import org.jspecify.annotations.NullMarked;
