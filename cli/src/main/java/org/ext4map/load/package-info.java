/**
 * Load on an image through direct I/O: measured jobs in fio's words, and the racing jobs of
 * xfstests generic/300 with a verifier for every file.
 *
 * <pre>
 *   Bench    makes or opens the image, prepares one file for each job
 *    ├─ Job     one thread: BlockOrder says where, Slots bring completions back, Timings keep when
 *    └─ RawJob  the same straight to a queue of its own, for what the front end adds
 *   Stress   Racer writers, allocator, punchers and verifier on shared files; then everything is read back
 * </pre>
 *
 * <p>A job's thread is the only one that submits for it and that keeps its figures. Completions
 * come on the threads of the front end; they set one bit and wake the job if it sleeps, no more. In
 * the steady state nothing here allocates.
 *
 * <p>Start at {@link org.ext4map.load.Bench} and {@link org.ext4map.load.Stress}.
 */
@NullMarked
package org.ext4map.load;

import org.jspecify.annotations.NullMarked;
