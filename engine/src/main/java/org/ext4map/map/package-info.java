/**
 * From a question to an answer: where do these blocks of a file live? The pipeline of
 * ext4_map_blocks, and the lock that keeps cache and tree in step.
 *
 * <pre>
 *   mapBlocks(LOOKUP, lblk, len, out)
 *      |
 *      |-- status cache knows it --------------------------▶ clip to len ──▶ answer     no lock
 *      |        (es_recheck: dataSem shared, compare with the tree)
 *      '-- unknown ──▶ dataSem shared ──▶ tree.find ──▶ may the inode own these blocks?
 *                                           |                |
 *                                           ▼                ▼
 *                              cache filled from the leaf   clip to len ──▶ answer
 * </pre>
 *
 * <p>A change asks first as above, and once more where nobody else can look:
 *
 * <pre>
 *   mapBlocks(handle, CREATE…, lblk, len, out)
 *      |-- cache or tree, shared: enough? ─────────────────────────────────▶ answer
 *      '-- no ──▶ dataSem exclusive ──▶ tree.find, enough now? ────────────▶ answer
 *                     '-- allocate (zero) insert, or convert: the tree changes, the cache learns,
 *                         the inode's slot is written, or left to the caller ──▶ answer
 * </pre>
 *
 * Taking away works in steps, each under dataSem; when the handle is used up, dataSem is let go,
 * the handle restarted, and the rest done. A failure after the first change that cannot be undone
 * aborts the journal, so that what is half done never gets durable; lack of space can always be
 * undone.
 *
 * <p><b>dataSem</b> (i_data_sem) belongs to {@link org.ext4map.map.BlockMapper}. Shared: the tree
 * stands still and may be read; what it says may be added to the cache. Exclusive: tree and cache
 * may change, together. A journal handle is started before it, never under it.
 *
 * <p>The order of all locks stands in {@link org.ext4map.locks}; the status cache's are the last:
 * sweepLock, then esLock.
 *
 * <p>A hit may be stale by the time it is used, since nobody holds a lock. Whoever uses it excludes
 * the removal of blocks by other means (the inode lock, or a count of direct I/O); that unwritten
 * blocks become written is the one change that can happen beside a user.
 *
 * <p>Start at {@link org.ext4map.map.BlockMapper#mapBlocks}.
 */
@NullMarked
package org.ext4map.map;

import org.jspecify.annotations.NullMarked;
