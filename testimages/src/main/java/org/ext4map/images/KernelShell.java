package org.ext4map.images;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * One process that runs file operations below a mount point, one at a time, and says how each
 * ended. Not thread-safe. Close it before the mount.
 */
public final class KernelShell implements AutoCloseable {
  private final Process process;
  private final Writer operations;
  private final BufferedReader answers;

  KernelShell(List<String> command) throws IOException {
    process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    operations =
        new BufferedWriter(
            new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
    answers =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /**
   * Runs one operation, in the language of {@code tools/answering.py}.
   *
   * @return {@code OK} or the name of the error, for example {@code ENOSPC}
   * @throws IOException if the process has ended
   */
  public String run(String operation) throws IOException {
    operations.write(operation + "\n");
    operations.flush();
    String answer = answers.readLine();
    if (answer == null) {
      throw new IOException("the process ended at: " + operation);
    }
    return answer;
  }

  /** Ends the process. */
  @Override
  public void close() throws IOException {
    operations.close();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
  }
}
