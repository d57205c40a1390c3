package org.ext4map.images;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the golden images must cover between them; a recipe that silently stops making it is found
 * here.
 */
class CoverageTest {
  private static final long LAST_BLOCK = 0xFFFFFFFEL;

  private static Stream<Manifest> manifests() {
    return GoldenImages.list().stream().map(GoldenImage::manifest);
  }

  private static Stream<FileTruth> files() {
    return manifests()
        .flatMap(manifest -> manifest.files(View.RECOVERED).stream())
        .flatMap(Collection::stream);
  }

  private static Stream<ExtentTruth> entries(Predicate<ExtentTruth> wanted) {
    return files().flatMap(file -> file.entries().stream()).filter(wanted);
  }

  @ParameterizedTest
  @ValueSource(ints = {1024, 2048, 4096, 8192, 16384, 32768, 65536})
  void blockSize(int bytes) {
    assertThat(manifests().map(Manifest::blockSize)).contains(bytes);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 5})
  void treeDepth(int depth) {
    assertThat(files().map(FileTruth::depth).filter(Objects::nonNull)).contains(depth);
  }

  @ParameterizedTest
  @ValueSource(strings = {"extents", "indirect", "inline"})
  void mappingOfFilesAndDirectories(String mapping) {
    assertThat(files().filter(FileTruth::isFile).map(FileTruth::mapping)).contains(mapping);
    assertThat(files().filter(FileTruth::isDirectory).map(FileTruth::mapping)).contains(mapping);
  }

  @ParameterizedTest
  @ValueSource(strings = {"file", "dir", "symlink", "char", "block", "fifo", "socket"})
  void type(String type) {
    assertThat(files().map(FileTruth::type)).contains(type);
  }

  @Test
  void longestWrittenAndUnwrittenExtent() {
    assertThat(entries(entry -> entry.written() && entry.length() == 32_768)).isNotEmpty();
    assertThat(entries(entry -> !entry.written() && entry.length() == 32_767)).isNotEmpty();
    assertThat(entries(entry -> entry.length() > (entry.written() ? 32_768 : 32_767))).isEmpty();
  }

  @Test
  void lastLogicalBlockWrittenAndUnwritten() {
    assertThat(entries(entry -> entry.last() == LAST_BLOCK).map(ExtentTruth::written))
        .contains(true, false);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "64bit",
        "bigalloc",
        "casefold",
        "dir_index",
        "ea_inode",
        "encrypt",
        "extent",
        "fast_commit",
        "filetype",
        "flex_bg",
        "has_journal",
        "huge_file",
        "inline_data",
        "large_dir",
        "meta_bg",
        "metadata_csum",
        "metadata_csum_seed",
        "mmp",
        "needs_recovery",
        "orphan_file",
        "orphan_present",
        "project",
        "quota",
        "resize_inode",
        "sparse_super",
        "sparse_super2",
        "stable_inodes",
        "uninit_bg"
      })
  void featurePresentHereAndAbsentThere(String feature) {
    assertThat(manifests().map(manifest -> manifest.features().contains(feature)))
        .contains(true, false);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "32 bit, none",
        "64 bit, none",
        "32 bit, journal_checksum",
        "64 bit, journal_checksum",
        "32 bit, journal_checksum_v2",
        "64 bit, journal_checksum_v2",
        "32 bit, journal_checksum_v3",
        "64 bit, journal_checksum_v3"
      })
  void dirtyLogWithTags(String layout) {
    assertThat(manifests().filter(Manifest::needsRecovery).map(CoverageTest::tagLayout))
        .contains(layout);
  }

  private static String tagLayout(Manifest manifest) {
    Set<String> features = manifest.journalFeatures();
    String checksum =
        features.stream()
            .filter(feature -> feature.startsWith("journal_checksum"))
            .findFirst()
            .orElse("none");
    return (features.contains("journal_64bit") ? "64" : "32") + " bit, " + checksum;
  }

  @ParameterizedTest
  @ValueSource(strings = {"journal_incompat_revoke", "journal_async_commit"})
  void dirtyLogWithFeature(String feature) {
    assertThat(manifests().filter(Manifest::needsRecovery))
        .anyMatch(manifest -> manifest.journalFeatures().contains(feature));
  }

  @Test
  void dirtyImagesDifferBetweenTheViews() {
    List<Manifest> dirty = manifests().filter(Manifest::needsRecovery).toList();

    assertThat(dirty).hasSizeGreaterThan(25);
    assertThat(dirty)
        .allSatisfy(
            manifest ->
                assertThat(manifest.files(View.AS_IS))
                    .isPresent()
                    .isNotEqualTo(manifest.files(View.RECOVERED)));
  }
}
