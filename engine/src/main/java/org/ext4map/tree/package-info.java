/**
 * What maps a file's blocks to the device's blocks: one interface, two formats on disk.
 *
 * <pre>
 *   BlockTree  find, forEach, forEachNode
 *     |-- tree.extent     extents in a B+tree, root in i_block     files with EXTENTS_FL
 *     '-- tree.indirect   one pointer per block, three levels      all others
 *
 *   TreeRoot     who the inode is and its 60 bytes of i_block
 *   TreeContext  what all trees of an image share
 *   TreeEdit     what a change needs from below: journal, space, zeros, and who wants to hear of it
 * </pre>
 *
 * Start at {@link org.ext4map.tree.BlockTree}. A tree has no lock of its own: its caller holds
 * dataSem, shared to look and exclusively to change. Every pointer is checked on the way down, so
 * that no image can lead a walk astray: it ends in an answer or in a {@link
 * org.ext4map.model.CorruptionException}.
 */
@NullMarked
package org.ext4map.tree;

import org.jspecify.annotations.NullMarked;
