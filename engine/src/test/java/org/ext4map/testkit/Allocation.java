package org.ext4map.testkit;

import java.lang.management.ManagementFactory;

/** Measures what a piece of code allocates, as the JVM counts it. */
public final class Allocation {
  private static final com.sun.management.ThreadMXBean THREADS =
      (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

  private Allocation() {}

  /** Something that may fail. */
  @FunctionalInterface
  public interface Code {
    /** Runs it once. */
    void run() throws Exception;
  }

  /**
   * Bytes that one run of {@code code} allocates on this thread once it is warm; the least of
   * several rounds, since the first ones count class loading and the like.
   */
  public static long bytesPerRun(Code code) throws Exception {
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 10; round++) {
      long before = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
      for (int i = 0; i < 1000; i++) {
        code.run();
      }
      long after = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
      least = Math.min(least, (after - before) / 1000);
    }
    return least;
  }
}
