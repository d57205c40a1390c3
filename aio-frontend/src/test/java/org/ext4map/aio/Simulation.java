package org.ext4map.aio;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import org.ext4map.Ext4Image;
import org.ext4map.aio.ring.IoArena;
import org.ext4map.device.BlockDevice;
import org.ext4map.dio.DirectVolume;
import org.ext4map.locks.ThreadClass;
import org.jspecify.annotations.Nullable;

/**
 * The whole front end in one thread: device, I/O loop, completion relay and workers take their
 * steps in an order that a seed chooses, each as a thread of its class. Who waits in a submitter's
 * call lets the others go on.
 */
final class Simulation {
  private static final int MOST_STEPS = 20_000;

  final Machine machine;
  final IoArena arena;
  private final SimRing ring;
  private final SplittableRandom random;
  private final int faultsPerMille;
  private final List<String> trace = new ArrayList<>();
  private long now;
  private int stalledWorker = -1;

  /** Between the two halves of a step of the loop, where the I/O thread may sleep. */
  private boolean submitted;

  /** How a simulated front end is put together. */
  record Shape(
      int depth,
      int deviceSlots,
      int workers,
      Completions completions,
      ConvertMode convert,
      ExtendMode extend,
      SplitAt split,
      int faultsPerMille,
      Faults faults) {
    /** As a front end is if nothing is said, with one worker and a device without troubles. */
    static Shape plain(int depth, Faults faults) {
      return new Shape(
          depth,
          4,
          1,
          Completions.IO_THREAD,
          ConvertMode.BATCHED,
          ExtendMode.WAIT,
          SplitAt.COMPLETION,
          0,
          faults);
    }

    /** The same in poll mode, and without workers if there are none. */
    Shape inPollMode(int workers) {
      return new Shape(
          depth,
          deviceSlots,
          workers,
          Completions.POLLED,
          convert,
          extend,
          split,
          faultsPerMille,
          faults);
    }

    private static Completions completions(int number) {
      return switch (number) {
        case 0 -> Completions.IO_THREAD;
        case 1 -> Completions.OWN_THREAD;
        default -> Completions.POLLED;
      };
    }

    static Shape random(SplittableRandom random) {
      Completions completions = completions(random.nextInt(3));
      int fewest = completions == Completions.POLLED ? 0 : 1;
      return new Shape(
          1 + random.nextInt(8),
          1 + random.nextInt(6),
          fewest + random.nextInt(3),
          completions,
          random.nextInt(4) == 0 ? ConvertMode.SINGLE : ConvertMode.BATCHED,
          random.nextBoolean() ? ExtendMode.DEFER : ExtendMode.WAIT,
          random.nextBoolean() ? SplitAt.SUBMISSION : SplitAt.COMPLETION,
          random.nextInt(3) == 0 ? 150 : 0,
          Faults.NONE);
    }
  }

  Simulation(Ext4Image image, BlockDevice dataDevice, Shape shape, long seed, int arenaBytes) {
    random = new SplittableRandom(seed);
    faultsPerMille = shape.faultsPerMille();
    arena = IoArena.ofDirectBuffer(arenaBytes);
    DirectVolume volume = image.direct();
    boolean isPolled = shape.completions() == Completions.POLLED;
    if (isPolled) {
      ring = new SimRing(dataDevice, arena, shape.deviceSlots(), this::stepUntilAwake);
    } else {
      ring = new SimRing(dataDevice, arena, shape.deviceSlots());
      volume.waitBy(this::stepUntil);
    }
    Submitter.Settings settings =
        new Submitter.Settings(
            0,
            512,
            512,
            4096,
            shape.extend() == ExtendMode.DEFER,
            shape.split() == SplitAt.SUBMISSION,
            shape.faults());
    machine =
        new Machine(
            volume,
            ring,
            arena,
            new Machine.Plan(
                shape.depth(),
                shape.workers(),
                shape.completions(),
                shape.convert(),
                IdleMode.PARK,
                FullQueue.WAIT,
                settings,
                isPolled ? null : this::stepUntil),
            () -> now++);
  }

  SplittableRandom random() {
    return random;
  }

  /** Notes something for the trace. */
  void note(String what) {
    trace.add(what);
  }

  /** All that has happened, in order. */
  List<String> trace() {
    return trace;
  }

  /** From now on this worker does nothing; −1 for none. */
  void stall(int worker) {
    stalledWorker = worker;
  }

  /** A submitter waits: the others go on. */
  void stepUntil(BooleanSupplier done) {
    for (int steps = 0; !done.getAsBoolean(); steps++) {
      if (steps == MOST_STEPS) {
        throw new AssertionError("waits for ever\n" + String.join("\n", trace));
      }
      step();
    }
  }

  /** Lets everything come to its end. */
  void finish() {
    stalledWorker = -1;
    stepUntil(() -> machine.pool.inFlight() == 0);
  }

  /** One step of one piece. */
  void step() {
    int choice = random.nextInt(4);
    switch (choice) {
      case 0 -> endOne();
      case 1 -> drive();
      case 2 -> driveOn();
      default -> work();
    }
  }

  private void drive() {
    @Nullable CallerDriver driver = machine.driver;
    if (driver == null) {
      as(ThreadClass.COMPLETION, this::stepLoop);
    } else {
      driver.poll();
      throwMistake();
    }
  }

  /** What is optional: the relay's steps, or waiting for a request that is under way. */
  private void driveOn() {
    @Nullable Relay relay = machine.relay;
    if (relay != null) {
      as(ThreadClass.COMPLETION, relay::step);
    } else if (machine.driver != null && stalledWorker < 0) {
      int now = machine.pool.inFlight();
      machine.pool.await(() -> machine.pool.inFlight() < now || now == 0);
      throwMistake();
    }
  }

  /** Who drives is told of a mistake by refusals; here it is to be seen. */
  private void throwMistake() {
    @Nullable Throwable mistake = machine.pool.failure();
    if (mistake instanceof RuntimeException exception) {
      throw exception;
    }
    if (mistake instanceof Error error) {
      throw error;
    }
  }

  private void work() {
    if (!machine.hasWorkers) {
      return;
    }
    int worker = random.nextInt(machine.workers.length);
    if (worker != stalledWorker) {
      as(ThreadClass.WORKER, machine.workers[worker]::step);
    }
  }

  /** In poll mode: who drives sleeps in the device, and only the others go on. */
  private void stepUntilAwake() {
    for (int steps = 0; ring.isAsleep(); steps++) {
      if (steps == MOST_STEPS) {
        throw new AssertionError("sleeps for ever\n" + String.join("\n", trace));
      }
      if (random.nextBoolean()) {
        endOne();
      } else {
        work();
      }
    }
  }

  private void endOne() {
    try {
      if (ring.isBusy()) {
        note(ring.endOne(random, faultsPerMille));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void stepLoop() {
    try {
      if (!submitted) {
        machine.loop.submit(true);
        submitted = true;
      } else if (!ring.isAsleep()) {
        submitted = false;
        machine.loop.reap();
        machine.steps.endStep();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void as(ThreadClass threadClass, Runnable step) {
    ThreadClass before = threadClass.become();
    try {
      step.run();
    } finally {
      before.become();
    }
  }
}
