package org.ext4map.cli;

/**
 * Turns SIGINT, SIGTERM and SIGHUP into exit code 32. The JVM answers each of them by running its
 * shutdown hooks; a hook that finds the command still at work ends the process at once. Nothing has
 * to be undone: reading commands never write, and what writing ones leave is what a power cut
 * would, for the journal to mend.
 */
final class Interrupt {
  private final Console console;
  private volatile boolean atWork = true;

  private Interrupt(Console console) {
    this.console = console;
  }

  static Interrupt install(Console console) {
    Interrupt interrupt = new Interrupt(console);
    Runtime.getRuntime().addShutdownHook(new Thread(interrupt::end, "ext4map-interrupt"));
    return interrupt;
  }

  /** The command has answered; the process may end in the ordinary way. */
  void disarm() {
    atWork = false;
  }

  private void end() {
    if (atWork) {
      console.note("cancelled");
      Runtime.getRuntime().halt(ExitCode.CANCELLED);
    }
  }
}
