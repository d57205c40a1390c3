package org.ext4map.testkit;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Runs things at the same time, and does not wait for ever. */
public final class Together {
  private Together() {}

  /** Something that one thread does. */
  @FunctionalInterface
  public interface Task {
    void run() throws Exception;
  }

  /** One other thread does something from start to end, while the caller waits. */
  public static void meanwhile(Task task) {
    run(Duration.ofSeconds(30), List.of(task));
  }

  /**
   * Runs each task in a thread of its own. The first failure is the caller's.
   *
   * @param limit after it, the stacks of all threads are the failure's message
   */
  public static void run(Duration limit, List<Task> tasks) {
    List<Throwable> failures = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < tasks.size(); i++) {
      Task task = tasks.get(i);
      Thread thread = new Thread(() -> run(task, failures), "together-" + i);
      thread.setDaemon(true);
      threads.add(thread);
    }
    threads.forEach(Thread::start);
    long end = System.nanoTime() + limit.toNanos();
    for (Thread thread : threads) {
      await(thread, end);
    }
    synchronized (failures) {
      if (!failures.isEmpty()) {
        AssertionError first = new AssertionError(failures.size() + " failed", failures.get(0));
        failures.subList(1, failures.size()).forEach(first::addSuppressed);
        throw first;
      }
    }
  }

  private static void run(Task task, List<Throwable> failures) {
    try {
      task.run();
    } catch (Throwable failure) {
      synchronized (failures) {
        failures.add(failure);
      }
    }
  }

  private static void await(Thread thread, long end) {
    try {
      long left = Math.max(1, (end - System.nanoTime()) / 1_000_000);
      thread.join(left);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
    if (thread.isAlive()) {
      throw new AssertionError(thread.getName() + " hangs\n" + stacks());
    }
  }

  private static String stacks() {
    StringBuilder text = new StringBuilder();
    for (ThreadInfo thread : ManagementFactory.getThreadMXBean().dumpAllThreads(true, true)) {
      text.append('"').append(thread.getThreadName()).append("\" ").append(thread.getThreadState());
      text.append(" waits for ").append(thread.getLockName());
      text.append(" of ").append(thread.getLockOwnerName()).append('\n');
      for (StackTraceElement frame : thread.getStackTrace()) {
        text.append("    ").append(frame).append('\n');
      }
    }
    return text.toString();
  }
}
