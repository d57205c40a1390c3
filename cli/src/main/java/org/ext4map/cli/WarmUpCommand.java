package org.ext4map.cli;

import java.io.OutputStream;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/**
 * Runs the common commands once, without output, so that the launcher can archive the classes they
 * load.
 */
@Command(name = "warm-up", hidden = true)
final class WarmUpCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    run("--help");
    run("--no-such-option");
    return ExitCode.OK;
  }

  private static void run(String... args) {
    Main.run(
        new Console(OutputStream.nullOutputStream(), OutputStream.nullOutputStream(), false), args);
  }
}
