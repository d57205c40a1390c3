/**
 * The log of metadata changes, jbd2: many small changes become visible together or not at all.
 *
 * <pre>
 *   journal's file   0            s_first                                    s_maxlen
 *                    [superblock][ D c c c R C | D c c C | D c ...           ][fast commits]
 *                                  |-- 41 --|   |- 42 -|   43: torn, never happened
 *   D descriptor: where the copies c belong      R revoke: do not replay older copies of these
 *   C commit: everything since the last one counts from here on
 * </pre>
 *
 * <b>Recovery:</b> start at {@link org.ext4map.journal.JournalRecovery}. It finds the end of what
 * can be believed, collects revokes, checks, and copies blocks home; then it says which {@link
 * org.ext4map.journal.ReplayOutcome} that was. One thread, no locks.
 *
 * <p><b>Writing:</b> start at {@link org.ext4map.journal.Journal}. The life of a transaction:
 *
 * <pre>
 *   running        handles come and go, blocks join            memory
 *      | somebody wants it durable, or it is full or old
 *   locked         no new handles; waits for those inside; sums over its blocks that stand in others
 *      |           of its blocks are made: MetaBlock.beforeWriting
 *      | all its blocks are copied and sealed: the next transaction runs from here on
 *   committing     revokes, descriptors, copies -> log;  flush;  commit block -> log;  flush
 *      | callbacks (what it freed may be used again), then whoever waits
 *   checkpointed   copies -> home;  flush;  log's tail moves -> superblock;  flush
 * </pre>
 *
 * A commit costs two flushes: the first makes durable what the commit block vouches for (and data
 * that was written before), the second the commit block. A checkpoint costs two: copies must be
 * home before the log forgets them, and the log must have forgotten them before it is written over.
 *
 * <p>A block that was changed stays in memory until it is home, because until then the device holds
 * an old one: the transaction refers to it strongly, then the checkpoint list does. Both are
 * bounded by {@link org.ext4map.journal.JournalOptions}; so are the buffers of copies that went
 * home, which wait for the next ones. A thread's handle is one object that opens again and again.
 *
 * <p><b>Locks:</b> a handle comes after the inode lock and before dataSem and everything below it;
 * starting and restarting one may wait, extending one does not. The lock of {@code Transactions} is
 * a leaf: held for short, never over I/O, and nothing is called under it. Log and checkpoint list
 * belong to the one task that commits and checkpoints; it waits for handles, so nobody waits for it
 * with a handle open. A {@link org.ext4map.buffer.MetaBlock}'s bytes are guarded by the structure
 * it belongs to; the commit copies them when no handle is open, and so needs no lock.
 *
 * <p>This package lies below the tree, so whoever opens a journal hands in the map of its file.
 */
@NullMarked
package org.ext4map.journal;

import org.jspecify.annotations.NullMarked;
