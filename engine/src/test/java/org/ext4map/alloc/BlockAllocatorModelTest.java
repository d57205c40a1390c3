package org.ext4map.alloc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ext4map.alloc.AllocatorImage.ext4;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import org.ext4map.format.MkfsOptions;
import org.ext4map.images.Judge;
import org.ext4map.model.BlockRange;
import org.ext4map.model.NoSpaceException;
import org.ext4map.ondisk.Feature;
import org.ext4map.testkit.Programs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random operations on a small image, and after each of them the bitmaps are those of a bit set,
 * and no block is given that is in use, metadata, kept for another file, or freed and not
 * committed.
 */
class BlockAllocatorModelTest {
  private static final long SEED = Long.getLong("ext4map.seed", 4711L);
  private static final int RUNS = Integer.getInteger("ext4map.alloc.runs", 12);
  private static final int STEPS = 400;
  private static final int FILES = 5;
  private static final int FIRST_INO = 12;

  @TempDir Path directory;

  @Test
  void bitmapsFollowTheModel() throws IOException {
    Programs.require(Judge.E2FSPROGS);
    System.out.println("BlockAllocatorModelTest seed " + SEED + ", -Dext4map.seed= replays it");
    for (int run = 0; run < RUNS; run++) {
      SplittableRandom random = new SplittableRandom(SEED + run);
      new Model(AllocatorImage.of(size(random), kind(random)), random, run).play(directory);
    }
  }

  private static long size(SplittableRandom random) {
    return (1 << 20) + random.nextLong(4 << 20);
  }

  private static MkfsOptions.Builder kind(SplittableRandom random) {
    MkfsOptions.Builder kind = ext4().without(Feature.RESIZE_INODE, Feature.HAS_JOURNAL);
    kind.blocksPerGroup(512 + 8 * random.nextInt(200)).groupsPerFlex(2 << random.nextInt(3));
    if (random.nextInt(3) == 0) {
      kind.without(Feature.FLEX_BG);
    }
    if (random.nextInt(3) == 0) {
      kind.without(Feature.METADATA_CSUM);
    }
    return kind;
  }

  private static final class Model {
    private final AllocatorImage image;
    private final SplittableRandom random;
    private final int run;
    private final BitSet used;
    private final BitSet pending = new BitSet();
    private final List<List<BlockRange>> owned = new ArrayList<>();
    private final List<FilePreallocation> kept = new ArrayList<>();

    Model(AllocatorImage image, SplittableRandom random, int run) throws IOException {
      this.image = image;
      this.random = random;
      this.run = run;
      used = image.usedBlocks();
      for (int file = 0; file < FILES; file++) {
        owned.add(new ArrayList<>());
        kept.add(new FilePreallocation());
      }
    }

    void play(Path directory) throws IOException {
      for (int step = 0; step < STEPS; step++) {
        int file = random.nextInt(FILES);
        String what = "run " + run + " step " + step + " file " + file;
        switch (random.nextInt(10)) {
          case 0 -> commit();
          case 1 -> image.blocks.discard(kept.get(file));
          case 2, 3, 4 -> free(file);
          default -> allocate(file, what);
        }
        assertThat(image.usedBlocks()).as(what).isEqualTo(used);
      }
      image.assertCountsAgree();
      for (int file = 0; file < FILES; file++) {
        image.blocks.discard(kept.get(file));
        while (!owned.get(file).isEmpty()) {
          free(file);
        }
      }
      commit();
      assertThat(image.blocks.space().budget.available()).isEqualTo(image.blocks.freeBlocks());
      image.assertClean(directory);
      assertThat(image.reported).isEmpty();
    }

    private void commit() throws IOException {
      image.updates.commit();
      pending.clear();
    }

    private void allocate(int file, String what) throws IOException {
      List<BlockRange> ranges = owned.get(file);
      long end = ranges.stream().mapToLong(BlockRange::length).sum();
      long goal =
          ranges.isEmpty() || random.nextInt(4) == 0
              ? random.nextLong(image.geometry.blocksCount())
              : ranges.get(ranges.size() - 1).end();
      int length = 1 + random.nextInt(random.nextInt(5) == 0 ? 600 : 20);
      Privilege privilege = random.nextBoolean() ? Privilege.ORDINARY : Privilege.RESERVED_POOL;
      AllocationRequest request =
          AllocationRequest.data(FIRST_INO + file, end, length, goal)
              .withHole(end, 0xFFFFFFFFL)
              .with(privilege);
      FilePreallocation keep = random.nextInt(4) == 0 ? null : kept.get(file);
      BlockRange given;
      try {
        given = image.blocks.allocate(image.updates, request, keep);
      } catch (NoSpaceException e) {
        long really = image.blocks.freeBlocks() - image.blocks.pendingBlocks();
        long floor =
            request.privilege() == Privilege.RESERVED_POOL
                ? 0
                : image.geometry.blocksCount() / 50 + image.superblock.reservedBlocksCount();
        assertThat(really).as("%s: %s", what, e.getMessage()).isLessThanOrEqualTo(floor);
        return;
      }
      assertThat(given.length()).as(what).isBetween(1L, (long) length);
      int from = (int) given.start();
      int to = (int) given.end();
      assertThat(used.get(from, to).isEmpty()).as("%s: %s was in use", what, given).isTrue();
      assertThat(pending.get(from, to).isEmpty()).as("%s: %s uncommitted", what, given).isTrue();
      assertThat(image.zones.allows(given.start(), given.length(), FIRST_INO)).as(what).isTrue();
      used.set(from, to);
      ranges.add(given);
    }

    private void free(int file) throws IOException {
      List<BlockRange> ranges = owned.get(file);
      if (ranges.isEmpty()) {
        return;
      }
      BlockRange range = ranges.remove(random.nextInt(ranges.size()));
      if (range.length() > 2 && random.nextBoolean()) {
        long half = range.length() / 2;
        ranges.add(new BlockRange(range.start() + half, range.length() - half));
        range = new BlockRange(range.start(), half);
      }
      image.blocks.free(image.updates, FIRST_INO + file, range.start(), range.length());
      used.clear((int) range.start(), (int) range.end());
      pending.set((int) range.start(), (int) range.end());
    }
  }
}
