/**
 * Inodes: one file each, whatever its contents are made of.
 *
 * <pre>
 *   InodeTable   ino  → the slot's bytes, checked
 *       |
 *   Inode        the slot (InodeSlot), who has it open (OpenCount), and by i_flags one of
 *                  EXTENTS    i_block is the root of an extent tree   \
 *                  INDIRECT   i_block holds block numbers              } BlockMapper, dataSem
 *                  INLINE     i_block and system.data are the contents
 *                  NONE       devices, sockets, short symlinks
 *       |
 *   FileReader   file bytes: written blocks from the device, zeros for all else
 *   Xattrs       attributes: from the slot, from a block, from EA inodes
 * </pre>
 *
 * Start at {@link org.ext4map.inode.Volume}, which holds what the inodes of one image share.
 *
 * <p>A volume open for writing has a {@code WriteContext} too, and then:
 *
 * <pre>
 *   InodeLife    create, link counts, deletion, orphans of the last crash
 *   FileWriter   bytes: allocate unwritten, write, convert
 *   FileSpace    truncate, fallocate
 *   OrphanList   what a crash must finish
 *      |            each opens handles, one after another, never during data I/O
 *      ▼
 *   Inode.update, Inode.mapBlocks, Inode.removeBlocks      under one handle
 * </pre>
 *
 * <p>Locks: each inode has a fair lock (i_rwsem): shared to use contents, exclusive to change them;
 * it comes before a journal handle. For directories whose names change there is an order of their
 * own, see org.ext4map.dir. The list of orphans has a lock that is taken under a handle, and so has
 * the number of inodes that share a block of attributes: a monitor in {@code WriteContext}. For one
 * number there is one {@code Inode} object, as long as anybody holds it; its slot changes in a
 * second copy that then takes the first one's place, so a reader sees one state of all fields.
 * dataSem is inside {@code BlockMapper}.
 */
@NullMarked
package org.ext4map.inode;

import org.jspecify.annotations.NullMarked;
