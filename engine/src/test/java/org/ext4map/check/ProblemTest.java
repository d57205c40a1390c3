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
  void everyLineOfTheTableHasAConstant() {
    assertThat(ProblemTable.names())
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(Problem.values()).map(Problem::name).toList());
  }

  @Test
  void oneCodeOfE2fsckStandsForOneProblem() {
    assertThat(Arrays.stream(Problem.values()).flatMap(problem -> problem.e2fsckCodes().stream()))
        .doesNotHaveDuplicates()
        .allSatisfy(code -> assertThat(code).matches("0x[0-9a-f]{6}"));
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
        "Made from `problems.txt` beside `org.ext4map.check.Problem`; a test compares. An `error`\n");
    page.append(
        "or a `fatal` problem decides the exit code (4 or 8); a `warning` or an `info` does\n");
    page.append(
        "not. The last column has the codes under which the problem log of e2fsck has the\n");
    page.append("same.\n\n");
    page.append("For each finding `ext4map check` prints one line, which programs may rely on:\n");
    page.append(
        "`PROBLEM extent.out-of-order ino=12  error: sentence`, without `ino=` if it is not\n");
    page.append("about an inode.\n");
    for (Pass pass : Pass.values()) {
      page.append("\n## ").append(pass.label()).append("\n\n");
      page.append("| problem | severity | what it means | e2fsck |\n| --- | --- | --- | --- |\n");
      for (Problem problem : Problem.values()) {
        if (problem.pass() == pass) {
          page.append("| `").append(problem.label()).append("` | ");
          page.append(problem.severity().label()).append(" | ");
          page.append(problem.sentence()).append(" | ");
          page.append(String.join(", ", problem.e2fsckCodes())).append(" |\n");
        }
      }
    }
    return page.toString();
  }
}
