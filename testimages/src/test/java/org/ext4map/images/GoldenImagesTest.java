package org.ext4map.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The manifests say something, hold together, and belong to their images. */
class GoldenImagesTest {
  private static final long PACKED_LIMIT_BYTES = 8L << 20;

  static List<GoldenImage> images() {
    return GoldenImages.list();
  }

  @Test
  void indexNamesEveryImageInTheDirectoryAndNoOther() throws IOException {
    Path golden = Path.of("src/main/resources/org/ext4map/images/golden");
    try (Stream<Path> files = Files.list(golden)) {
      List<String> packed =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith(".img.gz.gz"))
              .map(name -> name.replace(".img.gz.gz", ""))
              .sorted()
              .toList();
      assertThat(GoldenImages.list()).extracting(GoldenImage::name).isEqualTo(packed);
    }
  }

  @Test
  void allImagesTogetherStaySmall() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("src/main/resources/org/ext4map/images/golden"))) {
      assertThat(files.mapToLong(file -> file.toFile().length()).sum())
          .isLessThan(PACKED_LIMIT_BYTES);
    }
  }

  @Test
  void unknownNameIsRefused() {
    assertThatThrownBy(() -> GoldenImages.byName("nothing"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no golden image nothing");
  }

  @ParameterizedTest
  @MethodSource("images")
  void unpacksToTheImageOfItsManifest(GoldenImage image, @TempDir Path directory)
      throws IOException {
    Path unpacked = image.unpack(directory);

    assertThat(Files.size(unpacked)).isEqualTo(image.manifest().imageBytes());
    assertThat(sha256(unpacked)).isEqualTo(image.manifest().imageSha256());
  }

  @ParameterizedTest
  @MethodSource("images")
  void manifestIsComplete(GoldenImage image) {
    Manifest manifest = image.manifest();

    assertThat(manifest.format()).isEqualTo(1);
    assertThat(manifest.image()).isEqualTo(image.name());
    assertThat(manifest.about()).isNotBlank();
    assertThat(Path.of("recipes", manifest.recipe())).isRegularFile();
    assertThat(manifest.source()).isIn("kernel", "kernel+debugfs", "debugfs");
    assertThat(manifest.madeWith()).containsKeys("e2fsprogs", "kernel");
    assertThat(manifest.needsRecovery()).isEqualTo(manifest.features().contains("needs_recovery"));
    for (View view : View.values()) {
      manifest
          .files(view)
          .ifPresent(files -> files.forEach(file -> assertComplete(manifest, file)));
    }
  }

  private static void assertComplete(Manifest manifest, FileTruth file) {
    if (file.error() != null) {
      return;
    }
    assertThat(file.type()).as(file.path()).isNotNull();
    if (file.isFile()) {
      assertThat(file.sha256() != null ^ file.sha256OfMapped() != null).as(file.path()).isTrue();
      assertThat(file.data()).as(file.path()).isNotNull();
    }
    if (file.isFile() || file.isDirectory()) {
      assertThat(file.mapping()).as(file.path()).isIn("extents", "indirect", "inline");
      assertOrdered(manifest, file, file.extents());
      assertOrdered(manifest, file, file.entries());
      if ("extents".equals(file.mapping())) {
        assertThat(blocks(file.entries())).as(file.path()).isEqualTo(blocks(file.extents()));
      }
    }
  }

  private static long blocks(List<ExtentTruth> extents) {
    return extents.stream().mapToLong(ExtentTruth::length).sum();
  }

  private static void assertOrdered(Manifest manifest, FileTruth file, List<ExtentTruth> extents) {
    long free = 0;
    for (ExtentTruth extent : extents) {
      assertThat(extent.logical()).as(file.path() + " " + extent).isGreaterThanOrEqualTo(free);
      assertThat((extent.physical() + extent.length()) * manifest.blockSize())
          .as(file.path() + " " + extent)
          .isLessThanOrEqualTo(manifest.imageBytes());
      free = extent.last() + 1;
    }
  }

  static String sha256(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] chunk = new byte[1 << 16];
      for (int read = in.read(chunk); read > 0; read = in.read(chunk)) {
        digest.update(chunk, 0, read);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
