package org.ext4map.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ext4map.cli.Ran.ext4map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import org.ext4map.images.GoldenImages;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code check} says what it found in words, in JSON and in its exit code. */
class CheckCommandTest {
  private static final int INODES_COUNT = 1024;

  @TempDir Path scratch;

  @Test
  void aSoundImageIsCleanInOneLine() throws IOException {
    Path image = golden("k4-shapes");

    Ran ran = ext4map("check", image);

    assertThat(ran.exitCode()).as(ran.out()).isZero();
    assertThat(ran.outLines()).singleElement().asString().startsWith(image + ": clean");
  }

  @Test
  void aDirtyImageIsJudgedAsItWillBe() throws IOException {
    Ran ran = ext4map("check", golden("journal-v3-64"));

    assertThat(ran.exitCode()).as(ran.out()).isZero();
    assertThat(ran.out()).contains("after replaying");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-n", "-f", "-fn", "--json", "--json-lines"})
  void aPlainCallSaysWhatTheParserWouldMakeOfIt(String word) throws IOException {
    Path sound = golden("k4-shapes");
    Path damaged = golden("feature-csum-none");
    damage(damaged, INODES_COUNT);

    for (Path image : List.of(sound, damaged, scratch.resolve("missing"))) {
      Ran plain = ext4map("check", word, image);
      Ran parsed = ext4map("--color", "never", "check", word, image);

      assertThat(plain.out()).isEqualTo(parsed.out());
      assertThat(plain.err()).isEqualTo(parsed.err());
      assertThat(plain.exitCode()).isEqualTo(parsed.exitCode());
    }
  }

  @Test
  void theMemoryIsToldInAdvanceToWhoWantsToKnow() throws IOException {
    Path image = golden("k4-shapes");

    assertThat(ext4map("-v", "check", image).err())
        .contains(image + ": the check keeps up to 1 MiB in memory");
    assertThat(ext4map("check", image).err()).isEmpty();
  }

  @Test
  void damageIsNamedAndCountsInTheExitCode() throws IOException {
    Path image = golden("feature-csum-none");
    damage(image, INODES_COUNT);

    Ran ran = ext4map("check", "--json", image);

    assertThat(ran.exitCode()).as(ran.out()).isIn(4, 8);
    JsonNode document = Documents.valid(ran);
    assertThat(document.path("clean").asBoolean()).isFalse();
    assertThat(document.path("exit_code").asInt()).isEqualTo(ran.exitCode());
    assertThat(document.path("problems")).isNotEmpty();
    assertThat(document.path("counts").path("problems").asLong()).isPositive();
  }

  @Test
  void manyImagesGiveALineEachAndTheWorstExitCode() throws IOException {
    Path sound = golden("k4-shapes");
    Path noImage = Files.write(scratch.resolve("text"), new byte[8192]);
    Path missing = scratch.resolve("missing");

    Ran ran = ext4map("check", "--json-lines", sound, noImage, missing);

    assertThat(ran.exitCode()).isEqualTo(8);
    assertThat(ran.outLines()).hasSize(3);
    ObjectMapper mapper = new ObjectMapper();
    for (String line : ran.outLines()) {
      JsonNode document = mapper.readTree(line);
      assertThat(Documents.schema("check").validate(document)).as(line).isEmpty();
    }
    assertThat(mapper.readTree(ran.outLines().get(0)).path("clean").asBoolean()).isTrue();
    assertThat(mapper.readTree(ran.outLines().get(1)).path("clean").asBoolean()).isFalse();
    JsonNode unopened = mapper.readTree(ran.outLines().get(2));
    assertThat(unopened.path("image").asText()).isEqualTo(missing.toString());
    assertThat(unopened.path("exit_code").asInt()).isEqualTo(8);
    assertThat(ran.errLines()).singleElement().asString().contains("missing");
  }

  @Test
  void aBackupSuperblockServesWhereThePrimaryIsGone() throws IOException {
    Path image = golden("feature-csum-32");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.seek(1024);
      file.write(new byte[1024]);
    }

    Ran ran = ext4map("check", "-b", "8193", "-B", "1024", image);

    assertThat(ran.exitCode()).as(ran.out() + ran.err()).isEqualTo(4);
  }

