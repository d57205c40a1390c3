/**
 * The log of metadata changes, jbd2: many small changes become visible together or not at all.
 *
 * <pre>
 *   journal's file   0            s_first                                    s_maxlen
 *                    [superblock][ D c c c R C | D c c C | D c ...           ][fast commits]
 *                                  |<- 41 ->|   |< 42 >|   43: torn, never happened
 *   D descriptor: where the copies c belong      R revoke: do not replay older copies of these
 *   C commit: everything since the last one counts from here on
 * </pre>
 *
 * Recovery: start at {@link org.ext4map.journal.JournalRecovery}. It finds the end of what can be
 * believed, collects revokes, checks, and copies blocks home; then it says which {@link
 * org.ext4map.journal.ReplayOutcome} that was. One thread, no locks.
 *
 * <p>This package lies below the tree, so whoever opens a journal hands in the map of its file.
 */
@NullMarked
package org.ext4map.journal;

import org.jspecify.annotations.NullMarked;
