package org.ext4map.aio;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** docs/invariants.md is true: each invariant has a row, and each test that it names exists. */
class InvariantTableTest {
  private static final Path ROOT = Path.of("..");
  private static final int INVARIANTS = 45;
  private static final Pattern ROW = Pattern.compile("\\| INV-(\\d+) \\|.*");
  private static final Pattern TEST = Pattern.compile("`(\\w+)#(\\w+)`");
  private static final Pattern TICKET_VARIABLE = Pattern.compile(".*\\bTicket \\w+ *[;=].*");

  private static final Map<String, String> SOURCES = new HashMap<>();

  @BeforeAll
  static void readTests() throws IOException {
    for (String module : List.of("engine", "aio-frontend", "cli")) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src/test/java"))) {
        for (Path file : files.filter(each -> each.toString().endsWith("Test.java")).toList()) {
          String name = String.valueOf(file.getFileName()).replace(".java", "");
          SOURCES.put(name, Files.readString(file));
        }
      }
    }
  }

  private static List<String> lines() throws IOException {
    return Files.readAllLines(ROOT.resolve("docs/invariants.md"));
  }

  @Test
  void eachInvariantHasARowWithATest() throws IOException {
    List<Integer> numbers = new ArrayList<>();
    for (String line : lines()) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        numbers.add(Integer.valueOf(row.group(1)));
        assertThat(TEST.matcher(line).find()).as(line).isTrue();
      }
    }
    assertThat(numbers).hasSize(INVARIANTS).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void eachTestThatIsNamedExists() throws IOException {
    int named = 0;
    for (String line : lines()) {
      Matcher test = TEST.matcher(line);
      while (test.find()) {
        named++;
        assertThat(SOURCES).containsKey(test.group(1));
        assertThat(SOURCES.get(test.group(1))).as(line).contains("void " + test.group(2) + "(");
      }
    }
    assertThat(named).isGreaterThan(INVARIANTS);
  }

  @Test
  void inv03OnlyARequestRefersToATicket() throws IOException {
    List<String> fields = new ArrayList<>();
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
        for (String line : Files.readAllLines(file)) {
          if (TICKET_VARIABLE.matcher(line).matches()) {
            fields.add(file.getFileName() + ": " + line.strip());
          }
        }
      }
    }
    assertThat(fields).containsExactly("Request.java: final Ticket ticket;");
  }
}
