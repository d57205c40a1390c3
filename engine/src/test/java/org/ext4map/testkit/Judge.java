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
import org.junit.jupiter.api.Assumptions;

/**
 * Programs that know ext4 without us: e2fsck, dumpe2fs, mke2fs, the kernel. A test asks first
 * whether they are there; in CI (environment CI=true) they must be.
 */
public final class Judge {
  private static final int TIMEOUT_SECONDS = 60;

  private Judge() {}

  /** What a program said. */
  public record Verdict(int exitCode, String output) {}

  /** Skips the test with the reason if a program is missing, or fails it in CI. */
  public static void requirePrograms(String... names) {
    for (String name : names) {
      boolean found =
          List.of("/sbin", "/usr/sbin", "/bin", "/usr/bin").stream()
              .anyMatch(directory -> Files.isExecutable(Path.of(directory, name)));
      require(found, name + " is not installed");
    }
  }

  /** Skips the test with the reason if we may not mount, or fails it in CI. */
  public static void requireMount() {
    requirePrograms("mount", "umount");
    boolean root = "root".equals(System.getProperty("user.name"));
    require(
        root && Files.exists(Path.of("/dev/loop-control")),
        "cannot mount: not root, or no loop devices");
  }

  private static void require(boolean condition, String otherwise) {
    if (Boolean.parseBoolean(System.getenv().getOrDefault("CI", "false"))) {
      Assertions.assertThat(condition).as(otherwise).isTrue();
    }
    Assumptions.assumeTrue(condition, otherwise);
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
  public static void assertClean(Path image) {
    succeed("e2fsck", "-fn", image.toString());
  }
}
