package org.ext4map.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** One word behind {@code ext4map}: where it prints, and how it says that its words are wrong. */
abstract class Subcommand implements Callable<Integer> {
  @ParentCommand
  @SuppressWarnings("NullAway.Init") // picocli fills it before anything is called
  private Ext4MapCommand top;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli fills it before anything is called
  private CommandSpec spec;

  /** Says where the command prints, where picocli does not. */
  final void under(Ext4MapCommand command) {
    top = command;
  }

  final Ext4MapCommand top() {
    return top;
  }

  final CommandSpec spec() {
    return spec;
  }

  final Console console() {
    return top.console();
  }

  final Paint paint() {
    return console().paint();
  }

  /** Refuses, by {@link #usage}, a value outside {@code least … most}. */
  final void requireRange(String option, long value, long least, long most) {
    if (value < least || value > most) {
      throw usage(option + " " + value + ", allowed " + least + " … " + most);
    }
  }

  /** The exception for a wrong command line. */
  final ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
