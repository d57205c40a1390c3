/**
 * Which blocks are whose: the groups of an image and the blocks that no file may own.
 *
 * <pre>
 *   group g   [super][descriptors][reserved][bitmaps][inode table][ blocks for files ...        ]
 *             |--------------- system zones --------------------| |-- allowed, unless a journal --|
 * </pre>
 *
 * Start at {@link org.ext4map.alloc.GroupTable} for what a group says of itself, and at {@link
 * org.ext4map.alloc.SystemZones} for the question every pointer of a file must answer. Both may be
 * used by many threads.
 */
@NullMarked
package org.ext4map.alloc;

import org.jspecify.annotations.NullMarked;
