/**
 * Who may wait for what: the order of all locks, and the threads that may not wait at all.
 *
 * <pre>
 *   inode lock ─▶ journal handle ─▶ orphan list ─▶ dataSem ─▶ buffer ─▶ allocation group ─▶ leaf
 *
 *                    inode lock    all else that sleeps    counters, flags
 *   SUBMITTER           yes               yes                    yes
 *   WORKER              no                yes                    yes
 *   COMPLETION          no                no                     yes
 * </pre>
 *
 * Two different rules. The order is checked where assertions are enabled, as in all tests: {@link
 * org.ext4map.locks.LockRank} remembers what each thread holds. The class of a thread is checked
 * always, in production too: {@link org.ext4map.locks.ThreadClass} costs a look at a thread-local
 * at each place that may sleep. Start there.
 *
 * <p>Facts: Linux fs/ext4/super.c, "Lock ordering"; check_irqs_on of fs/buffer.c; might_sleep.
 */
@NullMarked
package org.ext4map.locks;

import org.jspecify.annotations.NullMarked;
