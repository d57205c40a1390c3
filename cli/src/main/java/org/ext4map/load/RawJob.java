package org.ext4map.load;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import org.ext4map.aio.ring.IoRing;
import org.ext4map.aio.ring.RingFile;
import org.ext4map.model.Extent;
import org.ext4map.model.ExtentState;

/**
 * The same requests as {@link Job}, but straight from the job's thread to the kernel's queue, at
 * the places in the image where the blocks of the file lie: all that a front end adds is missing.
 *
 * <p>Threads: the job's, which owns the queue.
 */
final class RawJob implements Callable<Job.Result> {
  private final Path image;
  private final RingFile.Engine engine;
  private volatile String choice = "";
  private final JobPlan plan;
  private final BlockOrder order;
  private final SplittableRandom random;
  private final Timings timings;
  private final int[] free;
  private int freeCount;
  private int badResult;

  /** For each request of a pass, where in the image it goes. */
  private final long[] places;

  private final IoRing.CompletionSink sink = this::completed;

  /**
   * A job; it opens a queue of its own.
   *
   * @param extents of a file that is written from end to end
   * @throws IOException if a request does not lie in one extent
   */
  RawJob(
      Path image,
      RingFile.Engine engine,
      List<Extent> extents,
      int blockSize,
      JobPlan plan,
      int number)
      throws IOException {
    this.image = image;
    this.engine = engine;
    this.plan = plan;
    this.order = new BlockOrder(plan.blocks(), plan.pattern().isRandom(), plan.seed() + number);
    this.random = new SplittableRandom(plan.seed() - number);
    this.places = places(extents, blockSize, plan);
    this.timings = new Timings(plan.depth());
    this.free = new int[plan.depth()];
    for (int slot = 0; slot < free.length; slot++) {
      free[freeCount++] = slot;
    }
  }

  private static long[] places(List<Extent> extents, int blockSize, JobPlan plan)
      throws IOException {
    long[] places = new long[Math.toIntExact(plan.blocks())];
    int i = 0;
    for (int request = 0; request < places.length; request++) {
      long from = (long) request * plan.blockBytes();
      while (i < extents.size() && extents.get(i).end() * blockSize <= from) {
        i++;
      }
      long end = i == extents.size() ? 0 : extents.get(i).end() * blockSize;
      if (end < from + plan.blockBytes() || extents.get(i).state() != ExtentState.WRITTEN) {
        throw new IOException(
            "bytes " + from + "+" + plan.blockBytes() + " of the file, allowed in one extent");
      }
      Extent extent = extents.get(i);
      places[request] = extent.pblk() * blockSize + from - extent.lblk() * blockSize;
    }
    return places;
  }

  /** One line for a person, when it has run. */
  String describe() {
    return choice;
  }

  @Override
  public Job.Result call() throws IOException {
    int bytes = plan.depth() * plan.blockBytes();
    try (RingFile file =
        RingFile.open(
            image, engine, plan.depth(), bytes, body -> new Thread(body, "ext4map-raw"))) {
      choice = file.choice() + "; raw";
      plan.fill(file.arena().bytes());
      IoRing ring = file.ring();
      ring.start();
      long left = plan.isTimed() ? Long.MAX_VALUE : plan.blocks();
      long start = System.nanoTime();
      long limit = plan.runtime().map(each -> each.toNanos()).orElse(Long.MAX_VALUE);
      boolean goesOn = true;
      while (goesOn || freeCount < free.length) {
        goesOn = goesOn && left > 0 && System.nanoTime() - start < limit;
        int batch = goesOn ? (int) Math.min(freeCount, left) : 0;
        left -= batch;
        submit(ring, batch);
        ring.reap(sink);
      }
      if (badResult != 0) {
        throw new IOException("a request ended with " + badResult);
      }
      return timings.result();
    }
  }

  private void submit(IoRing ring, int batch) throws IOException {
    long now = System.nanoTime();
    int first = freeCount - batch;
    for (int i = first; i < freeCount; i++) {
      int slot = free[i];
      boolean reading = timings.begin(slot, plan.pattern(), random, now);
      long at = places[(int) order.next()];
      long arena = (long) slot * plan.blockBytes();
      if (reading) {
        ring.prepareRead(slot, arena, plan.blockBytes(), at);
      } else {
        ring.prepareWrite(slot, arena, plan.blockBytes(), at);
      }
    }
    int taken = freeCount;
    freeCount = first;
    if (freeCount < free.length) {
      ring.submit(true);
    }
    long after = System.nanoTime();
    for (int i = first; i < taken; i++) {
      timings.submitted(free[i], after);
    }
  }

  private void completed(long cookie, int result) {
    int slot = (int) cookie;
    free[freeCount++] = slot;
    if (result != plan.blockBytes()) {
      badResult = result == 0 ? -1 : result;
      return;
    }
    timings.ended(slot, System.nanoTime(), result);
  }
}
