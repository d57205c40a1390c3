package org.ext4map.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.Assertions;
import org.ext4map.images.CommandResult;
import org.ext4map.images.E2fsck;
import org.ext4map.images.Judge;
import org.junit.jupiter.api.Assumptions;

/**
 * Programs that know ext4 without us, for tests that need more of them than {@link Judge} and
 * {@link E2fsck} offer.
 */
public final class Programs {
  private static final int TIMEOUT_SECONDS = 60;

  private Programs() {}

  /** What a program said. */
  public record Verdict(int exitCode, String output) {}

  /** Skips the test with the reason if the judge is missing; in CI that is a failure. */
  public static void require(Judge judge) {
    judge.missing().ifPresent(Assumptions::abort);
  }

  /** Runs a program and waits for its end. */
  public static Verdict run(String... command) {
    return run(Map.of(), command);
  }

  /** Runs a program with additional environment variables and waits for its end. */
  public static Verdict run(Map<String, String> environment, String... command) {
    try {
      Path output = Files.createTempFile("judge", ".txt");
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
      builder.environment().putAll(environment);
      builder.environment().merge("PATH", "/sbin:/usr/sbin", (path, sbin) -> path + ":" + sbin);
      Process process = builder.start();
      if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError(
            "still running after " + TIMEOUT_SECONDS + " s: " + List.of(command));
      }
      String text = Files.readString(output, StandardCharsets.ISO_8859_1);
      Files.delete(output);
      return new Verdict(process.exitValue(), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Runs a program that must end with exit code 0; its output. */
  public static String succeed(String... command) {
    Verdict verdict = run(command);
    Assertions.assertThat(verdict.exitCode())
        .as("%s\n%s", List.of(command), verdict.output())
        .isZero();
    return verdict.output();
  }

  /** {@code e2fsck -fn} finds nothing to say. */
  public static void assertClean(Path image) throws IOException {
    CommandResult result = E2fsck.check(image);
    Assertions.assertThat(result.exit()).as("%s%s", result.text(), result.errors()).isZero();
  }
}
