package org.ext4map.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.ext4map.device.BlockDevice;
import org.ext4map.device.FileBlockDevice;
import org.ext4map.device.FileBlockDevice.Access;
import org.ext4map.device.FileBlockDevice.DirectMode;
import org.ext4map.device.MemoryBlockDevice;
import org.ext4map.format.MkfsOptions.InodeTables;
import org.ext4map.images.Judge;
import org.ext4map.model.NoSpaceException;
import org.ext4map.model.UnsupportedFeatureException;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.GroupDescriptor;
import org.ext4map.ondisk.Superblock;
import org.ext4map.testkit.Programs;
import org.ext4map.testkit.RecordingDevice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MkfsTest {
  private static final UUID ID = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
  private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000);
  private static final long MIB = 1L << 20;
  private static final long TIB = 1L << 40;

  @TempDir Path directory;

  @Test
  void sameInputsGiveTheSameBytes() throws IOException {
    byte[] once = formatted(40 * MIB, ext4().build());
    byte[] again = formatted(40 * MIB, ext4().build());
    assertThat(again).isEqualTo(once);
    byte[] later = formatted(40 * MIB, MkfsOptions.ext4(ID, ID, NOW.plusSeconds(1)).build());
    assertThat(later).isNotEqualTo(once);
  }

  @Test
  void formerContentsShowOnlyInFreeBlocksAndLazyTables() throws IOException {
    MkfsOptions options = ext4().inodeTables(InodeTables.ZEROED).build();
    MemoryBlockDevice clean = new MemoryBlockDevice(8 * MIB);
    Superblock superblock = Mkfs.format(clean, options);
    Geometry geometry = new Geometry(superblock);
    MemoryBlockDevice dirty = new MemoryBlockDevice(8 * MIB);
    ByteBuffer junk = ByteBuffer.allocate((int) (8 * MIB));
    new Random(1).nextBytes(junk.array());
    dirty.write(0, junk);
    Mkfs.format(dirty, options);
    GroupDescriptor descriptor =
        new GroupDescriptor(geometry, 0, block(clean, geometry, geometry.descBlock(0)), 0);
    ByteBuffer bitmap = block(clean, geometry, descriptor.blockBitmap());
    for (long pblk = 1; pblk < geometry.blocksIn(0); pblk++) {
      int bit = (int) (pblk - geometry.firstDataBlock());
      boolean used = (bitmap.get(bit / 8) >> bit % 8 & 1) == 1;
      if (used) {
        assertThat(block(dirty, geometry, pblk))
            .as("block %d", pblk)
            .isEqualTo(block(clean, geometry, pblk));
      }
    }
  }

  private static ByteBuffer block(BlockDevice device, Geometry geometry, long pblk)
      throws IOException {
    ByteBuffer block = ByteBuffer.allocate(geometry.blockSize());
    device.read(pblk * geometry.blockSize(), block);
    return block.flip();
  }

  @Test
  void theResultIsWhatTheDeviceHolds() throws IOException {
    MemoryBlockDevice device = new MemoryBlockDevice(64 * MIB);
    Superblock made = Mkfs.format(device, ext4().label("Größe").build());
    ByteBuffer bytes = ByteBuffer.allocate(Superblock.BYTES);
    device.read(Superblock.OFFSET_BYTES, bytes);
    assertThat(made.bytes()).isEqualTo(bytes.flip());
    made.verify("byte 1024");
    assertThat(new Geometry(made).groupCount()).isEqualTo(8);
    assertThat(made.uuid()).isEqualTo(ID);
    assertThat(made.mkfsTime()).isEqualTo(NOW.getEpochSecond());
  }

  @ParameterizedTest
  @EnumSource(
      names = {
        "BIGALLOC",
        "META_BG",
        "QUOTA",
        "PROJECT",
        "ENCRYPT",
        "CASEFOLD",
        "INLINE_DATA",
        "MMP",
        "EA_INODE",
        "VERITY",
        "FAST_COMMIT",
        "JOURNAL_DEV",
        "COMPRESSION",
        "RECOVER"
      })
  void whatIsNotMadeIsRefusedByName(Feature feature) {
    MemoryBlockDevice device = new MemoryBlockDevice(8 * MIB);
    assertThatThrownBy(() -> Mkfs.format(device, ext4().with(feature).build()))
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessageContaining(feature.label());
    assertThat(isZero(device)).isTrue();
  }

  @Test
  void whatDoesNotFitIsRefusedBeforeAnythingIsWritten() {
    for (long size : new long[] {1, 1023, 1024, 2048, 8192, 20_000}) {
      MemoryBlockDevice device = new MemoryBlockDevice(size);
      assertThatThrownBy(() -> Mkfs.format(device, ext4().build()))
          .as("%d bytes", size)
          .isInstanceOf(NoSpaceException.class);
      assertThat(isZero(device)).isTrue();
    }
    MemoryBlockDevice device = new MemoryBlockDevice(8 * MIB);
    assertThatThrownBy(() -> Mkfs.format(device, ext4().journalBlocks(7900).build()))
        .isInstanceOf(NoSpaceException.class)
        .hasMessageContaining("journal");
    assertThat(isZero(device)).isTrue();
  }

  @Test
  void theSmallestImagesAreCleanToo() throws IOException {
    Programs.require(Judge.E2FSPROGS);
    int made = 0;
    for (long size = 20 << 10; size < 60 << 10; size += 1000) {
      Path image = directory.resolve("small" + size);
      try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
        file.setLength(size);
      }
      try (BlockDevice device = FileBlockDevice.open(image, Access.READ_WRITE, DirectMode.NEVER)) {
        Mkfs.format(device, ext4().build());
      } catch (NoSpaceException tooSmall) {
        assertThat(made).as("a larger one was refused: %s", tooSmall.getMessage()).isZero();
        continue;
      }
      Programs.assertClean(image);
      made++;
    }
    assertThat(made).isGreaterThan(20);
  }

  private static boolean isZero(MemoryBlockDevice device) {
    ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(device.sizeBytes(), 4096));
    try {
      device.read(0, bytes);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return bytes.flip().mismatch(ByteBuffer.allocate(bytes.limit())) < 0;
  }

  @Test
  void optionsThatContradictEachOtherAreTheCallersMistake() {
    refused(ext4().without(Feature.EXTENTS), "64bit needs extent");
    refused(ext4().without(Feature.SPARSE_SUPER), "resize_inode needs sparse_super");
    refused(
        ext4().without(Feature.HAS_JOURNAL).with(Feature.ORPHAN_FILE),
        "orphan_file needs has_journal");
    refused(
        ext4().with(Feature.CSUM_SEED).without(Feature.METADATA_CSUM),
        "metadata_csum_seed needs metadata_csum");
    refused(ext4().blockSize(1024).inodeSize(2048), "inode size=2048");
    refused(ext4().blockSize(1024).blocksPerGroup(8200), "blocks per group=8200, allowed <= 8192");
    refused(ext4().bytesPerInode(1024).blockSize(1024).inodes(10_000_000), "inodes per group");
    assertThatIllegalArgumentException().isThrownBy(() -> ext4().blockSize(512));
    assertThatIllegalArgumentException().isThrownBy(() -> ext4().blocksPerGroup(1001));
    assertThatIllegalArgumentException().isThrownBy(() -> ext4().label("seventeen letters"));
  }

  private static void refused(MkfsOptions.Builder builder, String words) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Mkfs.plan(64 * MIB, builder.build()))
        .withMessageContaining(words);
  }

  @Test
  void terabytesTakeLittleMemoryAndLittleSpace() throws IOException {
    Path image = directory.resolve("huge");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(TIB);
    }
    try (BlockDevice device = FileBlockDevice.open(image, Access.READ_WRITE, DirectMode.NEVER)) {
      Superblock made = Mkfs.format(device, ext4().build());
      assertThat(made.blocksCount()).isEqualTo(TIB / 4096);
      assertThat(new Geometry(made).groupCount()).isEqualTo(8192);
    }
    long sectors = Long.parseLong(Programs.succeed("stat", "-c", "%b", image.toString()).strip());
    assertThat(sectors * 512).as("bytes on the host").isLessThan(256 * MIB);
    assertThat(Programs.succeed("dumpe2fs", "-h", image.toString()))
        .contains("Inode count:              67108864");
    // 48 bits of blocks need meta_bg long before they run out
    assertThatThrownBy(() -> Mkfs.plan(1L << 52, ext4().build()))
        .isInstanceOf(UnsupportedFeatureException.class)
        .hasMessageContaining("meta_bg");
  }

  @Test
  void theSuperblockIsTheLastThingWritten() throws IOException {
    MemoryBlockDevice device = new MemoryBlockDevice(16 * MIB);
    Mkfs.format(device, ext4().build());
    RecordingDevice recording = new RecordingDevice(device);
    Mkfs.format(recording, ext4().build());
    List<String> events = recording.log().stream().map(MkfsTest::inWords).toList();
    assertThat(events.get(0)).as("the old superblock goes first").isEqualTo("write 0+2048");
    assertThat(events.get(1)).isEqualTo("flush");
    int end = events.size();
    assertThat(events.subList(end - 3, end)).containsExactly("flush", "write 1024+1024", "flush");
    assertThat(events.subList(1, end - 2))
        .as("nothing in between touches it")
        .noneMatch(event -> event.startsWith("write 0+") || event.startsWith("write 1024+"));
  }

  private static String inWords(RecordingDevice.Event event) {
    return event instanceof RecordingDevice.Write write
        ? "write " + write.offsetBytes() + "+" + write.bytes().length
        : "flush";
  }

  private static MkfsOptions.Builder ext4() {
    return MkfsOptions.ext4(ID, ID, NOW);
  }

  private static byte[] formatted(long sizeBytes, MkfsOptions options) throws IOException {
    MemoryBlockDevice device = new MemoryBlockDevice(sizeBytes);
    Mkfs.format(device, options);
    ByteBuffer bytes = ByteBuffer.allocate((int) sizeBytes);
    device.read(0, bytes);
    return bytes.array();
  }
}
