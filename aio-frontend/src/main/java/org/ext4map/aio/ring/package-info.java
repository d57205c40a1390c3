/**
 * Native queues of block I/O behind one interface.
 *
 * <pre>
 *   owner thread                                        any thread
 *   prepareWrite(...)  prepareRead(...)                 wake()
 *   submit(wait) ─────────────▶ kernel                    │ eventfd, for which every ring
 *   reap(sink)      ◀────────── completions  ◀────────────┘ keeps one request armed
 * </pre>
 *
 * One thread owns a ring: it alone prepares, submits, reaps and closes. Requests are numbered by
 * slot; a slot is busy from its prepare call to its completion, and the memory it names must stay
 * untouched until then. In steady state nothing is allocated. Facts: io_uring(7),
 * include/uapi/linux/io_uring.h, aio_abi.h.
 */
@NullMarked
package org.ext4map.aio.ring;

import org.jspecify.annotations.NullMarked;
