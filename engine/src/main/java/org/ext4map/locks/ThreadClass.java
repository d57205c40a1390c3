package org.ext4map.locks;

/**
 * What the calling thread is doing for an asynchronous request, and so what it may wait for. A
 * thread is a {@link #SUBMITTER} until it says otherwise.
 *
 * <pre>
 *   ThreadClass before = ThreadClass.COMPLETION.become();
 *   try {
 *     reap();
 *   } finally {
 *     before.become();
 *   }
 * </pre>
 *
 * <p>Threads: any; each knows its own class alone. Nothing here allocates once a thread has a
 * class. A violation is our own mistake: an {@link AssertionError}, thrown whether or not
 * assertions are enabled, at the place that would have slept.
 */
public enum ThreadClass {
  /** Whoever asks for something: may wait for everything. */
  SUBMITTER,

  /**
   * Takes completions from the device: the kernel's interrupt context. May not wait for anything:
   * no journal handle, no inode lock, no dataSem, no metadata from the device, no flush.
   */
  COMPLETION,

  /**
   * Does what completions may not: the kernel's process context on a workqueue. May wait, but not
   * for an inode lock, whose holder may be waiting for this very work.
   */
  WORKER;

  private static final ThreadLocal<ThreadClass> CURRENT = ThreadLocal.withInitial(() -> SUBMITTER);

  /** The class of the calling thread. */
  public static ThreadClass current() {
    return CURRENT.get();
  }

  /** Makes the calling thread one of this class; answers what it was. */
  public ThreadClass become() {
    ThreadClass before = CURRENT.get();
    CURRENT.set(this);
    return before;
  }

  /**
   * To be said before anything that may sleep: might_sleep.
   *
   * @param what names it, for the message
   * @throws AssertionError on a {@link #COMPLETION} thread
   */
  public static void assertMaySleep(String what) {
    if (CURRENT.get() == COMPLETION) {
      throw violation(what);
    }
  }

  /**
   * To be said before waiting for an inode lock, or for direct I/O to drain.
   *
   * @param what names it, for the message
   * @throws AssertionError on a thread that is no {@link #SUBMITTER}
   */
  public static void assertMayWaitForRequests(String what) {
    if (CURRENT.get() != SUBMITTER) {
      throw violation(what);
    }
  }

  private static AssertionError violation(String what) {
    Thread thread = Thread.currentThread();
    return new AssertionError(
        what + " may sleep: not on a thread of class " + CURRENT.get() + " [" + thread + "]");
  }
}
