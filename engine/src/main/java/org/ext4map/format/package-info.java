/**
 * Makes file systems: mkfs. The layout is a pure function of size and options, so that nothing but
 * the few blocks of the first files has to be remembered, however large the image is.
 *
 * <pre>
 *   size, options ─▶ Sizing ─▶ Superblock, Geometry        how many groups, inodes, reserved blocks
 *                                  │
 *                              TableLayout                 where bitmaps and inode tables of a flex group lie
 *                                  │
 *                              SpaceMap                    those, base metadata, and what files took: free or not
 *                                  │
 *   root, lost+found, journal, resize inode, orphan file   FirstFiles, each with a block map
 *                                  │
 *                              GroupWriter                 bitmaps, descriptors, all copies
 *                                  │
 *                              superblock                  backups first, the primary last of all
 *
 *   one flex group   [sb|descs|reserved][bbbb][iiii][table][table][table][table] root ...
 *                     base metadata      block, inode bitmaps, one a group
 * </pre>
 *
 * Same size, same options (UUID, hash seed and time are among them), same former contents: same
 * bytes. The old superblock goes first and the new one comes last, with a flush between, so that an
 * interrupted run leaves no file system rather than a broken one. Values and layout follow mke2fs
 * 1.47 (e2fsprogs) wherever both do the same thing.
 *
 * <p>Start at {@link org.ext4map.format.Mkfs#format}. Nothing here has a lock; one thread formats a
 * device that nobody else uses.
 */
@NullMarked
package org.ext4map.format;

import org.jspecify.annotations.NullMarked;
