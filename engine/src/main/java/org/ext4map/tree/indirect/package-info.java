/**
 * The indirect map of one inode: a pointer for each block, as ext2 had it.
 *
 * <pre>
 *   i_block   [0 .. 11 direct][12 single][13 double][14 triple]
 *                  |              |           |
 *   data         data        [p pointers] [p pointers]          p = block size / 4
 *                                 |           |                 0 at any level: a hole
 *                               data     [p pointers] - data
 * </pre>
 *
 * Start at {@link org.ext4map.tree.indirect.IndirectTree#find}. Map blocks carry neither magic nor
 * checksum, so all that can be checked is where their pointers lead: inside the file system, not
 * into system zones, not back to a block above. The caller holds dataSem.
 *
 * <p>Facts: Linux 6.1 fs/ext4/indirect.c, ext4_block_to_path and ext4_check_indirect_blockref.
 */
@NullMarked
package org.ext4map.tree.indirect;

import org.jspecify.annotations.NullMarked;
