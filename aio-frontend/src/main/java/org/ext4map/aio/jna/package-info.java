/**
 * The system calls the front end needs, through JNA direct mapping: primitives in, primitives out,
 * no garbage. Addresses are {@code long}. A call that fails returns −1 and leaves the reason in
 * {@link com.sun.jna.Native#getLastError()} of the same thread; ask before the next call.
 */
@NullMarked
package org.ext4map.aio.jna;

import org.jspecify.annotations.NullMarked;
