package org.ext4map.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@code ./ext4map} decides, in a checkout of its own whose Maven and Java are scripts that
 * write down how they were called.
 */
class LauncherTest {
  private static final String BUILDING = "ext4map: building the command";

  @TempDir Path scratch;
  private Path home;
  private Path javaHome;

  record Launched(int exitCode, String out, List<String> errLines) {}

  @BeforeEach
  void aFreshCheckout() throws IOException {
    home = Files.createDirectory(scratch.resolve("a check out"));
    Files.copy(
        Path.of("..", "ext4map"), home.resolve("ext4map"), StandardCopyOption.COPY_ATTRIBUTES);
    Files.createDirectories(home.resolve("cli"));
    Files.createDirectories(home.resolve(".git/logs"));
    Files.writeString(home.resolve("pom.xml"), "");
    Files.writeString(home.resolve("cli/pom.xml"), "");
    Files.writeString(home.resolve(".git/logs/HEAD"), "");
    javaHome = fakeJdk("jdk", "17.0.1");
    maven("mkdir -p cli/target && echo jar >cli/target/ext4map.jar");
  }

  @Test
  void theFirstCallBuildsSaysSoInOneLineAndRuns() throws Exception {
    Launched first = launch("info", "my image");

    assertThat(first.errLines()).singleElement().asString().startsWith(BUILDING);
    assertThat(first.exitCode()).isZero();
    assertThat(first.out()).contains("[info]", "[my image]");
    assertThat(calls("mvnw")).singleElement().asString().contains("-pl cli -am package");
  }

  @Test
  void laterCallsStartAtOnce() throws Exception {
    launch("--help");
    Launched second = launch("--help");

    assertThat(second.errLines()).isEmpty();
    assertThat(calls("mvnw")).hasSize(1);
    assertThat(calls("java")).as("three times to archive classes, twice to run").hasSize(5);
    assertThat(second.out()).contains("-XX:SharedArchiveFile=");
  }

  @Test
  void aNewerPomOrCommitBuildsAgainOnce() throws Exception {
    launch("--help");
    for (String newer : List.of("pom.xml", "cli/pom.xml", ".git/logs/HEAD")) {
      int before = calls("mvnw").size();
      // The build finds nothing to do and leaves the jar as it is; that must not repeat for ever.
      maven("true");
      Files.setLastModifiedTime(home.resolve("cli/target/ext4map.jar"), minutesAgo(9));
      Files.setLastModifiedTime(home.resolve("cli/target/ext4map.built"), minutesAgo(8));
      Files.setLastModifiedTime(home.resolve(newer), minutesAgo(1));

      assertThat(launch("--help").errLines()).as(newer).hasSize(1);
      assertThat(launch("--help").errLines()).as(newer).isEmpty();
      assertThat(calls("mvnw")).hasSize(before + 1);
    }
  }

  @Test
  void aJarThatMavenBuiltByItselfIsTaken() throws Exception {
    Files.createDirectories(home.resolve("cli/target"));
    Files.writeString(home.resolve("cli/target/ext4map.jar"), "jar");

    assertThat(launch("--help").errLines()).isEmpty();
    assertThat(calls("mvnw")).isEmpty();
  }

  @Test
  void aBuildCanBeAskedFor() throws Exception {
    launch("--help");

    assertThat(launch(Map.of("EXT4MAP_BUILD", "1"), "--help").errLines()).hasSize(1);
    assertThat(calls("mvnw")).hasSize(2);
  }

  @Test
  void aFailedBuildShowsWhyAndExits8() throws Exception {
    maven("echo '[ERROR] something is missing'; exit 1");

    Launched failed = launch("--help");

    assertThat(failed.exitCode()).isEqualTo(8);
    assertThat(failed.errLines()).contains("[ERROR] something is missing");
    assertThat(failed.errLines().get(failed.errLines().size() - 1)).contains("the build failed");
    assertThat(launch("--help").exitCode()).as("it tries again").isEqualTo(8);
  }

  @Test
  void anUnsuitableJavaIsNamedAndExits8() throws Exception {
    javaHome = fakeJdk("old", "11.0.2");
    Launched old = launch("--help");
    assertThat(old.exitCode()).isEqualTo(8);
    assertThat(old.errLines()).singleElement().asString().contains("version=11, allowed 17");

    javaHome = scratch.resolve("nowhere");
    Launched none = launch("--help");
    assertThat(none.exitCode()).isEqualTo(8);
    assertThat(none.errLines()).singleElement().asString().contains("JAVA_HOME=" + javaHome);
  }

