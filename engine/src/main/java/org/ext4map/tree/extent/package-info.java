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
 * <p>Facts: Linux 6.1 fs/ext4/extents.c, ext4_find_extent and __ext4_ext_check.
 */
@NullMarked
package org.ext4map.tree.extent;

import org.jspecify.annotations.NullMarked;
