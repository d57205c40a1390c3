/**
 * The extent tree of one inode: a B+tree whose root stands in the 60 bytes of i_block.
 *
 * <pre>
 *   inode  [hdr|idx idx .. ..]            depth 1, 4 slots
 *              |    |
 *   block  [hdr|ext ext ... ext|crc]      depth 0, 340 slots at 4 KiB
 * </pre>
 *
 * Start at {@link org.ext4map.tree.extent.ExtentTree#find}. A node is trusted after two looks:
 * {@code NodeCheck} sees once per load that it is a sound node of this inode; on every way down the
 * tree sees that it stands in the right place: one level below its parent, starting at the parent's
 * key, ending before the parent's next. The caller holds dataSem.
 *
 * <pre>
 *   ExtentEditor      insert, remove, shift          where blocks lie
 *   ExtentConverter   afterIo, forWrite, toUnwritten what they hold
 *         |---- LeafEdit: a change that one leaf has room for, with both neighbours, in one go
 *         '---- NodeEditor: one entry, one node at a time; the tree is sound after each step
 *                  '---- TreePath: the way down, stale after the next change; kept for the next way
 *                        if that leads to the same leaf, and no node above it has changed
 * </pre>
 *
 * Changes run under one journal handle, given as a {@link org.ext4map.tree.TreeEdit}, with dataSem
 * held exclusively. Blocks for nodes are taken before anything changes, so lack of space leaves the
 * file as it was. Checksums are computed when a block is written, by the seal that each node's
 * block carries.
 *
 * <p>Facts: Linux 6.1 fs/ext4/extents.c, ext4_find_extent and __ext4_ext_check.
 */
@NullMarked
package org.ext4map.tree.extent;

import org.jspecify.annotations.NullMarked;
