/**
 * Looks at an open image and says what it sees: what one block is, who owns it and why it reads as
 * it does; how scattered space and files are; what the log holds; how two images differ.
 *
 * <pre>
 *   block ── fixed places ───── superblock, descriptors, bitmaps, inode tables
 *     └───── every inode ────── map node, contents, attributes        {@link RoleFinder}
 *               └── every directory, then upwards by ".." ── paths    {@link NameFinder}
 * </pre>
 *
 * Nothing on disk leads from a block to its owner, nor from an inode to its name, so both are
 * searched; many blocks or inodes cost one search. Start at {@link
 * org.ext4map.inspect.BlockExplainer}. All here stands on what an embedder sees of an image, writes
 * nothing, and belongs to the thread that calls. Memory depends on what is asked for, not on the
 * size of the image; what a damaged or hostile image may cost is bounded by its own size. An inode
 * that cannot be read is passed over and counted ({@link org.ext4map.inspect.Unread}).
 */
@NullMarked
package org.ext4map.inspect;

import org.jspecify.annotations.NullMarked;
