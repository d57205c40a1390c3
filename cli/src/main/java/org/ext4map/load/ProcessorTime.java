package org.ext4map.load;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Processor time so far, in user mode and in the kernel: of the process, which includes what the
 * JVM does for itself (compiling, collecting garbage), and of threads that are ours, by the kind
 * that their name begins with. Nanoseconds; 0 and nothing where the JVM does not count.
 */
record ProcessorTime(long processNanos, SortedMap<String, Long> byThread) {
  private static final String OURS = "ext4map-";

  static ProcessorTime now() {
    SortedMap<String, Long> nanos = new TreeMap<>();
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    if (threads.isThreadCpuTimeSupported() && threads.isThreadCpuTimeEnabled()) {
      for (ThreadInfo each : threads.getThreadInfo(threads.getAllThreadIds())) {
        if (each != null && each.getThreadName().startsWith(OURS)) {
          long used = Math.max(0, threads.getThreadCpuTime(each.getThreadId()));
          nanos.merge(kind(each.getThreadName()), used, Long::sum);
        }
      }
    }
    return new ProcessorTime(ofProcess(), nanos);
  }

  /** "ext4map-worker-3" is a worker. */
  private static String kind(String name) {
    int end = name.indexOf('-', OURS.length());
    return name.substring(OURS.length(), end < 0 ? name.length() : end);
  }

  private static long ofProcess() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean process
        ? Math.max(0, process.getProcessCpuTime())
        : 0;
  }

  /** What each kind has used since {@code earlier}; a thread that is gone has used nothing. */
  SortedMap<String, Long> since(ProcessorTime earlier) {
    SortedMap<String, Long> used = new TreeMap<>();
    byThread.forEach(
        (kind, nanos) ->
            used.put(kind, Math.max(0, nanos - earlier.byThread.getOrDefault(kind, 0L))));
    return used;
  }
}
