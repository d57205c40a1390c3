package org.ext4map.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ext4map.cli.Ran.ext4map;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.ext4map.images.Debugfs;
import org.ext4map.images.GoldenImage;
import org.ext4map.images.GoldenImages;
import org.ext4map.images.Judge;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the log holds: block by block as debugfs logdump has it, and what it means. */
class JournalCommandTest {
  private static final Pattern OWN =
      Pattern.compile(
          "Found expected sequence (\\d+), type \\d+ \\((\\w+) [a-z ]+\\) at block (\\d+)");
  private static final Pattern COPY =
      Pattern.compile("\\s+FS block (\\d+) logged at (?:sequence \\d+, )?journal block (\\d+).*");
  private static final Pattern REVOKED = Pattern.compile("\\s+Revoke FS block (\\d+).*");

  @TempDir static Path scratch;

  static Stream<GoldenImage> dirtyImages() {
    return GoldenImages.list().stream()
        .filter(image -> image.manifest().needsRecovery() && image.manifest().journal() != null);
  }

  @ParameterizedTest
  @MethodSource("dirtyImages")
  void theLogIsDebugfss(GoldenImage golden) throws IOException {
    Judge.E2FSPROGS.missing().ifPresent(Assumptions::abort);
    Path image = golden.unpack(scratch);
    Ran ran = ext4map("journal", "--json", "--view=as-is", image);
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    List<String> ours = new ArrayList<>();
    for (JsonNode entry : Documents.valid(ran).path("entries")) {
      String kind = entry.path("kind").asText();
      switch (kind) {
        case "copy" ->
            ours.add(entry.path("log_block") + ": copy of " + entry.path("block").asLong());
        case "revoked" -> ours.add("revoked " + entry.path("block").asLong());
        case "descriptor", "commit", "revoke" ->
            ours.add(entry.path("log_block") + ": " + kind + " " + entry.path("transaction"));
        default -> assertThat(kind).isEqualTo("end");
      }
    }

    assertThat(ours).isNotEmpty().isEqualTo(logdump(image));
    Files.delete(image);
  }

  private static List<String> logdump(Path image) throws IOException {
    List<String> theirs = new ArrayList<>();
    // -a shows copies and revokes, too
    for (String line : Debugfs.on(image).ask("logdump -a").lines().toList()) {
      Matcher own = OWN.matcher(line);
      Matcher copy = COPY.matcher(line);
      Matcher revoked = REVOKED.matcher(line);
      if (own.find()) {
        String kind = own.group(2).equals("revoke") ? "revoke" : own.group(2);
        theirs.add(own.group(3) + ": " + kind + " " + own.group(1));
      } else if (copy.matches()) {
        theirs.add(copy.group(2) + ": copy of " + copy.group(1));
      } else if (revoked.matches()) {
        theirs.add("revoked " + revoked.group(1));
      }
    }
    return theirs;
  }

  @Test
  void copiesHaveAMeaning() throws IOException {
    Path demo = DemoImage.in(scratch);

    String text = ext4map("journal", demo).out();

    assertThat(text)
        .contains("transaction 5", "commit 12")
        .contains("extent node of inode 14, level 1, for file blocks from 0 (/shop/orders.db)")
        .contains("directory block, block 0 of inode 12 (/shop)")
        .contains("block bitmap of group 0");
    Files.delete(demo);
  }

  @Test
  void fastCommitsAreDecoded() throws IOException {
    Path image = GoldenImages.byName("fast-commit").unpack(scratch);

    JsonNode document = Documents.valid(ext4map("journal", "--json", image));

    assertThat(document.path("fast_commits").findValuesAsText("kind"))
        .contains("add_range", "inode");
    assertThat(ext4map("journal", image).out()).contains("fast commits", ": map ");
    Files.delete(image);
  }

  @Test
  void aTornTransactionDoesNotCount() throws IOException {
    Path image = GoldenImages.byName("journal-torn").unpack(scratch);

    JsonNode document = Documents.valid(ext4map("journal", "--json", image));

    assertThat(document.path("entries").findValuesAsText("fate"))
        .contains("replayed", "not_committed");
    Files.delete(image);
  }

  @Test
  void withoutAJournalThereIsNothingToShow() throws IOException {
    Path image = GoldenImages.byName("orphan-list-no-journal").unpack(scratch);

    Ran ran = ext4map("journal", image);

    assertThat(ran.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
    assertThat(ran.err()).contains("no journal in the image");
    Files.delete(image);
  }
}
