package org.ext4map.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.stream.Stream;
import org.ext4map.check.CheckOptions.View;
import org.ext4map.images.GoldenImage;
import org.ext4map.images.GoldenImages;
import org.ext4map.images.Manifest;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every golden image, in both views, as e2fsck judged it when it was made. */
class GoldenImagesCheckTest {
  @TempDir Path scratch;

  static Stream<GoldenImage> images() {
    return GoldenImages.list().stream();
  }

  @ParameterizedTest
  @MethodSource("images")
  void theVerdictIsE2fscks(GoldenImage golden) throws IOException {
    Path image = golden.unpack(scratch);
    FileTime before = Files.getLastModifiedTime(image);

    Manifest manifest = golden.manifest();
    Judgement recovered = Judgement.of(image, View.RECOVERED);
    Integer recoveredExit = manifest.recoveredE2fsckExit();
    if (recovered.labels().contains(Problem.JOURNAL_EXTERNAL_MISSING.label())) {
      assertThat(recovered.report().isClean()).as("judged without its journal").isTrue();
    } else if (golden.name().startsWith("fast-commit")) {
      assertThat(recovered.report().isClean()).as("after the full commits alone").isTrue();
    } else if (!manifest.needsRecovery()) {
      assertThat(recovered.report().isClean())
          .as("%s", recovered.lines())
          .isEqualTo(manifest.e2fsckExit() == 0);
    } else if (recoveredExit == null) {
      assertThat(recovered.labels()).anyMatch(label -> label.startsWith("journal."));
    } else {
      assertThat(recovered.report().isClean())
          .as("%s", recovered.lines())
          .isEqualTo(recoveredExit == 0);
    }

    assertThat(Files.getLastModifiedTime(image)).as("mtime after judging").isEqualTo(before);
    Files.delete(image);
  }
}
