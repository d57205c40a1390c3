package org.ext4map.aio;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.ext4map.aio.Request.State;
import org.ext4map.aio.ring.IoArena;
import org.ext4map.device.MemoryBlockDevice;
import org.junit.jupiter.api.Test;

class IoLoopTest {
  private static final int REQUESTS = 32;
  private static final int BYTES = 512;

  private final List<Request> done = new ArrayList<>();
  private final Tally tally = new Tally();

  /** A write of one device request, ready for the loop. */
  private Request queued(int slot) {
    Request request = new Request(slot, tally);
    request.begin();
    request.move(State.NEW, State.MAPPING);
    request.kind = RequestClass.OVERWRITE;
    request.addSegment((long) slot * BYTES, slot * BYTES, BYTES);
    request.move(State.MAPPING, State.QUEUED);
    return request;
  }

  private void putAll(IoLoop loop) {
    for (int slot = 0; slot < REQUESTS; slot++) {
      loop.put(queued(slot));
    }
  }

  @Test
  void aDeviceThatAnswersAtOnceGetsPortionsAndNobodySleepsBetweenThem() throws Exception {
    InstantRing device = new InstantRing(REQUESTS);
    IoLoop loop = new IoLoop(device, REQUESTS, BYTES, IdleMode.PARK, request -> true, done::add);
    putAll(loop);
    loop.submit(true);
    loop.reap();
    assertThat(device.portions).as("nothing is known of the device yet").containsExactly(REQUESTS);

    putAll(loop);
    while (done.size() < 2 * REQUESTS) {
      loop.submit(true);
      loop.reap();
    }

    List<Integer> portions = device.portions.subList(1, device.portions.size());
    assertThat(portions).isEqualTo(Collections.nCopies(REQUESTS / IoLoop.PORTION, IoLoop.PORTION));
    assertThat(device.waits).isZero();
    assertThat(done).doesNotHaveDuplicates().allMatch(each -> !each.hasFailed());
    assertThat(loop.isIdle()).isTrue();
  }

  @Test
  void whoDrivesAloneGetsPortionsOnlyWhereAWorkerGoesOn() throws Exception {
    InstantRing device = new InstantRing(REQUESTS);
    IoLoop loop = new IoLoop(device, REQUESTS, BYTES, IdleMode.PARK, Request::mustDefer, done::add);
    for (int round = 0; round < 2; round++) {
      putAll(loop);
      loop.submit(true);
      loop.reap();
    }
    assertThat(device.portions).containsExactly(REQUESTS, REQUESTS);

    Request deferred = queued(0);
    deferred.durable = true;
    loop.put(deferred);
    loop.submit(true);
    loop.reap();
    putAll(loop);
    loop.submit(true);
    assertThat(device.portions).endsWith(1, IoLoop.PORTION);
  }

  @Test
  void aDeviceThatTakesItsTimeGetsAllThatHasArrived() throws Exception {
    IoArena arena = IoArena.ofDirectBuffer(REQUESTS * BYTES);
    SimRing device = new SimRing(new MemoryBlockDevice(1 << 20), arena, REQUESTS);
    IoLoop loop = new IoLoop(device, REQUESTS, BYTES, IdleMode.PARK, request -> true, done::add);
    SplittableRandom random = new SplittableRandom(1);
    loop.put(queued(0));
    loop.submit(true);
    device.endOne(random, 0);
    loop.reap(); // the one request was over in its own step: that looks like memory
    putAll(loop);
    loop.submit(true);
    assertThat(device.inDevice()).isEqualTo(IoLoop.PORTION);
    loop.reap();
    loop.submit(true);
    assertThat(device.inDevice()).as("it was not over: no portions any more").isEqualTo(REQUESTS);

    while (device.isBusy()) {
      device.endOne(random, 0);
    }
    loop.reap();
    assertThat(done).hasSize(REQUESTS + 1);
  }
}
