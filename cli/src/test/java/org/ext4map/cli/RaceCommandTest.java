package org.ext4map.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ext4map.cli.Ran.ext4map;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RaceCommandTest {
  private static final Path PAGE = Path.of("..", "docs", "race.md");

  @TempDir Path scratch;

  private static List<String> outcomes(JsonNode row) {
    return StreamSupport.stream(row.path("outcomes").spliterator(), false)
        .map(one -> one.path("outcome").asText())
        .toList();
  }

  @Test
  void theDesignOf45rcCrashesInTwoWaysAndLoses() throws IOException {
    Ran ran =
        ext4map(
            "race",
            "--variant",
            "a",
            "--story",
            "race",
            "--preemptions",
            3,
            "--save",
            scratch,
            "--json");

    assertThat(ran.exitCode()).as(ran.err()).isZero();
    JsonNode document = Documents.valid(ran);
    assertThat(document.path("as_predicted").asBoolean()).isTrue();
    JsonNode row = document.path("rows").path(0);
    assertThat(outcomes(row)).contains("crash-a", "crash-b", "loss-c");
    assertThat(row.path("preemptions").asInt()).isEqualTo(3);
    assertThat(row.path("complete").asBoolean()).isFalse();
    assertThat(row.path("pieces").path("ticket_lives_in").asText()).isEqualTo("the_inode");
    assertThat(ran.err()).contains("saved 4 schedules");
    try (Stream<Path> saved = Files.list(scratch)) {
      assertThat(saved.map(file -> file.getFileName().toString()))
          .contains("a-race-crash-a.schedule", "a-race-crash-b.svg", "a-race-loss-c.schedule");
    }
  }

  @Test
  void aSavedScheduleIsPlayedAgainShownAndDrawn() throws IOException {
    assertThat(ext4map("race", "--variant", "b", "--story", "race", "--save", scratch).exitCode())
        .isZero();
    Path schedule = scratch.resolve("b-race-loss-c.schedule");
    Path drawing = scratch.resolve("drawn.svg");
    Path shownOnThePage = PAGE.resolveSibling("race-loss.svg");

    Ran shown = ext4map("race", "--replay", schedule, "--svg", drawing);

    assertThat(shown.exitCode()).as(shown.err()).isZero();
    assertThat(shown.out()).contains("Loss C: request 1 was acknowledged", "reads as zeros");
    assertThat(shown.outLines()).allMatch(line -> line.length() <= 80);
    assertThat(drawing).hasSameTextualContentAs(shownOnThePage);

    JsonNode document = Documents.valid(ext4map("race", "--replay", schedule, "--json"));
    assertThat(document.path("same").asBoolean()).isTrue();
    assertThat(document.path("outcome").asText()).isEqualTo("loss-c");
    assertThat(document.path("steps")).hasSizeGreaterThan(20);
  }

  @Test
  void theTableIsThatOfThePageSaysAllThereAreAndFitsTheTerminal() throws IOException {
    Ran ran = ext4map("race", "--variant", "d");

    assertThat(ran.exitCode()).as(ran.err()).isZero();
    assertThat(ran.outLines()).allMatch(line -> line.length() <= 80);
    assertThat(Files.readString(PAGE)).contains(ran.outLines().get(2));
    assertThat(ran.out())
        .containsPattern("d  4.6, 109811c20fb8 +· +· +· +· +· +\\d+ all")
        .containsPattern("\\d+   \\*")
        .contains("seed 2016")
        .endsWith("as the analysis predicts\n");
  }

  @Test
  void theShippedFrontEndSurvivesAndSaysNothingOfPieces() {
    Ran ran = ext4map("race", "--variant", "e", "--story", "reader", "--json");

    assertThat(ran.exitCode()).as(ran.err()).isZero();
    JsonNode row = Documents.valid(ran).path("rows").path(0);
    assertThat(outcomes(row)).containsExactly("survived");
    assertThat(row.path("complete").asBoolean()).isTrue();
    assertThat(row.has("pieces")).isFalse();
  }

  @Test
  void whatIsNotAsPredictedExitsOne() {
    Ran ran = ext4map("race", "--variant", "a", "--story", "race", "--preemptions", 0);

    assertThat(ran.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
    assertThat(ran.out()).endsWith("NOT as the analysis predicts: a, race\n");
  }

  @Test
  void aScheduleThatEndsOtherwiseExitsOne() throws IOException {
    ext4map("race", "--variant", "b'", "--story", "fault", "--save", scratch);
    Path schedule = scratch.resolve("b-posted-fault-loss-c.schedule");
    String text = Files.readString(schedule);

    Files.writeString(schedule, text.replace("outcome: loss-c", "outcome: stale"));
    Ran differs = ext4map("race", "--replay", schedule);
    assertThat(differs.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
    assertThat(differs.out()).contains("DIFFERS: the schedule says stale data");

    Files.writeString(schedule, text.replace("variant: b'", "variant: a"));
    Ran doesNotFit = ext4map("race", "--replay", schedule);
    assertThat(doesNotFit.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
    assertThat(doesNotFit.errLines())
        .singleElement()
        .asString()
        .contains("does not fit this program: step 2 ");
  }

  @Test
  void aFileThatIsNoScheduleIsRefusedInOneLine() throws IOException {
    Path file = Files.writeString(scratch.resolve("notes.txt"), "milk, bread\n");

    Ran ran = ext4map("race", "--replay", file);

    assertThat(ran.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(ran.errLines())
        .singleElement()
        .asString()
        .contains("notes.txt: schedule: line 1 'milk, bread', allowed '# ext4map race schedule 1'");
    assertThat(ext4map("race", "--replay", scratch.resolve("missing")).exitCode())
        .isEqualTo(ExitCode.FAILED);
    Path binary = Files.write(scratch.resolve("binary"), new byte[] {(byte) 0xff, 0, 1});
    assertThat(ext4map("race", "--replay", binary).exitCode()).isEqualTo(ExitCode.FAILED);
  }

  @Test
  void realThreadsNeverShowWhatTheAnalysisRulesOut() {
    Ran shown = ext4map("race", "--threads", "--repeat", 1, "--variant", "b");

    assertThat(shown.exitCode()).as(shown.out() + shown.err()).isZero();
    assertThat(shown.outLines()).allMatch(line -> line.length() <= 80);
    assertThat(shown.out()).endsWith("nothing that the analysis rules out\n");
  }

  @Test
  void theShippedFrontEndLivesThroughRealThreads() {
    Ran ran = ext4map("race", "--threads", "--repeat", 2, "--variant", "e", "--json");

    assertThat(ran.exitCode()).as(ran.out() + ran.err()).isZero();
    JsonNode runs = Documents.valid(ran).path("runs");
    assertThat(runs).hasSize(2);
    for (JsonNode run : runs) {
      assertThat(run.path("outcome").asText()).isEqualTo("survived");
      assertThat(run.path("writes").asInt()).isPositive();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--threads --story race",
        "--threads --repeat 0",
        "--variant f",
        "--story love",
        "--preemptions -1",
        "--schedules 0",
        "--svg x.svg",
        "--variant e --story fault"
      })
  void wrongWordsAreUsage(String options) {
    Ran ran = ext4map((Object[]) ("race " + options).split(" "));

    assertThat(ran.exitCode()).as(ran.err()).isEqualTo(ExitCode.USAGE);
    assertThat(ran.errLines()).singleElement().asString().contains("allowed");
  }
}
