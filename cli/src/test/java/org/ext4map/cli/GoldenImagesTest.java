package org.ext4map.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ext4map.cli.Ran.ext4map;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ext4map.images.FileTruth;
import org.ext4map.images.GoldenImage;
import org.ext4map.images.GoldenImages;
import org.ext4map.images.View;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every reading command on every golden image: what it prints is what the manifest says, its JSON
 * obeys its schema, and the image is untouched afterwards.
 */
class GoldenImagesTest {
  /** Larger files are read by the engine's own tests. */
  private static final long LARGEST_CAT = 1L << 20;

  /**
   * So many files and as many directories of each image get every command; the engine's own tests
   * read them all.
   */
  private static final int NAMES_PER_IMAGE = 1;

  @TempDir static Path scratch;

  static Stream<GoldenImage> images() {
    return GoldenImages.list().stream();
  }

  @ParameterizedTest
  @MethodSource("images")
  void everyCommandTellsTheTruthAndLeavesTheImageAlone(GoldenImage golden) throws IOException {
    Path image = golden.unpack(scratch);
    FileTime before = Files.getLastModifiedTime(image);

    for (View view : viewsOf(golden)) {
      golden.manifest().files(view).ifPresent(files -> tellTheTruth(image, view, files));
    }

    assertThat(Files.getLastModifiedTime(image)).as("mtime").isEqualTo(before);
    assertThat(sha256(Files.readAllBytes(image))).isEqualTo(golden.manifest().imageSha256());
    Files.delete(image);
  }

  private static List<View> viewsOf(GoldenImage golden) {
    // mounting it also cuts the files of its orphan list, which is more than the view promises
    return golden.name().equals("orphan-truncate") ? List.of(View.AS_IS) : List.of(View.values());
  }

  private static void tellTheTruth(Path image, View view, List<FileTruth> files) {
    String viewOption = "--view=" + (view == View.AS_IS ? "as-is" : "recovered");
    Ran info = ext4map("info", "--groups", "--json", viewOption, image);
    assertThat(info.exitCode()).as(info.err()).isZero();
    Documents.valid(info);
    assertThat(ext4map("info", "--groups", viewOption, image).exitCode()).isZero();
    Map<Boolean, List<FileTruth>> names =
        files.stream()
            .filter(file -> file.error() == null)
            .collect(Collectors.partitioningBy(FileTruth::isDirectory));
    for (List<FileTruth> ofOneKind : names.values()) {
      ofOneKind.stream()
          .limit(NAMES_PER_IMAGE)
          .forEach(file -> tellTheTruth(image, viewOption, file));
    }
  }

  private static void tellTheTruth(Path image, String view, FileTruth file) {
    JsonNode stat = document("stat", "--json", view, image, file.path());
    assertThat(stat.path("inode").asLong()).isEqualTo(file.inode());
    assertThat(stat.path("size").asLong()).isEqualTo(file.size());
    assertThat(ext4map("stat", view, image, file.path()).exitCode()).isZero();
    if (file.isDirectory() && file.names() != null) {
      JsonNode listed = document("ls", "-l", "--json", view, image, file.path());
      assertThat(listed.path("entries").size()).isEqualTo(file.names());
      assertThat(ext4map("ls", "-l", view, image, file.path()).outLines()).hasSize(file.names());
    }
    if (!file.isFile()) {
      return;
    }
    JsonNode extents = document("extents", "--json", "--merged", view, image, file.path());
    assertThat(extents.path("extents").size()).isLessThanOrEqualTo(file.extents().size());
    checkEntries(document("extents", "--tree", "--json", view, image, file.path()), file);
    assertThat(ext4map("extents", view, image, file.path()).exitCode()).isZero();
    assertThat(ext4map("extents", "--tree", view, image, file.path()).exitCode()).isZero();
    if (file.size() <= LARGEST_CAT && file.sha256() != null) {
      assertThat(sha256(ext4map("cat", view, image, file.path()).bytes())).isEqualTo(file.sha256());
    }
  }

  private static void checkEntries(JsonNode document, FileTruth file) {
    if (!"extents".equals(file.mapping())) {
      return;
    }
    assertThat(document.path("extents"))
        .extracting(
            one ->
                String.format(
                    "%d-%d:%s@%d",
                    one.path("logical").asLong(),
                    one.path("logical").asLong() + one.path("length").asLong() - 1,
                    one.path("state").asText().equals("written") ? "W" : "U",
                    one.path("physical").asLong()))
        .isEqualTo(file.entries().stream().map(Object::toString).toList());
  }

  private static JsonNode document(Object... words) {
    Ran ran = ext4map(words);
    assertThat(ran.exitCode()).as("%s: %s", List.of(words), ran.err()).isZero();
    assertThat(ran.err()).as("%s", List.of(words)).isEmpty();
    return Documents.valid(ran);
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError(impossible);
    }
  }
}
