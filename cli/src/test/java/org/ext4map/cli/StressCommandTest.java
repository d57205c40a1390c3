package org.ext4map.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ext4map.cli.Ran.ext4map;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StressCommandTest {
  @TempDir Path scratch;

  private Path image() {
    return scratch.resolve("stress.img");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--engine=auto", "--engine=channel", "--polled"})
  void theRacePasses(String option) {
    Ran ran = ext4map("stress", "--seconds", 3, "--size", "48m", option, "--json", image());

    assertThat(ran.exitCode()).as(ran.out() + ran.err()).isZero();
    JsonNode stress = Documents.valid(ran);
    assertThat(stress.path("passed").asBoolean()).isTrue();
    assertThat(stress.path("lost_completions").asLong()).isZero();
    assertThat(stress.path("verify_errors").asLong()).isZero();
    assertThat(stress.path("deferred").asLong()).isPositive();
    assertThat(stress.path("inline").asLong()).isPositive();
    assertThat(stress.path("punches").asLong()).isPositive();
    assertThat(stress.path("verified_blocks").asLong()).isGreaterThan(12_000);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "delay,reorder,eio,short; 2; --engine=auto; true",
        "stall; 1; --engine=auto; false",
        "delay,reorder,eio,short,stall; 1; --engine=aio; true",
        "delay,reorder,eio,short; 2; --polled; true",
        "stall; 1; --polled; false",
        "delay,reorder,eio,short; 0; --polled; true"
      })
  void theRacePassesWithABadDeviceAndAWorkerThatStalls(
      String faults, int workers, String option, boolean fails) {
    Ran ran =
        ext4map(
            "stress",
            "--seconds",
            2,
            "--size",
            "48m",
            "--faults",
            faults,
            "--workers",
            workers,
            option,
            "--json",
            image());

    assertThat(ran.exitCode()).as(ran.out() + ran.err()).isZero();
    JsonNode stress = Documents.valid(ran);
    assertThat(stress.path("passed").asBoolean()).isTrue();
    assertThat(stress.path("faults")).hasSize(faults.split(",").length);
    assertThat(stress.path("failed").asLong() > 0).isEqualTo(fails);
    assertThat(stress.path("deferred").asLong()).isPositive();
    assertThat(stress.path("doubled_completions").asLong()).isZero();
    assertThat(stress.path("leaked_tickets").asLong()).isZero();
  }

  @Test
  void anImageThatIsThereIsUsedAndItsOtherFilesAreLeftAlone() {
    assertThat(ext4map("mkfs", "-b", "4k", image(), "24m").exitCode()).isZero();
    assertThat(ext4map("mkdir", image(), "/kept").exitCode()).isZero();

    Ran ran = ext4map("stress", "--seconds", 1, "--seed", 5, image());

    assertThat(ran.exitCode()).as(ran.out() + ran.err()).isZero();
    assertThat(ran.outLines()).allMatch(line -> line.length() <= 80).last().isEqualTo("passed");
    assertThat(ran.out()).contains("seed 5");
    assertThat(ext4map("ls", image(), "/").out()).contains("kept", "racer", "verify");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--seconds 0",
        "--preset generic/1",
        "--engine fast",
        "--faults rain",
        "--workers 0"
      })
  void wrongWordsAreUsage(String options) {
    Ran ran = ext4map((Object[]) ("stress " + options + " " + image()).split(" "));

    assertThat(ran.exitCode()).as(ran.err()).isEqualTo(ExitCode.USAGE);
    assertThat(image()).doesNotExist();
  }

  @Test
  void anImageTooSmallIsNotMade() {
    Ran ran = ext4map("stress", "--size", 3000, image());

    assertThat(ran.exitCode()).as(ran.err()).isEqualTo(ExitCode.FAILED);
    assertThat(ran.err()).contains("too small");
    assertThat(image()).doesNotExist();
  }
}
