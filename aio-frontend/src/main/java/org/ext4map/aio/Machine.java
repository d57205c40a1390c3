package org.ext4map.aio;

import java.util.Objects;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.ext4map.aio.ring.IoArena;
import org.ext4map.aio.ring.IoRing;
import org.ext4map.dio.DirectVolume;
import org.ext4map.dio.Waiting;
import org.jspecify.annotations.Nullable;

/**
 * All pieces, put together, and no thread: whoever has it takes the steps. Production gives each
 * piece a thread, a simulator takes the steps in an order of its own.
 */
final class Machine {
  final DirectVolume volume;
  final Tally tally = new Tally();
  final RequestPool pool;
  final Worker[] workers;

  /** False if there are no threads for them, but one worker whose steps are taken by who drives. */
  final boolean hasWorkers;

  final Completer completer;
  final @Nullable Relay relay;
  final IoLoop loop;
  final DeviceSteps steps;

  /** In poll mode. */
  final @Nullable CallerDriver driver;

  final Submitter submitter;

  /**
   * What a machine is made of.
   *
   * @param depth requests in flight at most
   * @param workers how many; in poll mode none leaves their work to who drives
   * @param completions who takes them
   * @param convert how workers convert
   * @param idle what threads do when there is nothing to do
   * @param waiting how submitters wait; null to park
   */
  record Plan(
      int depth,
      int workers,
      Completions completions,
      ConvertMode convert,
      IdleMode idle,
      FullQueue whenFull,
      Submitter.Settings settings,
      @Nullable Waiting waiting) {}

  Machine(DirectVolume volume, IoRing ring, IoArena arena, Plan plan, LongSupplier clock) {
    this.volume = volume;
    pool = new RequestPool(plan.depth(), plan.whenFull(), tally);
    hasWorkers = plan.workers() > 0;
    workers = new Worker[Math.max(1, plan.workers())];
    completer = new Completer(pool, tally, arena, new Deferral(workers));
    Conversions conversions = new Conversions(volume, completer, tally);
    boolean isPolled = plan.completions() == Completions.POLLED;
    HandOver returned = isPolled && hasWorkers ? HandOver.ofMany(plan.depth()) : null;
    for (int i = 0; i < workers.length; i++) {
      Endings endings = returned == null ? completer.reporting() : returning(returned);
      HandOver arrivals = isPolled ? HandOver.ofMany(plan.depth()) : HandOver.ofOne(plan.depth());
      workers[i] =
          new Worker(arrivals, plan.depth(), conversions, plan.convert(), plan.idle(), endings);
    }
    if (plan.settings().faults().convertInline()) {
      completer.convertInline(request -> conversions.runAlone(request, Request.State.DEVICE_DONE));
    }
    relay =
        plan.completions() == Completions.OWN_THREAD
            ? new Relay(plan.depth(), completer::deviceDone, completer::endOfBatch, plan.idle())
            : null;
    loop =
        new IoLoop(
            ring,
            plan.depth(),
            plan.settings().alignment(),
            plan.idle(),
            goesOn(isPolled),
            relay == null ? completer::deviceDone : relay::put);
    steps = new DeviceSteps(volume, pool, loop, completer, relay, returned);
    driver = isPolled ? new CallerDriver(pool, loop, steps, hasWorkers ? null : workers[0]) : null;
    if (driver != null) {
      pool.waitBy(driver);
      volume.waitBy(driver);
    } else if (plan.waiting() != null) {
      pool.waitBy(plan.waiting());
    }
    submitter =
        new Submitter(
            volume, pool, loop, completer, conversions, arena, tally, plan.settings(), clock);
  }

  /** Who goes on with a request beside the thread that drives the device: everybody, or workers. */
  private Predicate<Request> goesOn(boolean isPolled) {
    if (!isPolled) {
      return request -> true;
    }
    return hasWorkers ? Request::mustDefer : request -> false;
  }

  /** Hands what workers have done to who drives the device; he reports it. */
  private Endings returning(HandOver returned) {
    return new Endings() {
      @Override
      public void ended(Request request) {
        returned.put(request);
      }

      @Override
      public void endOfBatch() {
        Objects.requireNonNull(driver).changed();
      }
    };
  }
}
