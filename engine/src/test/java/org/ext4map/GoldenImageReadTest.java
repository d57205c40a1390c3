package org.ext4map;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.ext4map.images.FileTruth;
import org.ext4map.images.GoldenImage;
import org.ext4map.images.GoldenImages;
import org.ext4map.images.View;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every name of every golden image, in every view that the kernel could show. */
class GoldenImageReadTest {
  @TempDir Path scratch;

  static Stream<GoldenImage> images() {
    return GoldenImages.list().stream();
  }

  @ParameterizedTest
  @MethodSource("images")
  void everyNameIsAsTheJudgeSawIt(GoldenImage golden) throws IOException {
    Path path = golden.unpack(scratch);
    FileTime before = Files.getLastModifiedTime(path);

    List<String> differences = new ArrayList<>();
    compare(golden, path, View.AS_IS, org.ext4map.View.AS_IS, differences);
    compare(golden, path, View.REPLAYED, org.ext4map.View.RECOVERED, differences);

    assertThat(differences).isEmpty();
    assertThat(Files.getLastModifiedTime(path)).as("mtime after reading").isEqualTo(before);
    assertThat(Truth.sha256Of(path)).isEqualTo(golden.manifest().imageSha256());
    Files.delete(path);
  }

  private static void compare(
      GoldenImage golden, Path path, View judged, org.ext4map.View view, List<String> differences)
      throws IOException {
    Optional<List<FileTruth>> files = golden.manifest().files(judged);
    if (files.isEmpty()) {
      return;
    }
    try (Ext4Image image = Ext4Image.open(path, OpenOptions.defaults().view(view))) {
      Truth truth = Truth.of(image, golden);
      for (FileTruth file : files.get()) {
        try {
          truth.check(file);
        } catch (IOException | AssertionError difference) {
          differences.add(view + " " + file.path() + ": " + difference);
        }
      }
    }
  }
}
