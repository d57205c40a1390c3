package org.ext4map.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ext4map.cli.Ran.ext4map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
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
    assertThat(ran.outLines()).hasSize(2);
    ObjectMapper mapper = new ObjectMapper();
    for (String line : ran.outLines()) {
      JsonNode document = mapper.readTree(line);
      assertThat(Documents.schema("check").validate(document)).as(line).isEmpty();
    }
    assertThat(mapper.readTree(ran.outLines().get(0)).path("clean").asBoolean()).isTrue();
    assertThat(mapper.readTree(ran.outLines().get(1)).path("clean").asBoolean()).isFalse();
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
