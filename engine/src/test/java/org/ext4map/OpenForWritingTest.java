package org.ext4map;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.ext4map.images.CommandResult;
import org.ext4map.images.E2fsck;
import org.ext4map.images.GoldenImage;
import org.ext4map.images.GoldenImages;
import org.ext4map.images.Judge;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.UnsupportedFeatureException;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Opening the golden images for writing: refused, and then untouched, or clean afterwards. */
class OpenForWritingTest {
  private static final long MOST_BYTES = 256L << 20;

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"orphan-list", "orphan-truncate", "orphan-file"})
  void whatACrashLeftUndoneIsFinished(String name) throws IOException {
    Judge.E2FSPROGS.missing().ifPresent(Assumptions::abort);
    Path image = GoldenImages.byName(name).unpack(directory);
    try (Ext4Image open = Ext4Image.open(image, forWriting())) {
      assertThat(open.view()).isEqualTo(View.READ_WRITE);
    }
    try (Ext4Image open = Ext4Image.open(image)) {
      assertThat(open.superblock().lastOrphan()).isZero();
    }
    assertClean(image, name);
  }

  private static OpenOptions forWriting() {
    return org.ext4map.testkit.WritableImages.forWriting();
  }

  private static void assertClean(Path image, String context) throws IOException {
    CommandResult check = E2fsck.check(image);
    assertThat(check.exit()).as(context + "\n" + check.text() + check.errors()).isZero();
  }

  @Test
  void everyGoldenImageIsRefusedUntouchedOrCleanAfterwards() throws IOException {
    Judge.E2FSPROGS.missing().ifPresent(Assumptions::abort);
    List<String> opened = new ArrayList<>();
    List<String> refused = new ArrayList<>();
    for (GoldenImage golden : GoldenImages.list()) {
      Path image = golden.unpack(directory);
      if (Files.size(image) <= MOST_BYTES) {
        byte[] before = Files.readAllBytes(image);
        boolean wasClean = E2fsck.check(image).exit() == 0;
        try (Ext4Image open = Ext4Image.open(image, forWriting())) {
          opened.add(golden.name() + " " + open.view());
        } catch (UnsupportedFeatureException | CorruptionException why) {
          refused.add(golden.name() + ": " + why.getMessage());
          if (why instanceof UnsupportedFeatureException) {
            assertThat(Files.mismatch(image, Files.write(directory.resolve("before"), before)))
                .as(golden.name())
                .isEqualTo(-1);
          }
          Files.delete(image);
          continue;
        }
        if (wasClean) {
          assertClean(image, golden.name());
        }
      }
      Files.delete(image);
    }
    System.out.println("opened for writing: " + opened.size() + ", refused: " + refused);
    assertThat(opened).hasSizeGreaterThan(10);
  }
}
