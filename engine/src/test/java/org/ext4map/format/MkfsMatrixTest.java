package org.ext4map.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.UUID;
import org.ext4map.device.BlockDevice;
import org.ext4map.device.FileBlockDevice;
import org.ext4map.device.FileBlockDevice.Access;
import org.ext4map.device.FileBlockDevice.DirectMode;
import org.ext4map.images.Judge;
import org.ext4map.model.NoSpaceException;
import org.ext4map.model.UnsupportedFeatureException;
import org.ext4map.ondisk.Feature;
import org.ext4map.testkit.Programs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** e2fsck finds nothing to say about any combination of options and sizes. */
class MkfsMatrixTest {
  private static final long SEED = Long.getLong("ext4map.seed", 20261123L);
  private static final int CASES = Integer.getInteger("ext4map.mkfs.cases", 150);
  private static final Duration BUDGET = Duration.ofSeconds(25);

  /** Features that are drawn one by one; a third of the images lack each. */
  private static final List<Feature> OPTIONAL =
      List.of(
          Feature.HAS_JOURNAL,
          Feature.EXT_ATTR,
          Feature.RESIZE_INODE,
          Feature.DIR_INDEX,
          Feature.FILETYPE,
          Feature.FLEX_BG,
          Feature.SPARSE_SUPER,
          Feature.LARGE_FILE,
          Feature.HUGE_FILE,
          Feature.DIR_NLINK,
          Feature.EXTRA_ISIZE,
          Feature.METADATA_CSUM);

  @TempDir Path directory;

  @Test
  void anyCombinationIsClean() throws IOException {
    Programs.require(Judge.E2FSPROGS);
    System.out.println("MkfsMatrixTest seed " + SEED + ", -Dext4map.seed= replays it");
    long start = System.nanoTime();
    List<String> refused = new ArrayList<>();
    int made = 0;
    for (int i = 0; i < CASES; i++) {
      if (System.nanoTime() - start > BUDGET.toNanos()) {
        break;
      }
      Case drawn = Case.draw(new SplittableRandom(SEED + i));
      try {
        make(drawn);
        made++;
      } catch (NoSpaceException | UnsupportedFeatureException | IllegalArgumentException e) {
        refused.add(drawn + ": " + e.getMessage());
      }
    }
    System.out.println("MkfsMatrixTest: " + made + " images, " + refused.size() + " refused");
    refused.stream().limit(5).forEach(System.out::println);
    assertThat(made).as("refused: %s", refused).isGreaterThan(refused.size());
  }

  private void make(Case drawn) throws IOException {
    Path image = directory.resolve("image");
    Files.deleteIfExists(image);
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(drawn.sizeBytes);
      if (drawn.dirty) {
        dirty(file, drawn.sizeBytes);
      }
    }
    try (BlockDevice device = FileBlockDevice.open(image, Access.READ_WRITE, DirectMode.NEVER)) {
      Mkfs.format(device, drawn.options);
    }
    Programs.Verdict verdict = Programs.run("e2fsck", "-fn", image.toString());
    assertThat(verdict.exitCode()).as("%s\n%s", drawn, verdict.output()).isZero();
  }

  /** Former contents must not matter. */
  private static void dirty(RandomAccessFile file, long sizeBytes) throws IOException {
    byte[] junk = new byte[1 << 16];
    new Random(SEED).nextBytes(junk);
    for (long at = 0; at < Math.min(sizeBytes, 24 << 20); at += junk.length) {
      file.seek(at);
      file.write(junk, 0, (int) Math.min(junk.length, sizeBytes - at));
    }
  }

  private record Case(long sizeBytes, boolean dirty, MkfsOptions options, String words) {
    static Case draw(SplittableRandom random) {
      MkfsOptions.Builder builder =
          MkfsOptions.ext4(
                  new UUID(random.nextLong(), random.nextLong()),
                  new UUID(random.nextLong(), random.nextLong()),
                  Instant.ofEpochSecond(random.nextLong(1_700_000_000)))
              .label("matrix");
      StringBuilder words = new StringBuilder();
      int blockSize = 1024 << random.nextInt(random.nextInt(4) == 0 ? 7 : 3);
      builder.blockSize(blockSize);
      words.append("-b ").append(blockSize);
      for (Feature feature : OPTIONAL) {
        if (random.nextInt(3) == 0) {
          builder.without(feature);
          words.append(" ^").append(feature.label());
          if (feature == Feature.SPARSE_SUPER) {
            builder.without(Feature.RESIZE_INODE); // would be refused
          }
        }
      }
      drawDependent(random, builder, words);
      if (random.nextInt(3) == 0) {
        int perGroup = 256 + 8 * random.nextInt(blockSize - 31);
        builder.blocksPerGroup(Math.min(perGroup, 65528));
        words.append(" -g ").append(perGroup);
      }
      if (random.nextBoolean()) {
        int flex = 2 << random.nextInt(7);
        builder.groupsPerFlex(flex);
        words.append(" -G ").append(flex);
      }
      if (random.nextInt(3) == 0) {
        builder.inodeSize(128);
        words.append(" -I 128");
      }
      if (random.nextInt(3) == 0) {
        long ratio = 1024L << random.nextInt(10);
        builder.bytesPerInode(ratio);
        words.append(" -i ").append(ratio);
      } else if (random.nextBoolean()) {
        int inodes = 1 + random.nextInt(5000);
        builder.inodes(inodes);
        words.append(" -N ").append(inodes);
      }
      if (random.nextBoolean()) {
        builder.inodeTables(MkfsOptions.InodeTables.ZEROED);
        words.append(" zeroed");
      }
      builder.reservedPercent(random.nextInt(11));
      long size = drawSize(random);
      boolean dirty = random.nextInt(3) == 0;
      return new Case(size, dirty, builder.build(), "size " + size + " " + words);
    }

    private static void drawDependent(
        SplittableRandom random, MkfsOptions.Builder builder, StringBuilder words) {
      switch (random.nextInt(6)) {
        case 0 -> {
          builder.without(Feature.BIT64);
          words.append(" ^64bit");
        }
        case 1 -> {
          builder.without(Feature.BIT64, Feature.EXTENTS);
          words.append(" ^64bit,^extent");
        }
        default -> {}
      }
      switch (random.nextInt(8)) {
        case 0 -> {
          builder.with(Feature.SPARSE_SUPER2);
          words.append(" sparse_super2");
        }
        case 1 -> {
          builder.with(Feature.GDT_CSUM).without(Feature.METADATA_CSUM);
          words.append(" uninit_bg,^metadata_csum");
        }
        case 2 -> {
          builder.with(Feature.METADATA_CSUM, Feature.CSUM_SEED);
          words.append(" metadata_csum,metadata_csum_seed");
        }
        case 3 -> {
          builder.with(Feature.HAS_JOURNAL, Feature.ORPHAN_FILE);
          words.append(" orphan_file");
        }
        default -> {}
      }
    }

    private static long drawSize(SplittableRandom random) {
      return switch (random.nextInt(4)) {
        case 0 -> (64 << 10) + random.nextLong(1 << 20);
        case 1 -> (1 << 20) + random.nextLong(30 << 20);
        case 2 -> (8L << 20) + random.nextLong(256 << 20);
        default -> (64L << 20) + random.nextLong(2L << 30);
      };
    }

    @Override
    public String toString() {
      return words;
    }
  }
}
