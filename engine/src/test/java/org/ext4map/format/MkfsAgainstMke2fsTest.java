package org.ext4map.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import org.ext4map.device.BlockDevice;
import org.ext4map.device.FileBlockDevice;
import org.ext4map.device.FileBlockDevice.Access;
import org.ext4map.device.FileBlockDevice.DirectMode;
import org.ext4map.format.MkfsOptions.InodeTables;
import org.ext4map.images.Judge;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.GroupDescriptor;
import org.ext4map.ondisk.Superblock;
import org.ext4map.testkit.Programs;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where options mean the same, our superblock and group table are those of mke2fs. */
class MkfsAgainstMke2fsTest {
  private static final UUID ID = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
  private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000);

  @TempDir Path directory;

  @BeforeEach
  void requireMke2fs() {
    Programs.require(Judge.E2FSPROGS);
  }

  @Test
  void defaultsAtAnySize() throws IOException {
    for (long size : new long[] {1500 << 10, 8 << 20, 50_000_000, 64 << 20, 700 << 20, 3L << 30}) {
      sameAs(size, ours(), "");
    }
  }

  @Test
  void blockSizes() throws IOException {
    sameAs(200 << 20, ours().blockSize(1024), "-b 1024");
    sameAs(200 << 20, ours().blockSize(2048), "-b 2048");
    sameAs(200 << 20, ours().blockSize(4096), "-b 4096");
    sameAs(900 << 20, ours().blockSize(65536), "-b 65536");
  }

  /** Nothing is reserved: mke2fs reserves a part of a number of blocks that it tried before. */
  @Test
  void groupsBecomeSmallerWhereTheirInodesWouldBeTooMany() throws IOException {
    for (long blocks : new long[] {66_600, 66_608, 67_000}) {
      sameAs(blocks * 4096, ours().blockSize(4096).reservedPercent(0), "-b 4096 -m 0");
    }
    sameAs(
        90 << 20,
        ours().inodes(60_000).reservedPercent(0).blockSize(4096),
        "-b 4096 -N 60000 -m 0");
    sameAs(
        64 << 20,
        ours().inodes(70_000).reservedPercent(0).blockSize(1024),
        "-b 1024 -N 70000 -m 0");
  }

  @Test
  void randomSizes() throws IOException {
    long seed = Long.getLong("mkfs.seed", System.nanoTime());
    System.out.println("sizes of file systems: -Dmkfs.seed=" + seed);
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 30; i++) {
      int blockSize = 1024 << random.nextInt(3);
      long blocks = random.nextLong(3000, 300_000);
      MkfsOptions.Builder ours = ours().blockSize(blockSize).reservedPercent(0);
      String theirs = "-m 0 -b " + blockSize;
      if (random.nextInt(4) == 0) {
        int inodes = random.nextInt(16, (int) blocks);
        sameAs(blocks * blockSize, ours.inodes(inodes), theirs + " -N " + inodes);
      } else {
        int ratio = Math.max(blockSize, 1024 << random.nextInt(6));
        sameAs(blocks * blockSize, ours.bytesPerInode(ratio), theirs + " -i " + ratio);
      }
    }
  }

  @Test
  void featuresOffAndOn() throws IOException {
    sameAs(90 << 20, ours().without(Feature.HAS_JOURNAL), "-O ^has_journal");
    sameAs(90 << 20, ours().without(Feature.BIT64), "-O ^64bit");
    sameAs(90 << 20, ours().without(Feature.BIT64, Feature.EXTENTS), "-O ^64bit,^extent");
    sameAs(90 << 20, ours().without(Feature.METADATA_CSUM), "-O ^metadata_csum");
    sameAs(
        90 << 20,
        ours().without(Feature.METADATA_CSUM).with(Feature.GDT_CSUM),
        "-O ^metadata_csum,uninit_bg");
    sameAs(90 << 20, ours().with(Feature.CSUM_SEED), "-O metadata_csum_seed");
    sameAs(90 << 20, ours().without(Feature.FLEX_BG), "-O ^flex_bg");
    sameAs(90 << 20, ours().with(Feature.SPARSE_SUPER2), "-O sparse_super2");
    sameAs(90 << 20, ours().without(Feature.RESIZE_INODE), "-O ^resize_inode");
    sameAs(
        90 << 20,
        ours().without(Feature.RESIZE_INODE, Feature.SPARSE_SUPER),
        "-O ^resize_inode,^sparse_super");
    sameAs(90 << 20, ours().with(Feature.ORPHAN_FILE), "-O orphan_file");
    sameAs(
        90 << 20,
        ours().without(Feature.FILETYPE, Feature.LARGE_FILE, Feature.DIR_INDEX),
        "-O ^filetype,^large_file,^dir_index");
  }

  @Test
  void numbersGiven() throws IOException {
    sameAs(90 << 20, ours().inodeSize(128).without(Feature.EXTRA_ISIZE), "-I 128 -O ^extra_isize");
    sameAs(90 << 20, ours().inodes(1000), "-N 1000");
    sameAs(90 << 20, ours().bytesPerInode(65536), "-i 65536");
    sameAs(90 << 20, ours().reservedPercent(1).label("hello"), "-m 1 -L hello");
    sameAs(90 << 20, ours().journalBlocks(8192).blockSize(1024), "-b 1024 -J size=8");
    sameAs(90 << 20, ours().groupsPerFlex(4), "-G 4");
    sameAs(
        20 << 20,
        ours().without(Feature.RESIZE_INODE).blockSize(1024).blocksPerGroup(512),
        "-b 1024 -g 512 -O ^resize_inode");
  }

  private static MkfsOptions.Builder ours() {
    return MkfsOptions.ext4(ID, ID, NOW).inodeTables(InodeTables.ZEROED);
  }

  private void sameAs(long sizeBytes, MkfsOptions.Builder ours, String theirs) throws IOException {
    Path image = newImage("ours", sizeBytes);
    try (BlockDevice device = FileBlockDevice.open(image, Access.READ_WRITE, DirectMode.NEVER)) {
      Mkfs.format(device, ours.build());
    }
    Path model = newImage("theirs", sizeBytes);
    mke2fs(model, sizeBytes, theirs);
    List<String> expected = describe(model);
    List<String> found = describe(image);
    assertThat(String.join("\n", found))
        .as("size %s, mke2fs %s", sizeBytes, theirs)
        .isEqualTo(String.join("\n", expected));
  }

  private Path newImage(String name, long sizeBytes) throws IOException {
    Path image = directory.resolve(name);
    Files.deleteIfExists(image);
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(sizeBytes);
    }
    return image;
  }

  private static void mke2fs(Path image, long sizeBytes, String arguments) {
    List<String> command = new ArrayList<>(List.of("mke2fs", "-q", "-F", "-t", "ext4"));
    command.addAll(List.of("-U", ID.toString(), "-E", "hash_seed=" + ID + ",lazy_itable_init=0"));
    Arrays.stream(arguments.split(" ")).filter(word -> !word.isEmpty()).forEach(command::add);
    command.add(image.toString());
    // given a size, mke2fs does not round to pages
    command.add(sizeBytes / 1024 + "k");
    Programs.Verdict verdict =
        Programs.run(
            Map.of("E2FSPROGS_FAKE_TIME", "" + NOW.getEpochSecond()),
            command.toArray(String[]::new));
    assertThat(verdict.exitCode()).as("%s", verdict.output()).isZero();
  }

  /** Every word of the superblock and every field of the descriptors that both decide alike. */
  private static List<String> describe(Path image) throws IOException {
    List<String> lines = new ArrayList<>();
    try (FileChannel channel = FileChannel.open(image)) {
      ByteBuffer bytes = read(channel, Superblock.OFFSET_BYTES, Superblock.BYTES);
      Superblock superblock = new Superblock(bytes, 0);
      Geometry geometry = new Geometry(superblock);
      superblock.verify("byte 1024");
      for (int at = 0; at < Superblock.BYTES; at += 4) {
        // the place of the journal, kilobytes written so far, and the checksum over them
        boolean own = (at >= 0x10C && at < 0x10C + 68) || at == 0x178 || at == 0x3FC;
        if (!own && bytes.getInt(at) != 0) {
          lines.add("superblock +0x%x %08x".formatted(at, bytes.getInt(at)));
        }
      }
      for (long group = 0; group < geometry.groupCount(); group++) {
        lines.add(describe(geometry, superblock, channel, group));
      }
    }
    return lines;
  }

  private static String describe(
      Geometry geometry, Superblock superblock, FileChannel channel, long group)
      throws IOException {
    long block = geometry.descBlock(group / geometry.descsPerBlock());
    int index = (int) (group % geometry.descsPerBlock());
    ByteBuffer bytes = read(channel, block * geometry.blockSize(), geometry.blockSize());
    GroupDescriptor descriptor =
        new GroupDescriptor(geometry, group, bytes, index * geometry.descSize());
    descriptor.verifyChecksum();
    String fixed =
        "group %d inodes free=%d unused=%d directories=%d"
            .formatted(
                group, descriptor.freeInodes(), descriptor.itableUnused(), descriptor.usedDirs());
    // a journal goes where it fits, and that shows in the group's free blocks and flags
    String free =
        geometry.has(Feature.HAS_JOURNAL)
            ? ""
            : " blocks free=%d flags=%x".formatted(descriptor.freeClusters(), descriptor.flags());
    return fixed + free + tables(geometry, superblock, descriptor);
  }

  /** mke2fs leaves gaps for growth if a flex group has a single group. */
  private static String tables(
      Geometry geometry, Superblock superblock, GroupDescriptor descriptor) {
    long perFlex = 1L << superblock.logGroupsPerFlex();
    long first = descriptor.group() / perFlex * perFlex;
    if (perFlex > 1 && first == geometry.groupCount() - 1) {
      return "";
    }
    return " block bitmap=%d inode bitmap=%d table=%d"
        .formatted(descriptor.blockBitmap(), descriptor.inodeBitmap(), descriptor.inodeTable());
  }

  private static ByteBuffer read(FileChannel channel, long at, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    channel.read(bytes, at);
    return bytes;
  }
}
