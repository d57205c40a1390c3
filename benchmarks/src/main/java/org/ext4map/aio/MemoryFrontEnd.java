package org.ext4map.aio;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.ext4map.aio.ring.IoArena;
import org.ext4map.dio.DirectInode;
import org.ext4map.dio.DirectVolume;
import org.ext4map.locks.ThreadClass;
import org.jspecify.annotations.Nullable;

/**
 * A front end over a device in memory. Either the caller takes all steps, in one thread, or it has
 * its I/O thread and its worker, as in production.
 *
 * <p>Threads: one submitter.
 */
public final class MemoryFrontEnd implements AutoCloseable {
  private static final int BLOCK = 4096;

  private final Machine machine;
  private final IoArena arena;
  private final MemoryRing ring;
  private final boolean inline;
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean ending;

  private final IoCallback check = this::check;
  private long failures;

  private MemoryFrontEnd(
      DirectVolume volume, int depth, FullQueue whenFull, IdleMode idle, boolean inline) {
    this.inline = inline;
    arena = IoArena.ofDirectBuffer(2 * depth * BLOCK);
    ring = new MemoryRing(depth);
    Submitter.Settings settings =
        new Submitter.Settings(0, 512, 512, BLOCK, false, false, new Faults(inline, false));
    Machine.Plan plan =
        new Machine.Plan(
            depth, 1, Completions.IO_THREAD, ConvertMode.BATCHED, idle, whenFull, settings, null);
    machine = new Machine(volume, ring, arena, plan, System::nanoTime);
  }

  /**
   * Without threads.
   *
   * @param inline true to convert where completions are taken, at once and one by one, as must not
   *     be: there that is a thread that may sleep, so that it can be compared
   */
  public static MemoryFrontEnd stepped(DirectVolume volume, int depth, boolean inline) {
    return new MemoryFrontEnd(volume, depth, FullQueue.REFUSE, IdleMode.PARK, inline);
  }

  /** With an I/O thread and a worker. */
  public static MemoryFrontEnd threaded(DirectVolume volume, int depth, IdleMode idle) {
    MemoryFrontEnd made = new MemoryFrontEnd(volume, depth, FullQueue.WAIT, idle, false);
    made.run("bench-io", made::serveDevice);
    made.run("bench-worker", made::work);
    return made;
  }

  private void run(String name, Runnable body) {
    Thread thread = new Thread(body, name);
    thread.setDaemon(true);
    thread.start();
    threads.add(thread);
  }

  private void serveDevice() {
    ThreadClass.COMPLETION.become();
    ring.start();
    while (!ending) {
      stepLoop(true);
    }
  }

  private void work() {
    ThreadClass.WORKER.become();
    Worker worker = machine.workers[0];
    while (!ending) {
      if (!worker.step()) {
        worker.sleep();
      }
    }
  }

  private void stepLoop(boolean mayWait) {
    try {
      machine.loop.submit(mayWait);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    machine.loop.reap();
    machine.steps.endStep();
  }

  private void check(long cookie, int result, @Nullable IOException failure) {
    if (result != BLOCK) {
      failures++;
    }
  }

  // ---- requests --------------------------------------------------------------------------------

  /** Writes a block; {@code slot} below the depth. */
  public void write(DirectInode inode, int slot, long lblk) throws IOException {
    machine.submitter.write(inode, at(slot), BLOCK, lblk * BLOCK, false, check, lblk);
  }

  /** Reads a block. */
  public void read(DirectInode inode, int slot, long lblk) throws IOException {
    machine.submitter.read(inode, at(slot), BLOCK, lblk * BLOCK, check, lblk);
  }

  /** In the half behind the requests' own memory. */
  private int at(int slot) {
    return (machine.pool.depth() + slot) * BLOCK;
  }

  /** Without threads: everything goes to its end. */
  public void step() {
    ThreadClass io = inline ? ThreadClass.WORKER : ThreadClass.COMPLETION;
    while (machine.pool.inFlight() > 0) {
      ThreadClass before = io.become();
      stepLoop(false);
      ThreadClass.WORKER.become();
      machine.workers[0].step();
      before.become();
    }
  }

  /** With threads: returns when nothing is in flight. */
  public void drain() {
    machine.pool.drain();
  }

  /** Requests that did not transfer their block, so far; with nothing in flight. */
  public long failures() {
    return failures;
  }

  /** What has happened so far. */
  public DirectIo.Counters counters() {
    return machine.tally.snapshot();
  }

  @Override
  public void close() {
    ending = true;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        machine.loop.wake();
        ring.wake();
        machine.workers[0].wake();
        try {
          thread.join(1);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return;
        }
      }
    }
    arena.close();
  }
}
