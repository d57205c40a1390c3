package org.ext4map.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The table of problems and the page that is made of it. */
class ProblemTest {
  private static final Path PAGE = Path.of("..", "docs", "problems.md");

  @Test
  void everyLabelStandsOnce() {
    assertThat(Arrays.stream(Problem.values()).map(Problem::label)).doesNotHaveDuplicates();
  }

  @Test
  void aLabelIsItsNameInLowerCase() {
    for (Problem problem : Problem.values()) {
      assertThat(problem.label().replace('.', '_').replace('-', '_'))
          .isEqualToIgnoringCase(problem.name());
    }
  }

  /** Run with -Dext4map.write=true to write the page anew. */
  @Test
  void thePageIsUpToDate() throws IOException {
    if (Boolean.getBoolean("ext4map.write")) {
      Files.createDirectories(PAGE.getParent());
      Files.writeString(PAGE, page());
    }
    assertThat(PAGE).content().isEqualTo(page());
  }

  private static String page() {
    StringBuilder page = new StringBuilder();
    page.append("# What `ext4map check` can find\n\n");
    page.append(
        "Made from `org.ext4map.check.Problem`; a test compares. An `error` or a `fatal`\n");
    page.append("problem decides the exit code (4 or 8); a `warning` or an `info` does not.\n");
    for (Pass pass : Pass.values()) {
      page.append("\n## ").append(pass.label()).append("\n\n");
      page.append("| problem | severity | what it means |\n| --- | --- | --- |\n");
      for (Problem problem : Problem.values()) {
        if (problem.pass() == pass) {
          page.append("| `").append(problem.label()).append("` | ");
          page.append(problem.severity().label()).append(" | ");
          page.append(problem.sentence()).append(" |\n");
        }
      }
    }
    return page.toString();
  }
}
