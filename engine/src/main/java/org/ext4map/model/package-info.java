/**
 * The nouns everybody shares: a block range, an extent, one mapping answer, and the ways to fail.
 *
 * <pre>
 *   logical block (lblk)   0        8     11          what a file offset divides into, 32 bits
 *                          |---W----|--H--|---U---|
 *   physical block (pblk)  100            340         what the image is made of, 48 bits
 *
 *   written  the bytes on the device are the file's bytes
 *   unwritten the space is the file's, the bytes on the device are not: reads as zeros
 *   hole     no space at all: reads as zeros
 * </pre>
 *
 * One notation is used in tests, messages and by the command: {@code 0-7:W@100}, {@code 8-10:H},
 * {@code 11-18:U@340}; see {@link org.ext4map.model.Extent}. Nothing here has a lock; all but
 * {@link org.ext4map.model.Mapping} is immutable.
 */
@NullMarked
package org.ext4map.model;

import org.jspecify.annotations.NullMarked;
