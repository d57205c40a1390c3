package org.ext4map.load;

import java.io.IOException;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.ext4map.aio.DirectFile;
import org.ext4map.aio.DirectIo;
import org.ext4map.aio.IoBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one file busy: as many requests in flight as the plan says, from one thread. The first
 * failure of any job ends them all.
 */
final class Job extends Flight implements Callable<Job.Result> {
  /** What it came to. */
  record Result(Measured reads, Measured writes) {}

  private final DirectFile file;
  private final JobPlan plan;
  private final BlockOrder order;
  private final SplittableRandom random;
  private final AtomicReference<@Nullable IOException> failure;
  private final IoBuffer buffer;
  private final Timings timings;
  private long left;
  private long deadline = Long.MAX_VALUE;

  /** When the last request was made, or ended. */
  private long now;

  /**
   * A job.
   *
   * @param number tells it from the other jobs
   * @param failure of the first job that fails; shared
   */
  Job(
      DirectIo io,
      DirectFile file,
      JobPlan plan,
      int number,
      AtomicReference<@Nullable IOException> failure) {
    super(plan.depth(), io);
    this.file = file;
    this.plan = plan;
    this.order = new BlockOrder(plan.blocks(), plan.pattern().isRandom(), plan.seed() + number);
    this.random = new SplittableRandom(plan.seed() - number);
    this.failure = failure;
    this.buffer = io.allocate(plan.depth() * plan.blockBytes());
    this.timings = new Timings(plan.depth());
    plan.fill(buffer.bytes());
  }

  @Override
  public Result call() throws IOException {
    now = System.nanoTime();
    left = plan.isTimed() ? Long.MAX_VALUE : plan.blocks();
    plan.runtime().ifPresent(limit -> deadline = now + limit.toNanos());
    try {
      fly();
    } catch (IOException problem) {
      failure.compareAndSet(null, problem);
      throw problem;
    }
    return timings.result();
  }

  @Override
  boolean goesOn() {
    return left > 0 && failure.get() == null && now - deadline < 0;
  }

  @Override
  boolean submit(int slot) throws IOException {
    long position = order.next() * plan.blockBytes();
    int offset = slot * plan.blockBytes();
    boolean reading = timings.begin(slot, plan.pattern(), random, now);
    left--;
    if (reading) {
      file.read(buffer, offset, plan.blockBytes(), position, this, slot);
    } else if (plan.isDurable()) {
      file.writeDurably(buffer, offset, plan.blockBytes(), position, this, slot);
    } else {
      file.write(buffer, offset, plan.blockBytes(), position, this, slot);
    }
    now = System.nanoTime();
    timings.submitted(slot, now);
    return true;
  }

  @Override
  void ended(int slot, int result, @Nullable IOException problem) {
    now = System.nanoTime();
    if (problem != null) {
      failure.compareAndSet(null, problem);
    } else {
      timings.ended(slot, now, result);
    }
  }
}