  @Test
  void checkingLeavesTheImageAlone() throws IOException {
    Path image = golden("journal-v3-64");
    byte[] before = Files.readAllBytes(image);

    ext4map("check", image);

    assertThat(Files.readAllBytes(image)).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-p", "-y", "-z", "-B=1000"})
  void whatIsNotThereIsRefused(String option) {
    Ran ran = ext4map("check", option, scratch.resolve("any"));

    assertThat(ran.exitCode()).isEqualTo(16);
    assertThat(ran.errLines()).singleElement().asString().contains("allowed");
  }

  @Test
  void progressGoesToTheDescriptorThatIsAskedFor() throws IOException {
    Path image = golden("k4-shapes");
    Path progress = Files.createFile(scratch.resolve("progress"));
    try (FileOutputStream open = new FileOutputStream(progress.toFile())) {
      int fd = descriptorOf(progress);

      Ran ran = ext4map("check", "-C", fd, image);

      assertThat(ran.exitCode()).as(ran.err()).isZero();
      assertThat(ran.outLines()).hasSize(1);
      assertThat(open.getChannel().isOpen()).isTrue();
    }
    List<String> lines = Files.readAllLines(progress);
    assertThat(lines)
        .allMatch(line -> line.matches("[1-5] \\d+ \\d+ " + Pattern.quote("" + image)));
    assertThat(lines)
        .anyMatch(line -> line.startsWith("1 "))
        .anyMatch(line -> line.startsWith("5 "));
    assertThat(lines).isSortedAccordingTo(Comparator.comparing(line -> line.charAt(0)));
  }

  private static int descriptorOf(Path file) throws IOException {
    try (DirectoryStream<Path> open = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path fd : open) {
        if (Files.isSymbolicLink(fd) && Files.readSymbolicLink(fd).equals(file.toRealPath())) {
          return Integer.parseInt(fd.getFileName().toString());
        }
      }
    }
    throw new AssertionError(file + " is not open");
  }

  @Test
  void aProgressBarIsShownWhereItIsAskedFor() throws IOException {
    Ran ran = ext4map("check", "-C", "0", golden("k4-shapes"));

    assertThat(ran.exitCode()).isZero();
    assertThat(ran.err()).contains("inodes [").contains("%").endsWith("\r\u001b[K");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "999"})
  void aDescriptorThatIsNotOpenIsRefused(String fd) throws IOException {
    Ran ran = ext4map("check", "-C", fd, golden("k4-shapes"));

    assertThat(ran.exitCode()).isIn(8, 16);
    assertThat(ran.errLines()).singleElement().asString().contains("-C " + fd, "allowed");
  }

  @Test
  void whoIsInterruptedAnswersWithWhatHeHas() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Console console = new Console(out, OutputStream.nullOutputStream(), false);
    console.interrupt().raise();
    String image = golden("k4-shapes").toString();

    int exitCode = Main.run(console, "check", "--json-lines", image, image);

    assertThat(exitCode).isEqualTo(32);
    assertThat(out.toString(StandardCharsets.UTF_8).lines()).hasSize(1);
    JsonNode document = new ObjectMapper().readTree(out.toByteArray());
    assertThat(Documents.schema("check").validate(document)).isEmpty();
    assertThat(document.path("complete").asBoolean()).isFalse();
    assertThat(document.path("exit_code").asInt()).isEqualTo(32);
  }

  private Path golden(String name) throws IOException {
    return GoldenImages.byName(name).unpack(scratch);
  }

  private static void damage(Path image, int offset) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.seek(offset);
      int value = file.read();
      file.seek(offset);
      file.write(value ^ 0xFF);
    }
  }
}
