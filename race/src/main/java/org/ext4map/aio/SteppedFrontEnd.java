package org.ext4map.aio;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import org.ext4map.aio.ring.IoArena;
import org.ext4map.aio.ring.IoRing;
import org.ext4map.dio.DirectInode;
import org.ext4map.dio.DirectVolume;
import org.ext4map.dio.Waiting;

/**
 * The front end as it is shipped, without its threads: whoever has it takes the steps of each. It
 * stands in the package of the front end, because what it puts together is not for anybody else.
 *
 * <p>Threads: as the pieces: {@link #write} and {@link #read} submitters, {@link #submit} and
 * {@link #reap} one of class COMPLETION, {@link #work} one of class WORKER.
 */
public final class SteppedFrontEnd {
  private static final int SECTOR = 512;
  private static final int BOUNCE_BYTES = 4096;

  private final Machine machine;
  private final AtomicLong now = new AtomicLong();

  /**
   * A front end with one worker.
   *
   * @param arena its first {@link #bounceBytes} are the front end's own
   * @param waiting how submitters wait
   */
  public SteppedFrontEnd(
      DirectVolume volume, IoRing ring, IoArena arena, int requests, Waiting waiting) {
    Submitter.Settings settings =
        new Submitter.Settings(0, SECTOR, SECTOR, BOUNCE_BYTES, false, false, Faults.NONE);
    Machine.Plan plan =
        new Machine.Plan(
            requests,
            1,
            Completions.IO_THREAD,
            ConvertMode.BATCHED,
            IdleMode.PARK,
            FullQueue.WAIT,
            settings,
            waiting);
    machine = new Machine(volume, ring, arena, plan, now::incrementAndGet);
  }

  /** What the front end takes of an arena for that many requests. */
  public static int bounceBytes(int requests) {
    return requests * BOUNCE_BYTES;
  }

  /** Writes bytes of the arena. */
  public void write(DirectInode inode, int arenaAt, int length, long position, IoCallback callback)
      throws IOException {
    machine.submitter.write(inode, arenaAt, length, position, false, callback, 0);
  }

  /** Reads to the arena. */
  public void read(DirectInode inode, int arenaAt, int length, long position, IoCallback callback)
      throws IOException {
    machine.submitter.read(inode, arenaAt, length, position, callback, 0);
  }

  /** The I/O thread takes what has arrived and hands it to the device. */
  public void submit() throws IOException {
    machine.loop.submit(true);
  }

  /** The I/O thread takes what the device has ended, and decides. */
  public void reap() {
    machine.loop.reap();
    machine.steps.endStep();
  }

  /** True if the worker has something to do. */
  public boolean hasDeferred() {
    return !machine.workers[0].arrivals().isEmpty();
  }

  /** The worker does what has arrived. */
  public void work() {
    machine.workers[0].step();
  }

  /** What has happened so far. */
  public DirectIo.Counters counters() {
    return machine.tally.snapshot();
  }
}
