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
 * directory. A damaged index is reported, never worked around. Reading one directory takes its
 * inode lock, shared; no two of them at a time.
 *
 * <p>Names come and go through {@link org.ext4map.dir.NameOperations}:
 *
 * <pre>
 *   path ─▶ NamePlace            resolved without a lock that stays
 *     ─▶ LockedInodes            directories, then children; then all rules are checked
 *        ─▶ one handle           new inode, DirectoryEditor on JournalledBlocks, links and times
 *     ─▶ InodeLife.reap          with no lock and no handle: what lost its last name
 * </pre>
 *
 * Changes of one directory are {@link org.ext4map.dir.DirectoryEditor}'s: it works on the blocks
 * that its caller lends it, under the caller's journal handle and inode lock, and does all of a
 * step or nothing.
 *
 * <p><b>Lock order</b> (Linux Documentation/filesystems/directory-locking), all exclusive:
 *
 * <pre>
 *   1 renames     of the volume; for whoever waits for a directory while it holds one: to move
 *                 a name from one directory to another, to rename or remove a directory
 *   2 directories whose names change, in any order
 *   3 children    that get or lose a name: two of them the lower number first
 *   then a journal handle and all below it
 * </pre>
 *
 * Why that does not lock up, whatever the directories of a damaged image contain: of those who hold
 * a directory one at a time waits for another; who waits for a child that is none holds nothing but
 * directories and a child of a lower number. A new inode comes locked before anybody can find it.
 * (Linux trusts that a directory has one parent, and removes directories side by side.)
 *
 * <p>Names are also what fast commits are about, so their replay stands here: {@link
 * org.ext4map.dir.FastCommitReplay}, one thread, on a volume of its own.
 */
@NullMarked
package org.ext4map.dir;

import org.jspecify.annotations.NullMarked;
