/**
 * Which blocks and inodes are whose: what the groups say of themselves, the blocks that no file may
 * own, and who gives and takes the others.
 *
 * <pre>
 *   group g   [super][descriptors][reserved][bitmaps][inode table][ blocks for files ...        ]
 *             |--------------- system zones --------------------| |-- allowed, unless a journal --|
 *
 *   a block of a file system in use is one of
 *
 *        free  --claim, choose--▶  hidden  --use (journalled)--▶  used
 *          ▲                        │  ▲  ▲                        │
 *          │                        │  │  └── free (journalled) ───┘
 *          └──── discard, failure ──┘  │                    its transaction commits: hidden → free
 *          └──── commit of a free ─────┘
 *
 *   on disk:   0                     0                         1          bit in the block bitmap
 *   budget:    counted               not counted               not counted
 * </pre>
 *
 * Blocks kept for a file (preallocation) and blocks freed by a transaction that may still be lost
 * are hidden: the bitmap on disk has them as free, a search passes them by. They exist in memory
 * only; after a crash they are simply free. The budget counts what a search can find, so that a
 * request that was promised blocks finds them, and the last block of an image can be given.
 *
 * <p>A change of a block bitmap leaves the bitmap's checksum, and the descriptor's that holds it,
 * to the commit, which has both made once. What is set aside for a file is a few windows with a bit
 * for each block.
 *
 * <p>Start at {@link org.ext4map.alloc.BlockAllocator#allocate}; {@link
 * org.ext4map.alloc.SystemZones} answers the question every pointer of a file must answer.
 *
 * <p>Locks: one for each group (many share one), which protects its bitmaps, the changing fields of
 * its descriptor, its hidden blocks and its numbers. Nobody holds two, nobody waits for a journal
 * or a device under one; it comes last in the order of locks: inode lock, journal handle, dataSem,
 * buffer, group. The monitor of a descriptor block is taken under it, for a moment, so that
 * descriptors of neighbours can be checked. What is kept for a file has a monitor of its own, under
 * which nothing else is taken.
 */
@NullMarked
package org.ext4map.alloc;

import org.jspecify.annotations.NullMarked;
