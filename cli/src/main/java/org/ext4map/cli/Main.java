package org.ext4map.cli;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Starts the command. */
public final class Main {
  private static final int MOST_SIMILAR = 3;

  private Main() {}

  /** Runs one command line and ends the process with its exit code. */
  public static void main(String[] args) {
    Console console = Console.ofProcess();
    Interrupt interrupt = Interrupt.install(console);
    int exitCode = run(console, args);
    interrupt.disarm();
    System.exit(exitCode);
  }

  /** Runs one command line. Never throws, whatever the user and the image do. */
  static int run(Console console, String... args) {
    return run(console, System.getenv(), args);
  }

  /** The same where other things stand in the environment. */
  static int run(Console console, Map<String, String> environment, String... args) {
    OptionalInt checked = check(console, args);
    return checked.isPresent()
        ? flush(console, checked.getAsInt(), false)
        : command(new Ext4MapCommand(console, environment), args);
  }

  /** The exit code of a check that needs no parser; empty if the words are something else. */
  private static OptionalInt check(Console console, String... args) {
    try {
      Optional<CheckRun> plain = PlainCheck.of(console, args);
      if (plain.isEmpty()) {
        return OptionalInt.empty();
      }
      console.useColor(ColorChoice.AUTO);
      return OptionalInt.of(plain.get().run());
    } catch (Exception | Error problem) {
      return OptionalInt.of(report(console, problem, false));
    }
  }

  private static int command(Ext4MapCommand top, String... args) {
    int exitCode;
    try {
      exitCode = execute(top, args);
    } catch (Exception | Error problem) {
      exitCode = report(top.console(), problem, top.isVerbose());
    }
    return flush(top.console(), exitCode, top.isVerbose());
  }

  private static int flush(Console console, int exitCode, boolean verbose) {
    try {
      console.flush();
      return exitCode;
    } catch (Console.OutputClosedException closed) {
      return exitCode == ExitCode.OK ? report(console, closed, verbose) : exitCode;
    }
  }

  private static int execute(Ext4MapCommand top, String... args) {
    CommandLine commandLine = new CommandLine(top);
    Commands.addTo(commandLine, args);
    withHabits(commandLine);
    commandLine.setExecutionStrategy(parsed -> execute(top, parsed));
    commandLine.setParameterExceptionHandler(
        (problem, words) -> explainUsage(top.console(), problem));
    commandLine.setExecutionExceptionHandler(
        (problem, command, parsed) -> report(top.console(), problem, top.isVerbose()));
    return commandLine.execute(args);
  }

  /** The tree of all commands. */
  static CommandLine commandLine(Ext4MapCommand top) {
    CommandLine commandLine = new CommandLine(top);
    Commands.addAllTo(commandLine);
    return withHabits(commandLine);
  }

  /** Our habits: no {@code @file} arguments, 80 columns. */
  private static CommandLine withHabits(CommandLine commandLine) {
    return commandLine.setExpandAtFiles(false).setUsageHelpLongOptionsMaxWidth(24);
  }

  private static int execute(Ext4MapCommand top, ParseResult parsed) {
    top.console().useColor(top.color());
    for (CommandLine called : parsed.asCommandLineList()) {
      if (called.isUsageHelpRequested()) {
        return print(top, called.getUsageMessage(ansi(top.console())));
      }
      if (called.isVersionHelpRequested()) {
        return print(top, String.join("\n", called.getCommandSpec().version()) + "\n");
      }
    }
    return new CommandLine.RunLast().execute(parsed);
  }

  private static int print(Ext4MapCommand top, String text) {
    try {
      top.console().print(text);
      return ExitCode.OK;
    } catch (Console.OutputClosedException closed) {
      return report(top.console(), closed, top.isVerbose());
    }
  }

  static Ansi ansi(Console console) {
    return console.paint() == Paint.ANSI ? Ansi.ON : Ansi.OFF;
  }

  private static int explainUsage(Console console, ParameterException problem) {
    String command = problem.getCommandLine().getCommandSpec().qualifiedName();
    String message =
        noSuchCommand(problem)
            .orElseGet(() -> String.valueOf(problem.getMessage()))
            .strip()
            .replaceAll("\\s*\\R\\s*", "; ");
    console.note(message + " [" + command + " --help shows what is allowed]");
    return ExitCode.USAGE;
  }

  /** For a first word that is no command: which it may have been meant to be. */
  private static Optional<String> noSuchCommand(ParameterException problem) {
    boolean atTop = problem.getCommandLine().getParent() == null;
    if (!atTop
        || !(problem instanceof UnmatchedArgumentException unmatched)
        || unmatched.getUnmatched().get(0).startsWith("-")) {
      return Optional.empty();
    }
    List<String> similar = unmatched.getSuggestions().stream().limit(MOST_SIMILAR).toList();
    return Optional.of(
        "no command '"
            + Text.printable(unmatched.getUnmatched().get(0))
            + "'"
            + (similar.isEmpty() ? "" : ", similar: " + String.join(", ", similar)));
  }

  private static int report(Console console, Throwable problem, boolean verbose) {
    int exitCode = Failure.exitCodeOf(problem);
    if (exitCode != ExitCode.CANCELLED) {
      console.note(Failure.describe(problem));
    }
    if (verbose) {
      console.errBlock(Failure.trace(problem));
    }
    return exitCode;
  }
}
