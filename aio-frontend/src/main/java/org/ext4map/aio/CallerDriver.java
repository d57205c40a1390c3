package org.ext4map.aio;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.ext4map.dio.Waiting;
import org.ext4map.locks.ThreadClass;
import org.jspecify.annotations.Nullable;

/**
 * Poll mode: the steps of the I/O thread are taken by whoever polls, or waits for something that a
 * step may bring about. One leads at a time; the others who wait follow, and one of them takes over
 * when the leader has what he waited for. So nobody waits for a thread that does not come.
 *
 * <pre>
 *   A  submit  submit  await ─ leads: step, step, sleeps in the device, step ─ done
 *   B       truncate: gate ─── follows ........................................ leads: step ─ quiet
 * </pre>
 *
 * <p>A leader is of class COMPLETION for as long as a step takes, whatever it holds otherwise: a
 * step takes no lock. Where there are no workers it takes their steps after that, as a WORKER.
 * Before it sleeps it says so, and looks again whether it has what it waits for; workers look after
 * they have done something.
 *
 * <p>Threads: any submitter.
 */
final class CallerDriver implements Waiting {
  private static final long NAP_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

  private final RequestPool pool;
  private final IoLoop loop;
  private final DeviceSteps steps;
  private final @Nullable Worker own;

  /** Held by the leader. */
  private final ReentrantLock lead = new ReentrantLock();

  /** What the leader waits for. */
  private BooleanSupplier wish = () -> true;

  private final BooleanSupplier mustStayAwake = this::mustStayAwake;
  private volatile boolean ended;

  /**
   * A driver.
   *
   * @param own the worker whose steps it takes, too; null if workers have threads
   */
  CallerDriver(RequestPool pool, IoLoop loop, DeviceSteps steps, @Nullable Worker own) {
    this.own = own;
    this.pool = pool;
    this.loop = loop;
    this.steps = steps;
  }

  /** Takes one step without waiting, unless somebody else leads. */
  void poll() {
    requireMayDrive();
    if (lead.tryLock()) {
      try {
        if (!ended) {
          step(false);
        }
      } finally {
        letGo();
      }
    }
  }

  @Override
  public void until(BooleanSupplier done) {
    requireMayDrive();
    while (!done.getAsBoolean()) {
      if (ended) {
        LockSupport.parkNanos(this, NAP_NANOS); // for somebody else's requests
      } else if (lead.tryLock()) {
        try {
          leadUntil(done);
        } finally {
          letGo();
        }
      } else {
        pool.follow(() -> done.getAsBoolean() || !lead.isLocked());
      }
    }
  }

  private void leadUntil(BooleanSupplier done) {
    wish = done;
    while (!done.getAsBoolean() && !ended) {
      step(true);
    }
  }

  /** The leader of a while ago may have been the only one awake. */
  private void letGo() {
    lead.unlock();
    pool.wakeWaiters();
  }

  @Override
  public boolean until(BooleanSupplier done, long nanos) {
    long end = System.nanoTime() + nanos;
    while (!done.getAsBoolean() && System.nanoTime() - end < 0) {
      poll();
      if (!done.getAsBoolean()) {
        LockSupport.parkNanos(this, NAP_NANOS);
      }
    }
    return done.getAsBoolean();
  }

  @Override
  public void changed() {
    loop.wake();
    pool.wakeWaiters();
  }

  private static void requireMayDrive() {
    ThreadClass.assertMayWaitForRequests("driving direct I/O");
  }

  private void step(boolean mayWait) {
    ThreadClass before = ThreadClass.COMPLETION.become();
    try {
      steps.take(mayWait, mustStayAwake);
      if (own != null) {
        ThreadClass.WORKER.become();
        stepOf(own);
      }
    } finally {
      before.become();
    }
  }

  private void stepOf(Worker worker) {
    try {
      worker.step();
    } catch (RuntimeException | Error e) {
      pool.fail(e); // no new requests; those under way are seen to their end
    }
  }

  private boolean mustStayAwake() {
    return ended || wish.getAsBoolean() || steps.hasReturned();
  }

  /**
   * Nobody drives any more; nothing is in flight. Answers when the last leader is gone, so that the
   * device can be closed.
   */
  void end() {
    ended = true;
    while (!lead.tryLock()) {
      changed();
      LockSupport.parkNanos(this, NAP_NANOS);
    }
    letGo();
  }
}
