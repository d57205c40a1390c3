package org.ext4map.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code ext4map help stat}, for those who do not write {@code ext4map stat --help}. */
@Command(name = "help", header = "Shows what a command does and allows.")
final class HelpCommand implements Callable<Integer> {
  @ParentCommand
  @SuppressWarnings("NullAway.Init") // picocli fills it before anything is called
  private Ext4MapCommand top;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli fills it before anything is called
  private CommandSpec spec;

  @Parameters(arity = "0..1", paramLabel = "COMMAND", description = "Which; all if left out.")
  private @Nullable String name;

  @Override
  public Integer call() throws Console.OutputClosedException {
    CommandLine all = spec.commandLine().getParent();
    CommandLine shown = name == null ? all : all.getSubcommands().get(name);
    if (shown == null) {
      throw new ParameterException(spec.commandLine(), "Unknown command '" + name + "'");
    }
    top.console().print(shown.getUsageMessage(Main.ansi(top.console())));
    return ExitCode.OK;
  }
}
