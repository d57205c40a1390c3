package org.ext4map.aio;

import java.util.function.LongSupplier;
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
  final Completer completer;
  final @Nullable Relay relay;
  final IoLoop loop;
  final Submitter submitter;

  /**
   * What a machine is made of.
   *
   * @param depth requests in flight at most
   * @param workers how many
   * @param relays true to decide about completions in a thread of its own
   * @param convert how workers convert
   * @param idle what threads do when there is nothing to do
   * @param waiting how submitters wait; null to park
   */
  record Plan(
      int depth,
      int workers,
      boolean relays,
      ConvertMode convert,
      IdleMode idle,
      FullQueue whenFull,
      Submitter.Settings settings,
      @Nullable Waiting waiting) {}

  Machine(DirectVolume volume, IoRing ring, IoArena arena, Plan plan, LongSupplier clock) {
    this.volume = volume;
    pool = new RequestPool(plan.depth(), plan.whenFull(), tally, plan.waiting());
    workers = new Worker[plan.workers()];
    completer = new Completer(pool, tally, arena, new Deferral(workers));
    Conversions conversions = new Conversions(volume, completer, tally);
    for (int i = 0; i < workers.length; i++) {
      workers[i] = new Worker(pool, conversions, plan.convert(), plan.idle(), completer.reports());
    }
    if (plan.settings().faults().convertInline()) {
      completer.convertInline(request -> conversions.runAlone(request, Request.State.DEVICE_DONE));
    }
    relay =
        plan.relays()
            ? new Relay(plan.depth(), completer::deviceDone, completer::endOfBatch, plan.idle())
            : null;
    loop =
        new IoLoop(
            ring,
            plan.depth(),
            plan.settings().alignment(),
            plan.idle(),
            relay == null ? completer::deviceDone : relay::put);
    submitter =
        new Submitter(
            volume, pool, loop, completer, conversions, arena, tally, plan.settings(), clock);
  }

  /** After each step of the loop: announces what it has handed on. */
  void endOfLoopStep() {
    if (relay == null) {
      completer.endOfBatch();
    } else {
      relay.publish();
    }
  }
}
