/**
 * Asynchronous direct I/O on an image file, from the bottom up: is direct I/O real here, and which
 * native queue can be had.
 *
 * <pre>
 *   DirectIoProbe   can this file be read past the page cache, and with which alignment?
 *        |
 *   ring.IoRing     one native queue, owned by one thread:  io_uring -&gt; kernel AIO -&gt; FileChannel
 *        |          probed in this order, the choice told in one line
 *   jna.Libc        the only place that leaves the JVM
 * </pre>
 *
 * The thread that owns a ring submits and reaps; it is what interrupt context is to the kernel, so
 * it never waits for anything but the ring itself.
 */
@NullMarked
package org.ext4map.aio;

import org.jspecify.annotations.NullMarked;
