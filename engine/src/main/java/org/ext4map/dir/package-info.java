/**
 * Names: what a directory's entries say, and the way from a path to an inode.
 *
 * <pre>
 *   linear    block, block, block ...              every entry is looked at
 *   hashed    root → [node] → leaf                 Linux fs/ext4/namei.c; the same bytes read
 *             linearly look like a linear directory whose index blocks are empty
 *   inline    [parent ino][entries ...] + [entries ...]      in i_block and system.data
 * </pre>
 *
 * Start at {@link org.ext4map.dir.PathResolver}, or {@link org.ext4map.dir.Directory} for one
 * directory. A damaged index is reported, never worked around. Reading has no state that changes
 * and no lock.
 *
 * <p>Changes of one directory are {@link org.ext4map.dir.DirectoryEditor}'s: it works on the blocks
 * that its caller lends it, under the caller's journal handle and inode lock, and does all of a
 * step or nothing.
 *
 * <p>Names are also what fast commits are about, so their replay stands here: {@link
 * org.ext4map.dir.FastCommitReplay}, one thread, on a volume of its own.
 */
@NullMarked
package org.ext4map.dir;

import org.jspecify.annotations.NullMarked;
