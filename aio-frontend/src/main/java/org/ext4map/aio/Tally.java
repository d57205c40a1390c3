package org.ext4map.aio;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/** Counts what has happened. Any thread. */
final class Tally {
  private final Map<RequestClass, LongAdder> byClass = new EnumMap<>(RequestClass.class);
  final LongAdder finishedInline = new LongAdder();
  final LongAdder deferred = new LongAdder();
  final LongAdder batches = new LongAdder();
  final LongAdder conversions = new LongAdder();
  final LongAdder syncs = new LongAdder();
  final LongAdder ticketsIssued = new LongAdder();
  final LongAdder ticketsReleased = new LongAdder();
  final LongAdder failed = new LongAdder();
  final LongAdder callbackFailures = new LongAdder();
  final LongAdder reported = new LongAdder();

  Tally() {
    for (RequestClass each : RequestClass.values()) {
      byClass.put(each, new LongAdder());
    }
  }

  /** Requests of one class. */
  LongAdder of(RequestClass kind) {
    return Objects.requireNonNull(byClass.get(kind));
  }

  DirectIo.Counters snapshot() {
    return new DirectIo.Counters(
        of(RequestClass.READ).sum(),
        of(RequestClass.OVERWRITE).sum(),
        of(RequestClass.FILL).sum(),
        of(RequestClass.EXTEND).sum(),
        of(RequestClass.UNALIGNED).sum(),
        finishedInline.sum(),
        deferred.sum(),
        batches.sum(),
        conversions.sum(),
        syncs.sum(),
        ticketsIssued.sum(),
        ticketsReleased.sum(),
        failed.sum(),
        reported.sum(),
        callbackFailures.sum());
  }
}
