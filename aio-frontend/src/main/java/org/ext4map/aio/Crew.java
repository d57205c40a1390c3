package org.ext4map.aio;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.function.BooleanSupplier;
import org.ext4map.aio.ring.RingFile;
import org.ext4map.locks.ThreadClass;

/**
 * The threads of a {@link Machine}: each takes the steps of one piece, and sleeps when there are
 * none to take.
 */
final class Crew {
  private final Machine machine;
  private final RingFile file;
  private final List<Thread> threads = new ArrayList<>();
  private final CompletableFuture<Boolean> started = new CompletableFuture<>();
  private volatile boolean ending;

  /** What a worker's thread does over and over. */
  @FunctionalInterface
  interface Steps {
    BooleanSupplier of(Worker worker, int number);
  }

  /**
   * Threads that have not started.
   *
   * @param file the device; closed by the I/O thread at its end, or in poll mode by {@link #end}
   */
  Crew(Machine machine, RingFile file, Steps steps, ThreadFactory factory) {
    this.machine = machine;
    this.file = file;
    if (machine.driver == null) {
      add(factory, "ext4map-io", this::runLoop);
    }
    Relay relay = machine.relay;
    if (relay != null) {
      add(
          factory,
          "ext4map-completion",
          () -> run(ThreadClass.COMPLETION, relay::step, relay::sleep));
    }
    for (int i = 0; machine.hasWorkers && i < machine.workers.length; i++) {
      Worker worker = machine.workers[i];
      BooleanSupplier step = steps.of(worker, i);
      add(factory, "ext4map-worker-" + i, () -> run(ThreadClass.WORKER, step, worker::sleep));
    }
  }

  private void add(ThreadFactory factory, String name, Runnable body) {
    Thread thread = factory.newThread(body);
    thread.setName(name);
    threads.add(thread);
  }

  /**
   * Starts all threads; returns when the device is ready.
   *
   * @throws IOException if it is not to be had; no thread is left then
   */
  void start() throws IOException {
    threads.forEach(Thread::start);
    if (machine.driver != null) {
      startRing();
    }
    try {
      started.get();
    } catch (ExecutionException e) {
      end();
      Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
      throw new IOException("starting direct I/O: " + cause.getMessage(), cause);
    } catch (InterruptedException e) {
      end();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while direct I/O was starting", e);
    }
  }

  private void startRing() {
    try {
      file.ring().start();
      started.complete(true);
    } catch (IOException | RuntimeException e) {
      started.completeExceptionally(e);
    }
  }

  /** Ends all threads and closes the device; nothing is in flight. */
  void end() throws IOException {
    endThreads();
    if (machine.driver != null) {
      machine.driver.end();
      machine.volume.waitByParking();
      file.close();
    }
  }

  private void endThreads() {
    ending = true;
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        wakeAll();
        try {
          thread.join(1);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void wakeAll() {
    machine.loop.wake();
    if (machine.relay != null) {
      machine.relay.wake();
    }
    for (Worker worker : machine.workers) {
      worker.wake();
    }
  }

  private void runLoop() {
    ThreadClass.COMPLETION.become();
    try (file) {
      file.ring().start();
      started.complete(true);
      while (!ending || !machine.loop.isIdle()) {
        machine.steps.take();
      }
    } catch (IOException | RuntimeException e) {
      if (!started.completeExceptionally(e)) {
        machine.pool.fail(e);
      }
    }
  }

  private void run(ThreadClass threadClass, BooleanSupplier step, Runnable sleep) {
    threadClass.become();
    while (!ending) {
      try {
        if (!step.getAsBoolean()) {
          sleep.run();
        }
      } catch (RuntimeException | Error e) {
        machine.pool.fail(e); // no new requests; those under way are seen to their end
      }
    }
  }
}
