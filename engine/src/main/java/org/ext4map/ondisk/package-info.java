/**
 * The bytes of ext4 and jbd2 with names: flyweights over a buffer, and every checksum. No I/O, no
 * locks.
 *
 * <pre>
 *   ByteBuffer  [ 0a f3 02 00 04 00 ... ]
 *                 ^base
 *   flyweight     ExtentNode: entries() = 2, capacity() = 4      offsets and byte order live here only
 * </pre>
 *
 * A flyweight names one structure, holds a buffer and a base, and reads or writes fields in place;
 * the raw value of a field that needs decoding never leaves it. It takes byte order from its
 * accessors ({@link org.ext4map.ondisk.LittleEndian} for ext4, {@link org.ext4map.ondisk.BigEndian}
 * for jbd2), not from the buffer, and ignores the buffer's position. Flyweights are not
 * thread-safe; those that several threads read at once are immutable copies. Reading never throws
 * for odd values: rules are checked by explicit {@code verify} methods, which throw {@link
 * org.ext4map.model.CorruptionException}.
 *
 * <p>Facts: Linux 6.1 fs/ext4 and fs/jbd2, and the ext4 disk layout documentation of the kernel.
 */
@NullMarked
package org.ext4map.ondisk;

import org.jspecify.annotations.NullMarked;
