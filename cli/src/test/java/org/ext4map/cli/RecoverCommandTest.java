package org.ext4map.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ext4map.cli.Ran.ext4map;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.ext4map.images.GoldenImages;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecoverCommandTest {
  @TempDir Path scratch;

  @ParameterizedTest
  @CsvSource({
    "journal-v3-64, 0",
    "orphan-list, 3",
    "orphan-truncate, 2",
    "orphan-file, 3",
  })
  void whatACrashLeftIsFinishedAndCleanAfterwards(String name, int orphans) throws IOException {
    Path image = GoldenImages.byName(name).unpack(scratch);

    Ran recovered = ext4map("recover", "--json", image);

    assertThat(recovered.exitCode()).as(recovered.err()).isEqualTo(1);
    JsonNode document = Documents.valid(recovered);
    assertThat(document.path("changed").asBoolean()).isTrue();
    assertThat(document.path("orphans").asInt()).isEqualTo(orphans);
    Ran check = ext4map("check", "--view=as-is", image);
    assertThat(check.exitCode()).as(check.out()).isZero();
    assertThat(check.out()).contains("0 findings");
  }

  @ParameterizedTest
  @CsvSource({"k4-shapes", "feature-quota", "feature-bigalloc-1k-8k", "k4-inline"})
  void aCleanImageIsNotWrittenTo(String name) throws IOException {
    Path image = GoldenImages.byName(name).unpack(scratch);
    byte[] before = Files.readAllBytes(image);

    Ran recovered = ext4map("recover", image);

    assertThat(recovered.exitCode()).as(recovered.err()).isZero();
    assertThat(recovered.out()).endsWith(": nothing to recover\n");
    assertThat(Files.readAllBytes(image)).isEqualTo(before);
    Documents.valid(ext4map("recover", "--json", image));
  }

  @Test
  void recoveringTwiceChangesNothingMore() throws IOException {
    Path image = DemoImage.in(scratch);

    Ran first = ext4map("recover", image);
    byte[] after = Files.readAllBytes(image);
    Ran second = ext4map("recover", image);

    assertThat(first.exitCode()).isEqualTo(1);
    assertThat(first.out()).contains("recovered; 8 transactions of the journal replayed");
    assertThat(second.exitCode()).isZero();
    assertThat(Files.readAllBytes(image)).isEqualTo(after);
  }

  @Test
  void whatNoJournalCanMendIsSaid() throws IOException {
    Path image = GoldenImages.byName("orphan-list-no-journal").unpack(scratch);

    Ran recovered = ext4map("recover", image);

    assertThat(recovered.exitCode()).isEqualTo(4);
    assertThat(recovered.errLines()).singleElement().asString().contains("check it");
  }

  @ParameterizedTest
  @CsvSource({
    "journal-bad-data, the copy of block",
    "feature-unknown-incompat, FEATURE_I21",
    "feature-journal-dev, journal_dev",
  })
  void whatCannotBeRecoveredIsNamedAndUntouched(String name, String why) throws IOException {
    Path image = GoldenImages.byName(name).unpack(scratch);
    byte[] before = Files.readAllBytes(image);

    Ran refused = ext4map("recover", image);

    assertThat(refused.exitCode()).isEqualTo(8);
    assertThat(refused.errLines()).singleElement().asString().contains(why);
    assertThat(Files.readAllBytes(image)).isEqualTo(before);
  }
}
