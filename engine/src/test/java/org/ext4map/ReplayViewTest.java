package org.ext4map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.ext4map.images.CommandResult;
import org.ext4map.images.E2fsck;
import org.ext4map.images.FileTruth;
import org.ext4map.images.GoldenImage;
import org.ext4map.images.GoldenImages;
import org.ext4map.images.Judge;
import org.ext4map.images.View;
import org.ext4map.journal.ReplayOutcome;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.UnsupportedFeatureException;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Recovery into the image itself: the one way of opening that writes. */
class ReplayViewTest {
  private static final OpenOptions REPLAY = OpenOptions.defaults().view(org.ext4map.View.REPLAY);

  @TempDir Path scratch;

  static Stream<GoldenImage> recoverable() {
    return dirty().filter(golden -> golden.manifest().mountRefused().isEmpty());
  }

  /** Orphans are not the log's business, and e2fsck wants them gone. */
  static Stream<GoldenImage> recoverableWithoutOrphans() {
    return recoverable().filter(golden -> !golden.name().startsWith("orphan"));
  }

  static Stream<GoldenImage> refused() {
    return dirty().filter(golden -> !golden.manifest().mountRefused().isEmpty());
  }

  private static Stream<GoldenImage> dirty() {
    return GoldenImages.list().stream().filter(golden -> golden.manifest().needsRecovery());
  }

  @ParameterizedTest
  @MethodSource("recoverable")
  void theImageBecomesWhatTheLogPromises(GoldenImage golden) throws IOException {
    Path path = golden.unpack(scratch);

    try (Ext4Image image = Ext4Image.open(path, REPLAY)) {
      assertThat(image.recovery()).isPresent();
      assertThat(image.recovery().get()).isNotInstanceOf(ReplayOutcome.Clean.class);
    }

    thenFilesAre(golden, path);
    thenOpeningAgainWritesNothing(path);
  }

  private static void thenFilesAre(GoldenImage golden, Path path) throws IOException {
    List<FileTruth> files = golden.manifest().files(View.REPLAYED).orElseThrow();
    try (Ext4Image image = Ext4Image.open(path)) {
      assertThat(image.recovery().orElseThrow()).isInstanceOf(ReplayOutcome.Clean.class);
      Truth truth = Truth.of(image, golden);
      for (FileTruth file : files) {
        truth.check(file);
      }
    }
  }

  private static void thenOpeningAgainWritesNothing(Path path) throws IOException {
    String before = Truth.sha256Of(path);
    Ext4Image.open(path, REPLAY).close();
    assertThat(Truth.sha256Of(path)).isEqualTo(before);
  }

  @ParameterizedTest
  @MethodSource("recoverableWithoutOrphans")
  void e2fsckFindsNothingToCorrect(GoldenImage golden) throws IOException {
    Judge.E2FSPROGS.missing().ifPresent(Assumptions::abort);
    Path path = golden.unpack(scratch);

    Ext4Image.open(path, REPLAY).close();

    CommandResult verdict = E2fsck.check(path);
    assertThat(verdict.exit()).as(verdict.toString()).isZero();
  }

  @ParameterizedTest
  @MethodSource("refused")
  void aDamagedLogIsNotReplayed(GoldenImage golden) throws IOException {
    Path path = golden.unpack(scratch);
    String before = Truth.sha256Of(path);

    assertThatThrownBy(() -> Ext4Image.open(path, REPLAY))
        .isInstanceOfAny(CorruptionException.class, UnsupportedFeatureException.class);

    assertThat(Truth.sha256Of(path)).isEqualTo(before);
  }
}
