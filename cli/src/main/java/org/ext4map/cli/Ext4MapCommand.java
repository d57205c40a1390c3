package org.ext4map.cli;

import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command itself: what all subcommands share. {@link Commands} lists them. */
@Command(
    name = "ext4map",
    mixinStandardHelpOptions = true,
    versionProvider = Ext4MapCommand.Version.class,
    scope = ScopeType.INHERIT,
    sortOptions = false,
    header = "Looks into ext4 images and changes them, block by block, without mounting.",
    synopsisHeading = "%n",
    optionListHeading = "%nOptions:%n",
    parameterListHeading = "%n",
    commandListHeading = "%nCommands:%n",
    footerHeading = "%n",
    footer =
        "PATH is an absolute path in the image, or an inode number as '<12>'.%n"
            + "Exit codes: 0 done, 1 not found, 8 failed, 16 usage, 32 cancelled.")
final class Ext4MapCommand implements Callable<Integer> {
  private final Console console;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli fills it before anything is called
  private CommandSpec spec;

  @Option(
      names = "--color",
      scope = ScopeType.INHERIT,
      paramLabel = "WHEN",
      converter = WordConverter.OfColor.class,
      description = "Colours: auto (default), always or never. NO_COLOR is honoured.")
  private ColorChoice color = ColorChoice.AUTO;

  @Option(
      names = {"-v", "--verbose"},
      scope = ScopeType.INHERIT,
      description = "With an error, show where in the program it came from.")
  private boolean verbose;

  private final Map<String, String> environment;

  Ext4MapCommand(Console console) {
    this(console, System.getenv());
  }

  Ext4MapCommand(Console console, Map<String, String> environment) {
    this.console = console;
    this.environment = environment;
  }

  Console console() {
    return console;
  }

  /** What new things take their times from. */
  InstantSource clock() {
    try {
      return SourceDate.clock(environment);
    } catch (IllegalArgumentException wrong) {
      throw new ParameterException(spec.commandLine(), wrong.getMessage(), wrong);
    }
  }

  ColorChoice color() {
    return color;
  }

  boolean isVerbose() {
    return verbose;
  }

  @Override
  public Integer call() {
    throw new ParameterException(spec.commandLine(), "Missing command");
  }

  /** The version that the build wrote into the jar. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Version.class.getPackage().getImplementationVersion();
      return new String[] {"ext4map " + (version == null ? "(not packaged)" : version)};
    }
  }
}
