package org.ext4map.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The kit is documented, and a reader with a fault loses points for just that fault. */
class TortureKitTest {
  /** For readers that end by themselves, however busy the machine is. */
  private static final Duration PATIENT = Duration.ofMinutes(2);

  private static final String DEBUGFS = "debugfs -R 'cat \"{path}\"' {image}";

  @TempDir Path directory;

  @Test
  void everyCaseIsAFileWithAKnownHash() {
    assertThat(TortureKit.load().cases())
        .hasSizeGreaterThan(100)
        .allSatisfy(
            one -> {
              FileTruth truth =
                  GoldenImages.byName(one.image()).manifest().file(View.RECOVERED, one.path());
              assertThat(truth.isFile()).isTrue();
              assertThat(truth.sha256()).isNotNull();
            });
  }

  @Test
  void everyCaseIsDocumented() throws IOException {
    String document = Files.readString(Path.of("TORTURE.md"));
    for (TortureCase one : TortureKit.load().cases()) {
      assertThat(document).contains(one.image(), "`" + one.path() + "`", one.why());
    }
  }

  @Test
  void kitStaysSmall() throws IOException {
    long bytes = 0;
    for (String image :
        TortureKit.load().cases().stream().map(TortureCase::image).distinct().toList()) {
      bytes += Files.size(packed(image));
    }
    assertThat(bytes).isLessThan(1L << 20);
  }

  private static Path packed(String image) {
    return Path.of("src/main/resources/org/ext4map/images/golden", image + ".img.gz.gz");
  }

  @ParameterizedTest
  @CsvSource({
    "none,      OK",
    "unwritten, STALE_BYTES",
    "length,    WRONG_LENGTH",
    "silent,    WRONG_LENGTH",
    "exit,      ERROR_EXIT"
  })
  void faultIsFound(String fault, Verdict verdict) throws IOException {
    needs(Judge.E2FSPROGS);

    ScoreCard.Line line = lineOf("/shapes/unwritten-odd-size", reader(fault), PATIENT);

    assertThat(line.verdict()).as(line.detail()).isEqualTo(verdict);
  }

  @Test
  void staleBytesAreNotBlamedOnWrittenData() throws IOException {
    needs(Judge.E2FSPROGS);

    ScoreCard.Line line = lineOf("/shapes/dense", reader("unwritten"), PATIENT);

    assertThat(line.verdict()).isEqualTo(Verdict.OK);
  }

  @Test
  void readerThatNeverEndsIsEnded() throws IOException {
    ScoreCard.Line line = lineOf("/shapes/dense", reader("slow"), Duration.ofMillis(300));

    assertThat(line.verdict()).isEqualTo(Verdict.TIMEOUT);
  }

  @Test
  void readerThatPrintsWithoutEndIsEnded() throws IOException {
    ScoreCard.Line line = lineOf("/shapes/dense", "sh -c 'yes # {image} {path}'", PATIENT);

    assertThat(line.verdict()).isEqualTo(Verdict.WRONG_LENGTH);
  }

  @Test
  void readerThatWritesToTheImageIsNamed() throws IOException {
    needs(Judge.E2FSPROGS);

    ScoreCard card = only("k1-depth-5").score(reader("writes"), directory, PATIENT);

    assertThat(card.changedImages()).containsExactly("k1-depth-5");
    assertThat(card.percent()).isEqualTo(100);
    assertThat(card.isPerfect()).isFalse();
  }

  @Test
  void readerThatIgnoresTheLogIsRecognised() throws IOException {
    needs(Judge.E2FSPROGS);

    ScoreCard card = only("journal-v3-64").score(DEBUGFS, directory, PATIENT);

    assertThat(card.lines())
        .filteredOn(line -> line.test().path().equals("/cut"))
        .extracting(ScoreCard.Line::verdict)
        .containsExactly(Verdict.BEFORE_RECOVERY);
  }

  @Test
  void debugfsScoresWhatTheDocumentSays() throws IOException {
    needs(Judge.E2FSPROGS);

    ScoreCard card = TortureKit.load().score(DEBUGFS, directory, PATIENT);

    System.out.println(card.toText());
    assertThat(card.count(Verdict.STALE_BYTES)).isZero();
    assertThat(card.changedImages()).isEmpty();
    assertThat(card.lines())
        .filteredOn(line -> line.verdict() != Verdict.OK)
        .extracting(line -> line.test().topic())
        .containsOnly("inline data", "dirty logs", "difficult logs", "fast commits");
    assertThat(Files.readString(Path.of("TORTURE.md")))
        .contains(card.count(Verdict.OK) + " of " + card.lines().size());
  }

  @Test
  void cardIsPrintedAsTextAndJson() {
    TortureCase one = new TortureCase("topic", "image", "/path", "why");
    ScoreCard card =
        new ScoreCard("cmd", List.of(new ScoreCard.Line(one, Verdict.TIMEOUT, "slow")), List.of());

    assertThat(card.toText()).contains("timeout", "image:/path", "score 0 %: 0 of 1");
    assertThat(card.toJson())
        .contains("\"schema\" : \"ext4map.conformance\"", "\"timeout\" : 1", "\"percent\" : 0");
  }

  @Test
  void templateNeedsBothPlaces() {
    assertThatThrownBy(() -> new CommandTemplate("cat {path}"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("{image}");
    assertThatThrownBy(() -> new CommandTemplate("cat '{path} {image}"))
        .hasMessageContaining("quote not closed");
  }

  @Test
  void templateKeepsQuotedWordsTogether() {
    assertThat(new CommandTemplate("a 'b {path}' \"c d\" e\\ f {image}").fill("i m", "/p"))
        .containsExactly("a", "b /p", "c d", "e f", "i m");
  }

  private ScoreCard.Line lineOf(String path, String command, Duration timeout) throws IOException {
    ScoreCard card = only("k4-shapes", path).score(command, directory, timeout);
    assertThat(card.lines()).hasSize(1);
    return card.lines().get(0);
  }

  private static TortureKit only(String image, String... paths) {
    return TortureKit.load()
        .only(
            one ->
                one.image().equals(image)
                    && (paths.length == 0 || List.of(paths).contains(one.path())));
  }

  private static String reader(String fault) {
    return "python3 src/test/resources/org/ext4map/images/careless_reader.py "
        + fault
        + " {image} {path}";
  }

  static void needs(Judge judge) {
    judge.missing().ifPresent(Assumptions::abort);
  }
}
