/**
 * What an asynchronous front end may ask of an image, and on which kind of thread: the engine's
 * half of direct I/O (Linux fs/ext4/file.c, fs/iomap/direct-io.c).
 *
 * <pre>
 *   submitter                                        worker
 *     lock, shared or exclusive                        startChange ── one handle ──┐
 *     map / allocate / isolate                           convert [from, to)        │ for many requests
 *     enter ── the gate counts one more                  grow                      │ of one inode
 *     unlock                                             close  ───────────────────┘
 *          device I/O, no lock, no handle              leave ── the gate counts one less
 * </pre>
 *
 * The <b>gate</b> (i_dio_count) says that blocks which were looked up under the inode lock are
 * still in use after the lock was let go. Whoever takes blocks away, or writes by himself, takes
 * the lock exclusively, so that nobody can enter, and then waits until the gate counts nothing.
 *
 * <p>Locks: the gate has none; leaving it never waits, so a completion thread may do it. Start at
 * {@link org.ext4map.dio.DirectInode}.
 */
@NullMarked
package org.ext4map.dio;

import org.jspecify.annotations.NullMarked;
