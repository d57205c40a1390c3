package org.ext4map.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/**
 * Writes manual pages and a completion for bash and zsh from what the commands say of themselves.
 * Run by the build, see cli/pom.xml; no part of the command.
 */
final class Manual {
  private static final String NAME = "ext4map";

  private final String version;
  private final CommandLine top;

  private Manual(String version) {
    this.version = version;
    this.top = Main.commandLine(new Ext4MapCommand(Console.ofProcess(), Map.of()));
  }

  /**
   * Writes {@code man1/*.1} and {@code completion/ext4map}.
   *
   * @param args the directory, and the version
   */
  public static void main(String[] args) throws IOException {
    Manual manual = new Manual(args[1]);
    Path pages = Files.createDirectories(Path.of(args[0], "man1"));
    for (Map.Entry<String, String> page : manual.pages().entrySet()) {
      Files.writeString(pages.resolve(page.getKey() + ".1"), page.getValue());
    }
    Path completion = Files.createDirectories(Path.of(args[0], "completion"));
    Files.writeString(completion.resolve(NAME), manual.completion());
  }

  static Manual of(String version) {
    return new Manual(version);
  }

  String completion() {
    return AutoComplete.bash(NAME, top);
  }

  /** The pages by name, that of the whole and one for each command. */
  Map<String, String> pages() {
    Map<String, String> pages = new TreeMap<>();
    pages.put(NAME, page(NAME, top));
    commands().forEach((name, command) -> pages.put(NAME + "-" + name, page(name, command)));
    return pages;
  }

  private Map<String, CommandLine> commands() {
    Map<String, CommandLine> visible = new TreeMap<>(top.getSubcommands());
    visible.values().removeIf(one -> one.getCommandSpec().usageMessage().hidden());
    return visible;
  }

  private String page(String name, CommandLine command) {
    CommandSpec spec = command.getCommandSpec();
    UsageMessageSpec usage = spec.usageMessage();
    boolean isTop = command == top;
    String title = isTop ? NAME : NAME + "-" + name;
    StringBuilder page = new StringBuilder();
    page.append(".TH ").append(title.toUpperCase(Locale.ROOT).replace("-", "\\-"));
    page.append(" 1 \"\" \"").append(escaped(NAME + " " + version)).append("\" \"\"\n");
    section(page, "NAME", List.of(title + " - " + String.join(" ", usage.header())));
    String synopsis = command.getHelp().synopsis(0).strip().replaceAll("\\s+", " ");
    section(page, "SYNOPSIS", List.of(synopsis));
    section(page, "DESCRIPTION", List.of(usage.description()));
    if (isTop) {
      page.append(".SH COMMANDS\n");
      commands()
          .forEach(
              (word, one) ->
                  item(
                      page,
                      "\\fB" + NAME + "\\-" + escaped(word) + "\\fR(1)",
                      one.getCommandSpec().usageMessage().header()));
    }
    page.append(".SH OPTIONS\n");
    for (PositionalParamSpec parameter : spec.positionalParameters()) {
      item(page, "\\fI" + escaped(parameter.paramLabel()) + "\\fR", parameter.description());
    }
    for (OptionSpec option : spec.options()) {
      if (!option.hidden()) {
        item(page, names(option), option.description());
      }
    }
    section(page, "NOTES", List.of(top.getCommandSpec().usageMessage().footer()));
    return page.toString();
  }

  private static String names(OptionSpec option) {
    List<String> names = new ArrayList<>();
    for (String name : option.names()) {
      names.add("\\fB" + escaped(name) + "\\fR");
    }
    return String.join(", ", names) + (takesValue(option) ? value(option) : "");
  }

  private static boolean takesValue(ArgSpec option) {
    return option.arity().max() > 0;
  }

  private static String value(ArgSpec option) {
    return "=\\fI" + escaped(option.paramLabel()) + "\\fR";
  }

  private static void item(StringBuilder page, String head, String[] description) {
    page.append(".TP\n").append(head).append('\n');
    lines(List.of(description)).forEach(line -> page.append(line).append('\n'));
  }

  /** A line that begins with blanks stands as it is; others are filled. */
  private static void section(StringBuilder page, String title, List<String> text) {
    if (text.isEmpty()) {
      return;
    }
    page.append(".SH ").append(title).append('\n');
    boolean asItStands = false;
    for (String line : lines(text)) {
      boolean indented = line.startsWith(" ");
      if (indented != asItStands) {
        page.append(indented ? ".nf\n" : ".fi\n");
        asItStands = indented;
      }
      page.append(line).append('\n');
    }
    page.append(asItStands ? ".fi\n" : "");
  }

  private static List<String> lines(List<String> text) {
    return text.stream().flatMap(line -> String.format(line).lines()).map(Manual::escaped).toList();
  }

  /** What roff would take for its own is written so that it does not. */
  private static String escaped(String text) {
    String safe = text.replace("\\", "\\e").replace("-", "\\-");
    return safe.startsWith(".") || safe.startsWith("'") ? "\\&" + safe : safe;
  }
}
