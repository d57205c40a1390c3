package org.ext4map.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Turns SIGINT, SIGTERM and SIGHUP into exit code 32. The JVM answers each of them by running its
 * shutdown hooks; a hook that finds the command still at work ends the process at once, unless the
 * command asks {@link #isRaised} and so has promised to answer with what it has. Nothing has to be
 * undone: reading commands never write, and what writing ones leave is what a power cut would, for
 * the journal to mend.
 */
final class Interrupt {
  private static final long PATIENCE_SECONDS = 10;

  private final CountDownLatch answered = new CountDownLatch(1);
  private volatile boolean atWork = true;
  private volatile boolean answersItself;
  private volatile boolean raised;

  /** One that only {@link #raise} raises. */
  Interrupt() {}

  /** The one of this process, told on {@code console}. */
  static Interrupt install(Console console) {
    Interrupt interrupt = console.interrupt();
    Runtime.getRuntime().addShutdownHook(new Hook(interrupt, console));
    return interrupt;
  }

  /** Runs when the JVM ends. */
  private static final class Hook extends Thread {
    private final Interrupt interrupt;
    private final Console console;

    Hook(Interrupt interrupt, Console console) {
      super("ext4map-interrupt");
      this.interrupt = interrupt;
      this.console = console;
    }

    @Override
    public void run() {
      interrupt.end(console);
    }
  }

  /** True if the person wants an end. Who asks once has to ask often, and to end soon. */
  boolean isRaised() {
    answersItself = true;
    return raised;
  }

  void raise() {
    raised = true;
  }

  /** The command has answered; the process may end in the ordinary way. */
  void disarm() {
    atWork = false;
    answered.countDown();
  }

  private void end(Console console) {
    if (!atWork) {
      return;
    }
    raise();
    console.note("cancelled");
    if (answersItself) {
      awaitAnswer();
    }
    Runtime.getRuntime().halt(ExitCode.CANCELLED);
  }

  private void awaitAnswer() {
    try {
      boolean inTime = answered.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
      assert inTime || atWork : "who has answered is not at work";
    } catch (InterruptedException hurry) {
      Thread.currentThread().interrupt();
    }
  }
}
