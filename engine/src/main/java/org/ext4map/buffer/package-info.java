/**
 * The metadata blocks of an image in memory: each at most once, bounded, shared by all threads.
 *
 * <pre>
 *   pblk --hash--> [bucket]--> Slot --> Slot          a Slot refers weakly: it never keeps a block alive
 *                                |
 *                                v
 *                            MetaBlock <------------- ring of strong references, bounded; a clock
 *                            bytes, verifiedAs        hand takes out what was not used since it
 *                                                     last passed
 * </pre>
 *
 * A node of a tree remembers where the blocks are that its entries lead to ({@link
 * org.ext4map.buffer.Links}): then a step down looks neither at the bucket nor at the slot. Only
 * what the ring holds stands there, so that a node keeps no block in memory.
 *
 * <p>Start at {@link org.ext4map.buffer.BufferCache#read}. A block that the ring has dropped is
 * still found as long as somebody holds it, so two holders of one pblk always hold the same object,
 * and nobody has to give a block back. A hit takes no lock and allocates nothing. One lock guards
 * buckets and ring when they change; it is never held while the device is read. A block's own
 * monitor is held while it is read, so that one thread reads and the others wait for its bytes.
 */
@NullMarked
package org.ext4map.buffer;

import org.jspecify.annotations.NullMarked;
