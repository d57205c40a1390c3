package org.ext4map.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.ext4map.Ext4Image;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What only shows between processes: who holds the image, and what is left when one is ended. */
class ProcessesTest {
  private static final long PATIENCE_SECONDS = 60;

  /** Signal 2 in a mask of /proc. */
  private static final long SIGINT_BIT = 1L << 1;

  private static final int IMAGES = 200;

  @TempDir Path scratch;
  private Path image;

  @BeforeEach
  void anEmptyImage() {
    image = scratch.resolve("fs.img");
    assertThat(Ran.ext4map("mkfs", image, "8m").exitCode()).isZero();
  }

  private Process start(String... words) throws IOException {
    return start(List.of(), words);
  }

  private Process start(List<String> javaOptions, String... words) throws IOException {
    List<String> command = new ArrayList<>();
    if (interruptsAreIgnored()) {
      command.addAll(List.of("env", "--default-signal=INT"));
    }
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-ea",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path")));
    command.addAll(javaOptions);
    command.add(Main.class.getName());
    command.addAll(List.of(words));
    return new ProcessBuilder(command).redirectError(scratch.resolve("err").toFile()).start();
  }

  /**
   * True if whoever started the tests ignores SIGINT, as shells do for what runs in the background:
   * children inherit that, and a JVM then leaves it so.
   */
  private static boolean interruptsAreIgnored() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return false;
    }
    String ignored =
        Files.readAllLines(status).stream()
            .filter(line -> line.startsWith("SigIgn:"))
            .findFirst()
            .orElseThrow()
            .substring("SigIgn:".length())
            .strip();
    return (Long.parseUnsignedLong(ignored, 16) & SIGINT_BIT) != 0;
  }

  /** A session that has the image open and waits for its next command. */
  private Process session() throws IOException {
    Process session = start("io", "-f", image.toString(), "/f", "-c", "-");
    send(session, "pwrite -W 0 4k");
    BufferedReader answers =
        new BufferedReader(new InputStreamReader(session.getInputStream(), StandardCharsets.UTF_8));
    assertThat(answers.readLine()).isEqualTo("wrote 4096/4096 bytes at offset 0");
    return session;
  }

  private static void send(Process session, String line) throws IOException {
    OutputStream in = session.getOutputStream();
    in.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    in.flush();
  }

  @Test
  void withoutNativeAccessDirectIoSaysSoAndUsesThreads() throws Exception {
    List<String> noNativeAccess =
        List.of(
            "-Djna.nosys=true",
            "-Djna.noclasspath=true",
            "-Djna.boot.library.path=" + scratch.resolve("nowhere"));

    Process bench = start(noNativeAccess, "bench", "--size", "64k", "--json", image.toString());
    String said = new String(bench.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(end(bench)).as(Files.readString(scratch.resolve("err"))).isZero();
    assertThat(said).contains("blocking calls", "Unable to locate JNA native support library");

    Process forced =
        start(noNativeAccess, "bench", "--engine", "io_uring", "--size", "64k", image.toString());

    assertThat(end(forced)).isEqualTo(8);
    assertThat(Files.readAllLines(scratch.resolve("err")))
        .singleElement()
        .asString()
        .startsWith("ext4map: engine IO_URING: ")
        .contains("Unable to locate JNA native support library");
  }

  @Test
  void theEngineWarnsInOneLine() throws Exception {
    long bitmap;
    int blockSize;
    try (Ext4Image opened = Ext4Image.open(image)) {
      bitmap = opened.group(0).blockBitmap();
      blockSize = opened.geometry().blockSize();
    }
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.seek(bitmap * blockSize + 100);
      file.write(0xA5);
    }

    Process io = start("io", "-f", image.toString(), "/f", "-c", "pwrite -q 0 4k");

    assertThat(end(io)).isEqualTo(8);
    assertThat(Files.readAllLines(scratch.resolve("err")))
        .hasSize(2)
        .first()
        .asString()
        .startsWith("ext4map: warning: nothing is allocated in group 0: ")
        .contains("bg_block_bitmap_csum");
  }

  private static void interrupt(Process process) throws Exception {
    String pid = Long.toString(process.pid());
    assertThat(new ProcessBuilder("kill", "-INT", pid).start().waitFor()).isZero();
  }

  private static int end(Process process) throws Exception {
    assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  private static void assertNeedsRecovery(Path image, int transactionsAtLeast) {
    Ran recovered = Ran.ext4map("recover", "--json", image);
    assertThat(recovered.exitCode()).as(recovered.err()).isEqualTo(1);
    assertThat(Documents.valid(recovered).path("journal").path("transactions").asInt())
        .isGreaterThanOrEqualTo(transactionsAtLeast);
    Ran check = Ran.ext4map("check", "--view=as-is", image);
    assertThat(check.exitCode()).as(check.out()).isZero();
    assertThat(check.out()).contains(" 0 findings");
  }

  @Test
  void oneProcessAtATimeWrites() throws Exception {
    Process session = session();

    for (String[] words :
        new String[][] {
          {"io", image.toString(), "/f", "-c", "stat"},
          {"mkfs", "-f", image.toString(), "8m"},
          {"recover", image.toString()}
        }) {
      Ran refused = Ran.ext4map((Object[]) words);
      assertThat(refused.exitCode()).as(words[0]).isEqualTo(8);
      assertThat(refused.errLines())
          .containsExactly(
              "ext4map: " + image + ": opening for writing: locked by another process");
    }
    assertThat(Ran.ext4map("stat", image, "/f").exitCode()).as("readers may look").isZero();

    session.getOutputStream().close();
    assertThat(end(session)).isZero();
    assertThat(Ran.ext4map("io", image, "/f", "-c", "stat").exitCode()).isZero();
  }

  @Test
  void anAbortLeavesWhatWasSyncedAndNothingElse() throws Exception {
    Process session = session();
    send(session, "pwrite -q 1m 4k");
    send(session, "abort");

    assertThat(end(session)).isZero();
    assertNeedsRecovery(image, 1);
    assertThat(Ran.ext4map("stat", image, "/f").out()).contains("size            4096 bytes");
  }

  @Test
  void anInterruptedCheckAnswersWithWhatItHas() throws Exception {
    List<String> words = new ArrayList<>(List.of("check", "--json-lines", "-C", "1"));
    words.addAll(Collections.nCopies(IMAGES, image.toString()));
    Process check = start(words.toArray(String[]::new));
    BufferedReader out =
        new BufferedReader(new InputStreamReader(check.getInputStream(), StandardCharsets.UTF_8));
    assertThat(out.readLine()).as("the first pass begins").startsWith("1 ");

    interrupt(check);

    List<String> answers = out.lines().filter(line -> line.startsWith("{")).toList();
    assertThat(end(check)).isEqualTo(32);
    assertThat(answers).isNotEmpty().hasSizeLessThan(IMAGES);
    assertThat(answers).allMatch(line -> line.endsWith("}"));
    assertThat(Files.readString(scratch.resolve("err"))).isEqualTo("ext4map: cancelled\n");
  }

  @Test
  void anInterruptExits32AndLeavesTheImageRecoverable() throws Exception {
    Process session = session();
    send(session, "pwrite -q 1m 4k");

    interrupt(session);

    assertThat(end(session)).isEqualTo(32);
    assertThat(Files.readString(scratch.resolve("err"))).isEqualTo("ext4map: cancelled\n");
    assertNeedsRecovery(image, 1);
    assertThat(Ran.ext4map("io", image, "/f", "-c", "stat").exitCode()).isZero();
  }
}
