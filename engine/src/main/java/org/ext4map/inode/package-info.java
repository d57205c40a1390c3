/**
 * Inodes: one file each, whatever its contents are made of.
 *
 * <pre>
 *   InodeTable   ino  → the slot's bytes, checked
 *       |
 *   Inode        the slot, and by i_flags one of
 *                  EXTENTS    i_block is the root of an extent tree   \
 *                  INDIRECT   i_block holds block numbers              } BlockMapper, dataSem
 *                  INLINE     i_block and system.data are the contents
 *                  NONE       devices, sockets, short symlinks
 *       |
 *   FileReader   file bytes: written blocks from the device, zeros for all else
 *   Xattrs       attributes: from the slot, from a block, from EA inodes
 * </pre>
 *
 * Start at {@link org.ext4map.inode.Volume}, which holds what the inodes of one image share. An
 * {@code Inode} of a volume opened for reading never changes, so all classes here may be used by
 * many threads; the only lock is dataSem, inside {@code BlockMapper}.
 */
@NullMarked
package org.ext4map.inode;

import org.jspecify.annotations.NullMarked;
