package org.ext4map.load;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.Map;

/** What each live thread has allocated on the heap so far. */
record Allocations(Map<Long, Long> bytesByThread) {
  /** As the JVM counts it; empty if this JVM does not. */
  static Allocations now() {
    Map<Long, Long> bytes = new HashMap<>();
    if (ManagementFactory.getThreadMXBean() instanceof ThreadMXBean threads
        && threads.isThreadAllocatedMemorySupported()) {
      long[] ids = threads.getAllThreadIds();
      long[] allocated = threads.getThreadAllocatedBytes(ids);
      for (int i = 0; i < ids.length; i++) {
        bytes.put(ids[i], Math.max(0, allocated[i]));
      }
    }
    return new Allocations(Map.copyOf(bytes));
  }

  /** Bytes since {@code earlier}, by threads that are alive in both moments or new in this one. */
  long since(Allocations earlier) {
    long sum = 0;
    for (Map.Entry<Long, Long> each : bytesByThread.entrySet()) {
      sum += each.getValue() - earlier.bytesByThread.getOrDefault(each.getKey(), 0L);
    }
    return sum;
  }
}
