package org.ext4map.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.UUID;
import org.ext4map.device.BlockDevice;
import org.ext4map.device.FileBlockDevice;
import org.ext4map.device.FileBlockDevice.Access;
import org.ext4map.device.FileBlockDevice.DirectMode;
import org.ext4map.images.Judge;
import org.ext4map.images.KernelMount;
import org.ext4map.ondisk.Feature;
import org.ext4map.testkit.Programs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The kernel mounts what we make, fills it and empties it, and e2fsck has nothing to say after
 * that.
 */
class MkfsKernelTest {
  private static final UUID ID = UUID.fromString("11112233-4455-6677-8899-aabbccddeeff");
  private static final long MIB = 1L << 20;

  @TempDir Path directory;

  @Test
  void defaults() throws IOException {
    worksInTheKernel(64 * MIB, ext4());
  }

  @Test
  void largeBlocksAndManyGroups() throws IOException {
    worksInTheKernel(300 * MIB + 12345, ext4().blockSize(4096).blocksPerGroup(2048));
  }

  @Test
  void withoutJournalAndChecksums() throws IOException {
    worksInTheKernel(
        40 * MIB, ext4().without(Feature.HAS_JOURNAL, Feature.METADATA_CSUM, Feature.BIT64));
  }

  @Test
  void blockMapsAndOldChecksums() throws IOException {
    worksInTheKernel(
        40 * MIB,
        ext4()
            .without(Feature.EXTENTS, Feature.METADATA_CSUM, Feature.BIT64, Feature.FLEX_BG)
            .with(Feature.GDT_CSUM)
            .inodeSize(128)
            .without(Feature.EXTRA_ISIZE));
  }

  @Test
  void orphanFileAndChecksumSeed() throws IOException {
    worksInTheKernel(40 * MIB, ext4().with(Feature.ORPHAN_FILE, Feature.CSUM_SEED));
  }

  @Test
  void sparseSuper2() throws IOException {
    worksInTheKernel(40 * MIB, ext4().with(Feature.SPARSE_SUPER2).blockSize(2048));
  }

  private static MkfsOptions.Builder ext4() {
    return MkfsOptions.ext4(ID, ID, Instant.ofEpochSecond(1_700_000_000));
  }

  private void worksInTheKernel(long sizeBytes, MkfsOptions.Builder options) throws IOException {
    Programs.require(Judge.KERNEL);
    Path image = directory.resolve("image");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(sizeBytes);
    }
    try (BlockDevice device = FileBlockDevice.open(image, Access.READ_WRITE, DirectMode.NEVER)) {
      Mkfs.format(device, options.build());
    }
    Programs.assertClean(image);
    try (KernelMount mount = KernelMount.mount(image, KernelMount.Mode.READ_WRITE)) {
      work(mount.root());
    }
    Programs.assertClean(image);
  }

  private static void work(Path mountPoint) throws IOException {
    assertThat(mountPoint.resolve("lost+found")).isDirectory();
    for (int i = 0; i < 40; i++) {
      Path sub = Files.createDirectory(mountPoint.resolve("directory" + i));
      Files.write(sub.resolve("file"), new byte[1000 * i]);
    }
    for (int i = 0; i < 40; i += 2) {
      Files.delete(mountPoint.resolve("directory" + i).resolve("file"));
    }
    assertThat(Files.size(mountPoint.resolve("directory39/file"))).isEqualTo(39_000);
  }
}