  @Test
  void anotherJavaGetsAnArchiveOfItsOwn() throws Exception {
    launch("--help");
    javaHome = fakeJdk("newer", "25");
    launch("--help");
    launch("--help");

    for (String how : List.of("-XX:ArchiveClassesAtExit", "-Xshare:dump")) {
      assertThat(calls("java").stream().filter(call -> call.contains(how)))
          .as("once for each Java")
          .hasSize(2);
    }
  }

  @Test
  void exitCodeAndWordsPassThroughUnchanged() throws Exception {
    launch("--help");
    Launched ran = launch(Map.of("EXIT", "16"), "cat", "", "a\"b", "*", "$HOME", "<12>");

    assertThat(ran.exitCode()).isEqualTo(16);
    assertThat(ran.out()).contains("[cat] [] [a\"b] [*] [$HOME] [<12>]");
  }

  @Test
  void namesAreUtf8WhateverTheLocale() throws Exception {
    launch("--help");

    for (String locale : List.of("C", "POSIX", "")) {
      assertThat(launch(Map.of("LC_ALL", locale, "LANG", "C"), "--help").out())
          .contains("locale C.UTF-8");
    }
    assertThat(launch(Map.of("LC_ALL", "de_DE.UTF-8"), "--help").out())
        .contains("locale de_DE.UTF-8");
  }

  @Test
  void aSymbolicLinkLeadsHome() throws Exception {
    Path link = Files.createSymbolicLink(scratch.resolve("link"), home.resolve("ext4map"));

    assertThat(run(link, Map.of(), "--help").exitCode()).isZero();
    assertThat(home.resolve("cli/target/ext4map.jar")).exists();
  }

  @Test
  void commandsThatWorkHardGetBothCompilers() throws Exception {
    assertThat(launch("-v", "info").out()).contains("-XX:TieredStopAtLevel=1", "-Xmx256m");
    assertThat(launch("-v", "bench").out()).doesNotContain("TieredStopAtLevel", "-Xmx256m");
    assertThat(launch("check", "image").out())
        .contains("-XX:TieredStopAtLevel=1", "-XX:MaxRAMPercentage=50")
        .doesNotContain("-Xmx256m");
  }

  @Test
  void aCheckStartsFromAnArchiveOfItsOwnAndDoesNotOpenTheJar() throws Exception {
    assertThat(launch("check", "image").out())
        .contains("-XX:SharedArchiveFile=" + home.toRealPath() + "/cli/target/ext4map-check.jsa")
        .contains("[org.ext4map.cli.Main] [check] [image]")
        .doesNotContain("[-jar]");
    assertThat(launch("info", "image").out()).contains("/cli/target/ext4map.jsa", "[-jar]");
  }

  private Path fakeJdk(String name, String version) throws IOException {
    Path bin = Files.createDirectories(scratch.resolve(name).resolve("bin"));
    script(
        bin.resolve("java"),
        "case $* in -version) echo 'openjdk version \"" + version + "\"' >&2; exit ;; esac",
        "echo \"$*\" >>'" + scratch.resolve("java.calls") + "'",
        "case $* in -XX:ArchiveClassesAtExit=* | *-Xshare:dump*)",
        "  for word; do case $word in *=*/target/*.jsa.*) echo >\"${word#*=}\" ;; esac; done",
        "  exit ;;",
        "esac",
        "echo \"locale $LC_ALL\"",
        "for word in \"$@\"; do printf '[%s] ' \"$word\"; done",
        "exit ${EXIT:-0}");
    script(bin.resolve("javac"), "exit 0");
    return scratch.resolve(name);
  }

  private void maven(String action) throws IOException {
    script(home.resolve("mvnw"), "echo \"$*\" >>'" + scratch.resolve("mvnw.calls") + "'", action);
  }

  private static void script(Path file, String... lines) throws IOException {
    Files.writeString(file, "#!/bin/sh\n" + String.join("\n", lines) + "\n");
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  private List<String> calls(String program) throws IOException {
    Path calls = scratch.resolve(program + ".calls");
    return Files.exists(calls) ? Files.readAllLines(calls) : List.of();
  }

  private static FileTime minutesAgo(int minutes) {
    return FileTime.from(Instant.now().minusSeconds(60L * minutes));
  }

  private Launched launch(String... words) throws Exception {
    return launch(Map.of(), words);
  }

  private Launched launch(Map<String, String> environment, String... words) throws Exception {
    return run(home.resolve("ext4map"), environment, words);
  }

  private Launched run(Path launcher, Map<String, String> environment, String... words)
      throws Exception {
    List<String> command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(List.of(words));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("JAVA_HOME", javaHome.toString());
    builder.environment().keySet().removeIf(name -> name.startsWith("EXT4MAP_"));
    builder.environment().putAll(environment);
    Path err = scratch.resolve("err");
    builder.redirectError(err.toFile());
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    return new Launched(process.exitValue(), out, Files.readAllLines(err));
  }
}
