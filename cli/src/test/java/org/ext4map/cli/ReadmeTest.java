package org.ext4map.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ext4map.cli.Ran.ext4map;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.ext4map.ondisk.Feature;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What README.md shows and promises is so. */
class ReadmeTest {
  private static final String PROMPT = "$ ./ext4map ";
  private static final Pattern WORD = Pattern.compile("'[^']*'|[^ ]+");

  @TempDir Path scratch;

  @Test
  void theTourPrintsWhatTheReadmeShows() throws IOException {
    List<String> shown = blocks("console");
    assertThat(shown).hasSizeGreaterThan(3);

    for (String block : shown) {
      StringBuilder again = new StringBuilder();
      block.lines().filter(line -> line.startsWith(PROMPT)).forEach(line -> run(line, again));
      assertThat(again.toString()).matches(withOmissions(block));
    }
  }

  /** A line of three dots stands for any lines. */
  private static Pattern withOmissions(String block) {
    return Pattern.compile(
        Stream.of(block.split("(?m)^…\n", -1))
            .map(Pattern::quote)
            .collect(Collectors.joining("(?s:.*)")));
  }

  private void run(String line, StringBuilder printed) {
    String directory = scratch + "/";
    Object[] words =
        WORD.matcher(line.substring(PROMPT.length()))
            .results()
            .map(word -> word.group().replace("'", ""))
            .map(word -> word.matches(".*\\.(img|html)") ? directory + word : word)
            .toArray();
    Ran ran = ext4map(words);
    int expected = line.startsWith(PROMPT + "diff ") ? ExitCode.NOT_FOUND : ExitCode.OK;
    assertThat(ran.exitCode()).as(line + ran.err()).isEqualTo(expected);
    printed.append(line).append('\n').append(ran.out().replace(directory, ""));
  }

  @Test
  void theExampleThatReadsCompilesAndRuns() throws Exception {
    Path image = DemoImage.in(scratch);

    Stream<String> printed = compileAndRun("Example", blocks("java").get(0), image);

    String map = ext4map("map", image, "/shop/orders.db", 0, 4).outLines().get(0);
    assertThat(blocks("java").get(0)).contains("// " + map + " and so on");
    assertThat(printed)
        .startsWith(map)
        .anyMatch(line -> line.matches("UNWRITTEN at block \\d+"))
        .endsWith("bbbbbbbb");
  }

  @Test
  void theExampleThatWritesCompilesAndRuns() throws Exception {
    Path image = scratch.resolve("written.img");

    Stream<String> printed = compileAndRun("Shop", blocks("java").get(1), image);

    assertThat(printed.map(line -> line.replaceAll("@\\d+", "@")))
        .containsExactly("[0-11:U@, 12-12:W@, 13-31:U@]");
    assertThat(ext4map("check", image).out()).contains("clean, 0 findings");
    assertThat(ext4map("io", image, "/shop/orders.db", "-c", "pread -v -q 48k 14").out())
        .endsWith("  order.3.pears.\n");
  }

  @Test
  void theExampleThatWritesAtOnceCompilesAndRuns() throws Exception {
    Path image = scratch.resolve("at-once.img");
    assertThat(compileAndRun("Shop", blocks("java").get(1), image)).hasSize(1);

    Stream<String> printed = compileAndRun("AtOnce", blocks("java").get(2), image);

    assertThat(printed).singleElement().asString().startsWith("4 deferred, ");
    assertThat(ext4map("extents", image, "/shop/orders.db").out()).contains("5 blocks written");
    assertThat(ext4map("check", image).out()).contains("clean, 0 findings");
  }

  private Stream<String> compileAndRun(String name, String text, Path image) throws Exception {
    Path source = Files.writeString(scratch.resolve(name + ".java"), text);
    int failed =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-proc:none", "-d", scratch.toString(), source.toString());
    assertThat(failed).isZero();
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream before = System.out;
    try (URLClassLoader loader = new URLClassLoader(new URL[] {scratch.toUri().toURL()})) {
      System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
      loader
          .loadClass(name)
          .getMethod("main", String[].class)
          .invoke(null, (Object) new String[] {image.toString()});
    } finally {
      System.setOut(before);
    }
    return printed.toString(StandardCharsets.UTF_8).lines();
  }

  @Test
  void theTableOfFeaturesIsThatOfTheEngine() throws IOException {
    String table =
        "| policy | features |\n|---|---|\n"
            + row("reads and writes", Feature.Policy.READ_WRITE)
            + row("reads; refuses to write", Feature.Policy.READ_ONLY)
            + row("refuses to open", Feature.Policy.REFUSE);

    assertThat(readme()).contains(table);
  }

  private static String row(String title, Feature.Policy policy) {
    return Stream.of(Feature.values())
        .filter(feature -> feature.policy() == policy)
        .map(Feature::label)
        .collect(Collectors.joining(" ", "| " + title + " | ", " |\n"));
  }

  @Test
  void everyCommandIsInTheReadme() throws IOException {
    String readme = readme();

    assertThat(
            Main.commandLine(new Ext4MapCommand(Console.ofProcess())).getSubcommands().entrySet())
        .filteredOn(entry -> !entry.getValue().getCommandSpec().usageMessage().hidden())
        .extracting(entry -> entry.getKey())
        .filteredOn(name -> !name.equals("help"))
        .allMatch(name -> readme.contains("`" + name + " "));
  }

  private static String readme() throws IOException {
    return Files.readString(Path.of("..", "README.md"));
  }

  private static List<String> blocks(String language) throws IOException {
    Matcher found = Pattern.compile("(?ms)^```" + language + "\n(.*?)^```").matcher(readme());
    List<String> blocks = new ArrayList<>();
    while (found.find()) {
      blocks.add(found.group(1));
    }
    return blocks;
  }
}
