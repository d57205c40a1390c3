package org.ext4map.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.ext4map.images.GoldenImages;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real launcher with the packaged jar, as processes. */
class LaunchedIT {
  private static final long PATIENCE_SECONDS = 60;

  @TempDir static Path scratch;
  private static Path launcher;

  @BeforeAll
  static void install() throws Exception {
    launcher =
        Files.copy(
            Path.of("..", "ext4map"),
            scratch.resolve("ext4map"),
            StandardCopyOption.COPY_ATTRIBUTES);
    Files.createDirectories(scratch.resolve("cli/target"));
    Files.copy(Path.of("target", "ext4map.jar"), scratch.resolve("cli/target/ext4map.jar"));
    assertThat(run("--version")).as("with a jar and no sources it does not build").isZero();
    assertThat(scratch.resolve("cli/target/ext4map.jsa")).exists();
  }

  @Test
  void helpNeedsNoBuildAndNoTerminal() throws Exception {
    Process help = start("--help");
    String out = new String(help.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(end(help)).isZero();
    assertThat(out).contains("Commands:").contains("demo");
  }

  @Test
  void theDemoRunsFromTheJar() throws Exception {
    Process demo = start("demo");
    String out = new String(demo.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(end(demo)).isZero();
    assertThat(out).contains("ext4map check   clean").containsPattern("12-15:W@\\d+");
  }

  @Test
  void anInterruptExits32() throws Exception {
    Process cat = start("cat", "--sparse-ok", longFile(), "/last-written");
    InputStream zeros = cat.getInputStream();
    assertThat(zeros.readNBytes(1 << 20)).hasSize(1 << 20);

    interrupt(cat);
    zeros.transferTo(OutputStream.nullOutputStream());

    assertThat(end(cat)).isEqualTo(32);
  }

  @Test
  void aReaderThatGoesAwayIsNoError() throws Exception {
    Process cat = start("cat", "--sparse-ok", longFile(), "/last-written");
    try (InputStream zeros = cat.getInputStream()) {
      assertThat(zeros.readNBytes(1 << 20)).hasSize(1 << 20);
    }

    assertThat(end(cat)).isEqualTo(32);
    assertThat(Files.readString(scratch.resolve("err"))).isEmpty();
  }

  private static String longFile() throws IOException {
    Path image = scratch.resolve("k4-last-block.img");
    return (Files.exists(image) ? image : GoldenImages.byName("k4-last-block").unpack(scratch))
        .toString();
  }

  private static void interrupt(Process process) throws Exception {
    assertThat(new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor())
        .isZero();
  }

  private static Process start(String... words) throws IOException {
    List<String> command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(List.of(words));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.redirectError(scratch.resolve("err").toFile());
    return builder.start();
  }

  private static int run(String... words) throws Exception {
    Process process = start(words);
    process.getInputStream().transferTo(OutputStream.nullOutputStream());
    return end(process);
  }

  private static int end(Process process) throws InterruptedException {
    assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }
}
