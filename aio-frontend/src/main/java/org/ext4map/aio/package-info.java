/**
 * Asynchronous direct I/O on the files of an image: what unwritten space was written is converted
 * after the I/O, and never on the thread that takes the completion.
 *
 * <pre>
 *  callers (SUBMITTER)              I/O thread (COMPLETION)                 workers (WORKER)
 *  Submitter, Mapper                IoLoop                                  Worker
 *   take a free request              poll ring ─▶ device requests            drain the shard
 *   inode lock, gate + 1     MP      submit, reap                   SP       group by inode, merge
 *   map → segments, ticket ──ring──▶ last device request over? ────ring────▶ one handle: convert, grow
 *   unlock, publish                    mustDefer? ─ yes: shard of the inode  gate − 1
 *                                      no: Completer.finish                  O_DSYNC: commit, flush
 *                                          gate − 1, report                  report
 * </pre>
 *
 * <b>A request</b> ({@code Request}, §6.10 of the kernel's behaviour) has one owner at a time, and
 * the rings hand it on: submitter, I/O thread, worker. Its class is chosen under the inode lock:
 *
 * <pre>
 *   READ        shared lock      written blocks from the device, zeros for the rest
 *   OVERWRITE   shared lock      all blocks written: no handle, no ticket, no allocation
 *   FILL        shared if all blocks exist, else exclusive: unwritten, converted by a worker
 *   EXTEND      exclusive lock   as FILL behind the end; orphan record; the caller waits, or not
 *   UNALIGNED   exclusive lock   alone, through the engine's synchronous writer
 * </pre>
 *
 * <b>One datum.</b> That blocks must be converted and that the completion must be deferred is the
 * same fact: the request's {@code Ticket}, issued by the mapper that met the first unwritten block,
 * read by the completer. Nothing of the inode or the file knows of it.
 *
 * <p><b>Who may do what</b> ({@link org.ext4map.locks.ThreadClass}): the completion thread takes no
 * lock, opens no handle, reads no metadata and never waits for a worker: the workers' rings have
 * room for all requests there are. Workers take no inode lock and do not wait for the gate. Only
 * submitters wait: for a free request, for locks, for the gate. So the one place with backpressure
 * is the free requests.
 *
 * <p><b>Locks:</b> none of its own on the way of a request. Hand-overs are Disruptor rings;
 * sleeping is announced by a flag, then the ring is looked at once more, and who publishes looks at
 * the flag after that: no wake-up is lost, and none is made while the other side is awake. {@code
 * BufferSpace} has a monitor, for allocation of buffers alone.
 *
 * <p><b>Batches.</b> What has gathered goes on together: the I/O thread submits all that has
 * arrived, a worker converts all that waits, and a callback hears when that was all ({@link
 * org.ext4map.aio.IoCallback#endOfBatch}), so that each side is woken once for many. A device that
 * has done everything when the call that submits returns would make the three take turns; it gets
 * portions, so that they work beside each other.
 *
 * <p>All pieces ({@code IoLoop}, {@code Completer}, {@code Worker}) take single steps; the threads
 * are loops around them. A simulator takes the steps itself, in one thread.
 *
 * <p><b>Poll mode</b> ({@link org.ext4map.aio.Completions#POLLED}) has no I/O thread: whoever polls
 * or waits takes its steps, one at a time, and is of class COMPLETION meanwhile. Most of the time
 * of a request that the device in memory has done within the call that submits went to sleeping and
 * waking between submitter and I/O thread; here there is one thread. The rules stay. Workers do
 * what must be deferred, and hand the request back for the report:
 *
 * <pre>
 *   A caller (SUBMITTER)                                                    worker (WORKER)
 *    write, write ─▶ ring                                                    convert, gate − 1
 *    await ─ CallerDriver leads (COMPLETION): submit, reap ──shard───────▶       │
 *            report ◀─────────────────────────────────────────────ring───────────┘
 * </pre>
 *
 * <p>With no workers the caller takes their steps, too, as a WORKER, and nothing is handed over: on
 * two processors that was faster than to share the work, as 32 requests are too few to hide that a
 * thread has to be woken.
 *
 * <p>A submitter that waits for the gate, for a free request or for its own extension drives, so it
 * does not wait for itself. One that waits for an inode lock does not: its holder, if he waits for
 * direct I/O, drives. So any number of threads may call, one leads and the others follow until it
 * has what it waited for.
 *
 * <p>Whatever fails, a request that was accepted ends once: with what the device said, with what
 * the conversion said, or, after a failure of the queue or a mistake of our own, with that. If the
 * queue fails while the device writes, the image stops to change as if its journal had failed: the
 * blocks that are still written to must not become another file's. {@link org.ext4map.aio.Trouble}
 * makes device and workers bad on purpose; docs/invariants.md names the test of each promise.
 *
 * <p>Start at {@link org.ext4map.aio.DirectIo}; the way of a request at {@code Submitter}. Below:
 * {@link org.ext4map.aio.ring} is one native queue, {@link org.ext4map.aio.jna} the only place that
 * leaves the JVM.
 */
@NullMarked
package org.ext4map.aio;

import org.jspecify.annotations.NullMarked;
