package org.ext4map.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code ext4map help stat}, for those who do not write {@code ext4map stat --help}. */
@Command(name = "help", header = "Shows what a command does and allows.")
final class HelpCommand extends Subcommand {
  @Parameters(arity = "0..1", paramLabel = "COMMAND", description = "Which; all if left out.")
  private @Nullable String name;

  @Override
  public Integer call() throws Console.OutputClosedException {
    CommandLine all = spec().commandLine().getParent();
    CommandLine shown = name == null ? all : all.getSubcommands().get(name);
    if (shown == null) {
      throw usage("Unknown command '" + name + "'");
    }
    console().print(shown.getUsageMessage(Main.ansi(console())));
    return ExitCode.OK;
  }
}
