package org.ext4map.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/**
 * The subcommands. The parser looks at every class it is given, which takes longer than most
 * commands run; so it is given the one that is called, and all of them only where one of the others
 * may be spoken of: in help, and in errors about the command's name.
 */
final class Commands {
  /** In the order of {@code --help}. */
  private static final List<String> NAMES =
      List.of(
          "demo",
          "check",
          "info",
          "ls",
          "stat",
          "cat",
          "extents",
          "map",
          "explain",
          "frag",
          "journal",
          "diff",
          "report",
          "mkfs",
          "recover",
          "put",
          "rm",
          "mkdir",
          "ln",
          "mv",
          "io",
          "bench",
          "stress",
          "race",
          "conformance",
          "help",
          "warm-up");

  private Commands() {}

  /** Gives {@code top} what these words need. */
  static void addTo(CommandLine top, String... words) {
    Optional<String> called = called(words);
    if (called.isPresent()) {
      top.addSubcommand(classOf(called.get()));
    } else {
      addAllTo(top);
    }
  }

  /** Gives {@code top} every command. */
  static void addAllTo(CommandLine top) {
    NAMES.forEach(name -> top.addSubcommand(classOf(name)));
  }

  /** The first word that is no option, if it is a command that speaks of no other. */
  private static Optional<String> called(String... words) {
    return Arrays.stream(words)
        .filter(word -> !word.startsWith("-"))
        .findFirst()
        .filter(word -> classOf(word) != null && !word.equals("help"));
  }

  private static @Nullable Class<?> classOf(String name) {
    return switch (name) {
      case "demo" -> DemoCommand.class;
      case "check" -> CheckCommand.class;
      case "info" -> InfoCommand.class;
      case "ls" -> LsCommand.class;
      case "stat" -> StatCommand.class;
      case "cat" -> CatCommand.class;
      case "extents" -> ExtentsCommand.class;
      case "map" -> MapCommand.class;
      case "explain" -> ExplainCommand.class;
      case "frag" -> FragCommand.class;
      case "journal" -> JournalCommand.class;
      case "diff" -> DiffCommand.class;
      case "report" -> HtmlReportCommand.class;
      case "mkfs" -> MkfsCommand.class;
      case "recover" -> RecoverCommand.class;
      case "put" -> PutCommand.class;
      case "rm" -> RmCommand.class;
      case "mkdir" -> MkdirCommand.class;
      case "ln" -> LnCommand.class;
      case "mv" -> MvCommand.class;
      case "io" -> IoCommand.class;
      case "bench" -> BenchCommand.class;
      case "stress" -> StressCommand.class;
      case "race" -> RaceCommand.class;
      case "conformance" -> ConformanceCommand.class;
      case "help" -> HelpCommand.class;
      case "warm-up" -> WarmUpCommand.class;
      default -> null;
    };
  }
}
