package org.ext4map.images;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Runs one host command to its end: no shell, bounded time, bounded output, no thread.
 *
 * <p>The streams go through files, so that a command which floods them meets a limit and one which
 * ignores them does not block.
 */
final class Command {
  private static final int TEXT_LIMIT_BYTES = 64 << 20;
  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(60);
  private static final long POLL_MILLIS = 20;

  private final List<String> words;
  private final Map<String, String> environment;
  private Duration timeout = DEFAULT_TIMEOUT;
  private long limitBytes = TEXT_LIMIT_BYTES;
  private byte[] input = new byte[0];

  private Command(List<String> words) {
    this.words = List.copyOf(words);
    this.environment =
        Map.of("LC_ALL", "C.UTF-8", "PYTHONDONTWRITEBYTECODE", "1", "PYTHONUTF8", "1");
  }

  static Command of(String... words) {
    return new Command(List.of(words));
  }

  static Command of(List<String> words) {
    return new Command(words);
  }

  Command timeout(Duration limit) {
    timeout = limit;
    return this;
  }

  Command limit(long outputBytes) {
    limitBytes = outputBytes;
    return this;
  }

  Command input(String text) {
    input = text.getBytes(StandardCharsets.UTF_8);
    return this;
  }

  /**
   * Runs it.
   *
   * @throws IOException if it cannot be started
   */
  CommandResult run() throws IOException {
    Path out = Files.createTempFile("ext4map-command", ".out");
    try {
      CommandResult ended = runInto(out);
      return new CommandResult(
          ended.exit(), head(out), ended.errors(), ended.timedOut(), ended.flooded());
    } finally {
      Files.delete(out);
    }
  }

  /**
   * As {@link #run}, but standard output stays in a file, at most a little longer than the limit.
   */
  CommandResult runInto(Path out) throws IOException {
    Path in = Files.createTempFile("ext4map-command", ".in");
    Path err = Files.createTempFile("ext4map-command", ".err");
    try {
      Files.write(in, input);
      ProcessBuilder builder =
          new ProcessBuilder(words)
              .redirectInput(in.toFile())
              .redirectOutput(out.toFile())
              .redirectError(err.toFile());
      builder.environment().putAll(environment);
      return await(builder.start(), out, err);
    } finally {
      Files.delete(in);
      Files.delete(err);
    }
  }

  /** A command that had to be killed, because it took too long. */
  static final class TooSlow extends IOException {
    private static final long serialVersionUID = 1L;

    TooSlow(String message) {
      super(message);
    }
  }

  /** Runs it and wants exit code 0. */
  CommandResult succeed() throws IOException {
    CommandResult result = run();
    if (result.exit() != 0) {
      String message =
          String.format(
              Locale.ROOT,
              "%s: exit %d%s%n%s%s",
              String.join(" ", words),
              result.exit(),
              result.timedOut() ? " (too slow)" : "",
              result.text(),
              result.errors());
      throw result.timedOut() ? new TooSlow(message) : new IOException(message);
    }
    return result;
  }

  private CommandResult await(Process process, Path out, Path err) throws IOException {
    long deadline = System.nanoTime() + timeout.toNanos();
    boolean timedOut = false;
    boolean flooded = false;
    try {
      while (!timedOut && !flooded && !process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
        timedOut = System.nanoTime() - deadline > 0;
        flooded = Files.size(out) > limitBytes || Files.size(err) > limitBytes;
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException(String.join(" ", words));
    } finally {
      end(process);
    }
    int exit = timedOut || flooded ? -1 : process.exitValue();
    return new CommandResult(exit, "", head(err), timedOut, flooded);
  }

  private static String head(Path stream) throws IOException {
    try (InputStream in = Files.newInputStream(stream)) {
      return new String(in.readNBytes(TEXT_LIMIT_BYTES), StandardCharsets.UTF_8);
    }
  }

  private static void end(Process process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
