package org.ext4map.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The judges say today what the manifests say they said. */
class JudgesTest {
  @TempDir Path directory;

  static List<GoldenImage> images() {
    return GoldenImages.list();
  }

  @ParameterizedTest
  @MethodSource("images")
  void e2fsckGivesTheRecordedExitCode(GoldenImage image) throws IOException {
    TortureKitTest.needs(Judge.E2FSPROGS);
    Path unpacked = image.unpack(directory);

    CommandResult result = E2fsck.check(unpacked);

    assertThat(result.exit()).as(result.text()).isEqualTo(image.manifest().e2fsckExit());
  }

  @ParameterizedTest
  @ValueSource(strings = {"k4-shapes", "k1-indirect", "k4-inline", "feature-bigalloc-4k-16k"})
  void kernelAgreesWithTheManifest(String name) throws IOException {
    TortureKitTest.needs(Judge.KERNEL);
    GoldenImage image = GoldenImages.byName(name);
    Path unpacked = image.unpack(directory);

    assertThat(scan(unpacked, KernelMount.Mode.AS_IS)).isEqualTo(measured(image, View.AS_IS));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "journal-v3-64",
        "journal-revoke",
        "fast-commit",
        "orphan-file",
        "orphan-truncate"
      })
  void kernelAgreesWithBothViewsOfADirtyImage(String name) throws IOException {
    TortureKitTest.needs(Judge.KERNEL);
    GoldenImage image = GoldenImages.byName(name);
    Path unpacked = image.unpack(directory);

    assertThat(scan(unpacked, KernelMount.Mode.AS_IS)).isEqualTo(measured(image, View.AS_IS));
    KernelMount.mount(unpacked, KernelMount.Mode.READ_WRITE).close();
    assertThat(scan(unpacked, KernelMount.Mode.AS_IS)).isEqualTo(measured(image, View.RECOVERED));
  }

  private static List<FileTruth> measured(GoldenImage image, View view) {
    return image.manifest().files(view).orElseThrow().stream().map(FileTruth::asMounted).toList();
  }

  private static List<FileTruth> scan(Path image, KernelMount.Mode mode) throws IOException {
    try (KernelMount mount = KernelMount.mount(image, mode)) {
      return mount.scan().stream().map(FileTruth::asMounted).toList();
    }
  }

  @Test
  void kernelWorksOnACopyAndLeavesTheOriginal() throws IOException {
    TortureKitTest.needs(Judge.KERNEL);
    Path image = GoldenImages.byName("k1-shapes").unpack(directory);
    String before = new PrintedBytes(image).sha256();

    try (KernelMount mount = KernelMount.mountCopy(image, KernelMount.Mode.READ_WRITE)) {
      mount.run("write /new 0 2b\nfalloc /new 2b 3b\nsync");
      FileTruth seen = mount.scan("/new");
      assertThat(Files.size(mount.host("/new"))).isEqualTo(5 * 1024);
      assertThat(seen.extents()).extracting(ExtentTruth::written).containsExactly(true, false);
      assertThat(seen.data()).containsExactly(new DataSegment(0, 2048));
    }

    assertThat(new PrintedBytes(image).sha256()).isEqualTo(before);
  }

  @Test
  void failingOperationIsNamed() throws IOException {
    TortureKitTest.needs(Judge.KERNEL);
    Path image = GoldenImages.byName("k1-shapes").unpack(directory);

    try (KernelMount mount = KernelMount.mount(image, KernelMount.Mode.READ_WRITE)) {
      assertThatThrownBy(() -> mount.run("mkdir /a\nunlink /missing\n"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("line 2: unlink /missing");
    }
  }

  @Test
  void kernelRefusalIsAnException() throws IOException {
    TortureKitTest.needs(Judge.KERNEL);
    Path image = GoldenImages.byName("feature-unknown-incompat").unpack(directory);

    assertThatThrownBy(() -> KernelMount.mount(image, KernelMount.Mode.AS_IS))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("mount");
  }

  @ParameterizedTest
  @ValueSource(strings = {"k4-shapes", "k1-deep", "k1-long-extents", "k64-debugfs"})
  void debugfsAgreesWithTheManifest(String name) throws IOException {
    TortureKitTest.needs(Judge.E2FSPROGS);
    GoldenImage image = GoldenImages.byName(name);
    Debugfs debugfs = Debugfs.on(image.unpack(directory));

    for (FileTruth file : image.manifest().files(View.AS_IS).orElseThrow()) {
      if (file.isFile()) {
        assertThat(debugfs.entries(file.path())).as(file.path()).isEqualTo(file.entries());
      }
    }
  }

  @Test
  void debugfsTellsBytesBlocksAndOwners() throws IOException {
    TortureKitTest.needs(Judge.E2FSPROGS);
    GoldenImage image = GoldenImages.byName("k1-indirect");
    Debugfs debugfs = Debugfs.on(image.unpack(directory));
    FileTruth file = image.manifest().file(View.AS_IS, "/single");

    List<Long> blocks = debugfs.blocks("/single");

    assertThat(debugfs.bytes("/single")).hasSize(40 * 1024 + 9);
    assertThat(blocks).hasSize(41 + 1).contains(file.extents().get(0).physical());
    assertThat(debugfs.owner(blocks.get(0))).contains(Long.toString(file.inode()));
    assertThat(debugfs.stat("/single")).contains("Type: regular");
  }

  @Test
  void debugfsChangesAnImageAndE2fsckRepairsIt() throws IOException {
    TortureKitTest.needs(Judge.E2FSPROGS);
    Path image = GoldenImages.byName("k1-shapes").unpack(directory);

    Debugfs.on(image).change("set_inode_field /shapes/dense links_count 9");

    assertThat(E2fsck.check(image).exit()).isEqualTo(4);
    assertThat(E2fsck.repair(image).exit()).isEqualTo(1);
    assertThat(E2fsck.check(image).exit()).isZero();
  }

  @Test
  void e2fsckReplaysALogAndNothingElse() throws IOException {
    TortureKitTest.needs(Judge.E2FSPROGS);
    GoldenImage image = GoldenImages.byName("journal-none-64");
    Path unpacked = image.unpack(directory);

    assertThat(E2fsck.replay(unpacked).exit()).isLessThanOrEqualTo(1);

    FileTruth expected = image.manifest().file(View.RECOVERED, "/sparse");
    assertThat(Debugfs.on(unpacked).entries("/sparse")).isEqualTo(expected.entries());
  }

  @Test
  void commandThatTakesTooLongIsEnded() throws IOException {
    CommandResult result = Command.of("sleep", "60").timeout(Duration.ofMillis(100)).run();

    assertThat(result.timedOut()).isTrue();
    assertThat(result.exit()).isEqualTo(-1);
  }
}
