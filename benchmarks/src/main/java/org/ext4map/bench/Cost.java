package org.ext4map.bench;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * What the measured part of a bench costs its thread: processor time, which does not grow when
 * others use the machine, and bytes, without those of what prepares a round, which the profiler of
 * JMH counts too.
 */
@State(Scope.Thread)
@AuxCounters(AuxCounters.Type.EVENTS)
public class Cost {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** Operations that were measured. */
  public long operations;

  /** Bytes that the thread allocated meanwhile. */
  public long bytes;

  /** Processor time meanwhile, ns. */
  public long cpuNanos;

  private long bytesBefore;
  private long cpuBefore;

  void begin() {
    bytesBefore = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
    cpuBefore = THREADS.getCurrentThreadCpuTime();
  }

  void end(int done) {
    cpuNanos += THREADS.getCurrentThreadCpuTime() - cpuBefore;
    bytes += THREADS.getThreadAllocatedBytes(Thread.currentThread().getId()) - bytesBefore;
    operations += done;
  }
}
