package org.ext4map.alloc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.ext4map.alloc.AllocatorImage.ext4;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.ext4map.buffer.BufferCache;
import org.ext4map.format.MkfsOptions;
import org.ext4map.images.Judge;
import org.ext4map.model.BlockRange;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.NoSpaceException;
import org.ext4map.ondisk.Feature;
import org.ext4map.testkit.Programs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlockAllocatorTest {
  private static final long MIB = 1L << 20;
  private static final int INO = 12;

  @TempDir Path directory;

  @Test
  void whatIsFreeAtTheGoalIsGivenThere() throws IOException {
    AllocatorImage image = AllocatorImage.of(64 * MIB, ext4());
    assertThat(allocate(image, 30_000, 10)).isEqualTo(new BlockRange(30_000, 10));
    assertThat(allocate(image, 30_010, 100)).isEqualTo(new BlockRange(30_010, 100));
    image.assertCountsAgree();
  }

  @Test
  void whatIsNotFreeAtTheGoalIsGivenInOnePieceElsewhere() throws IOException {
    AllocatorImage image = AllocatorImage.of(64 * MIB, ext4());
    allocate(image, 30_000, 10);
    BlockRange other = allocate(image, 29_995, 10);
    assertThat(other.length()).isEqualTo(10);
    assertThat(image.geometry.groupOf(other.start())).isEqualTo(image.geometry.groupOf(30_000));
  }

  @Test
  void aGoalThatIsNoBlockOfOursDoesNoHarm() throws IOException {
    AllocatorImage image = AllocatorImage.of(64 * MIB, ext4());
    for (long goal : new long[] {-5, 0, 1, 65_536, 1L << 40, Long.MAX_VALUE}) {
      assertThat(allocate(image, goal, 7).length()).as("goal %d", goal).isEqualTo(7);
    }
    image.assertCountsAgree();
  }

  @Test
  void aHoleThatFitsIsFilledBeforeALargeOneIsCut() throws IOException {
    AllocatorImage image = AllocatorImage.of(64 * MIB, ext4());
    allocate(image, 30_000, 100);
    free(image, 30_020, 8);
    image.updates.commit();
    assertThat(allocate(image, 29_999, 8)).isEqualTo(new BlockRange(30_020, 8));
  }

  @Test
  void ifNoRunIsLongEnoughTheAnswerIsShort() throws IOException {
    AllocatorImage image = AllocatorImage.of(8 * MIB, ext4().without(Feature.HAS_JOURNAL));
    List<BlockRange> all = fill(image, 1000, Privilege.RESERVED_POOL);
    BlockRange one = all.get(0);
    free(image, one.start() + 3, 5);
    free(image, one.start() + 20, 9);
    image.updates.commit();
    assertThat(take(image, request(0, 100).with(Privilege.RESERVED_POOL)))
        .isEqualTo(new BlockRange(one.start() + 20, 9));
    assertThat(take(image, request(0, 100).with(Privilege.RESERVED_POOL)))
        .isEqualTo(new BlockRange(one.start() + 3, 5));
  }

  @Test
  void anImageIsFilledToTheLastBlockAndEmptiedAgain() throws IOException {
    Programs.require(Judge.E2FSPROGS);
    List<MkfsOptions.Builder> kinds =
        List.of(
            ext4(),
            ext4().blocksPerGroup(1024).without(Feature.RESIZE_INODE),
            ext4().blockSize(4096).without(Feature.FLEX_BG),
            ext4().without(Feature.METADATA_CSUM),
            ext4().without(Feature.METADATA_CSUM).with(Feature.GDT_CSUM));
    for (MkfsOptions.Builder kind : kinds) {
      AllocatorImage image = AllocatorImage.of(24 * MIB + 12_345, kind);
      long free = image.blocks.freeBlocks();
      List<BlockRange> all = fill(image, 777, Privilege.RESERVED_POOL);
      assertThat(all.stream().mapToLong(BlockRange::length).sum()).isEqualTo(free);
      assertThat(image.blocks.freeBlocks()).isZero();
      image.assertCountsAgree();
      image.updates.commit();
      image.reopen();
      assertThat(image.blocks.freeBlocks()).isZero();
      for (BlockRange range : all) {
        free(image, range.start(), range.length());
      }
      assertThat(image.blocks.freeBlocks()).isEqualTo(free);
      image.assertCountsAgree();
      image.assertClean(directory);
      assertThat(image.reported).isEmpty();
    }
  }

  @Test
  void reservesAreKeptForThoseWhoMayUseThem() throws IOException {
    AllocatorImage image = AllocatorImage.of(64 * MIB, ext4());
    long free = image.blocks.freeBlocks();
    long superUser = image.superblock.reservedBlocksCount();
    long pool = image.geometry.blocksCount() / 50;
    assertThat(sum(fill(image, 500, Privilege.ORDINARY))).isEqualTo(free - superUser - pool);
    assertThat(sum(fill(image, 500, Privilege.SUPER_USER))).isEqualTo(superUser);
    assertThat(sum(fill(image, 500, Privilege.RESERVED_POOL))).isEqualTo(pool);
    assertThat(image.blocks.freeBlocks()).isZero();
  }

  @Test
  void freedBlocksAreNotGivenAgainBeforeTheCommit() throws IOException {
    AllocatorImage image = AllocatorImage.of(8 * MIB, ext4().without(Feature.HAS_JOURNAL));
    List<BlockRange> all = fill(image, 1000, Privilege.RESERVED_POOL);
    BlockRange one = all.get(all.size() / 2);
    free(image, one.start(), one.length());
    assertThat(image.blocks.freeBlocks()).as("free on disk").isEqualTo(one.length());
    assertThat(image.blocks.pendingBlocks()).isEqualTo(one.length());
    assertThatThrownBy(() -> take(image, request(0, 1).with(Privilege.RESERVED_POOL)))
        .isInstanceOf(NoSpaceException.class);
    image.updates.commit();
    assertThat(image.blocks.pendingBlocks()).isZero();
    assertThat(take(image, request(0, 4000).with(Privilege.RESERVED_POOL))).isEqualTo(one);
  }

  @Test
  void filesThatGrowSideBySideStayInOnePieceEach() throws IOException {
    Programs.require(Judge.E2FSPROGS);
    AllocatorImage image = AllocatorImage.of(64 * MIB, ext4());
    FilePreallocation[] files = new FilePreallocation[4];
    List<List<BlockRange>> runs = new ArrayList<>();
    long[] goals = new long[files.length];
    for (int i = 0; i < files.length; i++) {
      files[i] = new FilePreallocation();
      runs.add(new ArrayList<>());
      goals[i] = 20_000;
    }
    for (int lblk = 0; lblk < 1000; lblk += 4) {
      for (int i = 0; i < files.length; i++) {
        AllocationRequest request =
            AllocationRequest.data(INO + i, lblk, 4, goals[i]).withHole(lblk, 0xFFFFFFFFL);
        BlockRange run = image.blocks.allocate(image.updates, request, files[i]);
        assertThat(run.length()).isEqualTo(4);
        goals[i] = run.end();
        append(runs.get(i), run);
      }
    }
    for (List<BlockRange> each : runs) {
      // windows double as the file grows: a piece for each power of two from 16 blocks on
      assertThat(each).as("pieces").hasSizeLessThanOrEqualTo(10);
    }
    for (int i = 0; i < files.length; i++) {
      image.blocks.discard(files[i]);
      for (BlockRange run : runs.get(i)) {
        free(image, run.start(), run.length());
      }
    }
    image.updates.commit();
    assertThat(image.blocks.space().budget.available())
        .as("everything is available again")
        .isEqualTo(image.blocks.freeBlocks());
    image.assertCountsAgree();
    image.assertClean(directory);
  }

  private static void append(List<BlockRange> runs, BlockRange run) {
    int last = runs.size() - 1;
    if (last >= 0 && runs.get(last).end() == run.start()) {
      BlockRange before = runs.get(last);
      runs.set(last, new BlockRange(before.start(), before.length() + run.length()));
    } else {
      runs.add(run);
    }
  }

  @Test
  void whatFilesKeepIsGivenToOthersBeforeTheyFail() throws IOException {
    AllocatorImage image = AllocatorImage.of(64 * MIB, ext4());
    long free = image.blocks.freeBlocks();
    FilePreallocation file = new FilePreallocation();
    BlockRange run =
        image.blocks.allocate(image.updates, AllocationRequest.data(INO, 100, 1, 30_000), file);
    assertThat(image.blocks.space().budget.available())
        .as("more was set aside than used")
        .isLessThan(image.blocks.freeBlocks());
    assertThat(sum(fill(image, 500, Privilege.RESERVED_POOL))).isEqualTo(free - run.length());
    assertThat(file.isEmpty()).isTrue();
  }

  @Test
  void blocksBehindTheLimitAreNotGiven() throws IOException {
    AllocatorImage image = AllocatorImage.of(64 * MIB, ext4());
    AllocationRequest below = request(60_000, 1000).with(Privilege.RESERVED_POOL).below(20_000);
    long given = 0;
    while (true) {
      try {
        BlockRange run = take(image, below);
        assertThat(run.end()).isLessThanOrEqualTo(20_000);
        given += run.length();
      } catch (NoSpaceException end) {
        break;
      }
    }
    assertThat(image.usedBlocks().nextClearBit(1)).isGreaterThanOrEqualTo(20_000);
    assertThat(given).isPositive();
  }

  @Test
  void aGroupThatWasNeverUsedIsMadeUpOnFirstUse() throws IOException {
    Programs.require(Judge.E2FSPROGS);
    AllocatorImage image = AllocatorImage.of(64 * MIB, ext4());
    assertThat(image.table.descriptor(5).isBlockBitmapUninit()).isTrue();
    long first = image.geometry.firstBlockOf(5);
    long base = image.geometry.baseMetaBlocks(5);
    assertThat(base).as("group 5 has a backup").isPositive();
    assertThat(allocate(image, first, (int) (8192 - base)))
        .isEqualTo(new BlockRange(first + base, 8192 - base));
    assertThat(image.table.descriptor(5).isBlockBitmapUninit()).isFalse();
    assertThat(image.table.descriptor(5).freeClusters()).isZero();
    image.assertCountsAgree();
    free(image, first + base, 8192 - base);
    image.assertClean(directory);
  }

  @Test
  void aDamagedBitmapTakesItsGroupOutAndNothingElse() throws IOException {
    AllocatorImage image = AllocatorImage.of(64 * MIB, ext4().without(Feature.HAS_JOURNAL));
    long bitmap = image.table.descriptor(0).blockBitmap();
    flip(image, bitmap * 1024 + 1000);
    image.reopen();
    BlockRange run = allocate(image, 5_000, 10);
    assertThat(image.geometry.groupOf(run.start())).isEqualTo(1);
    assertThat(image.reported).hasSize(1);
    assertThat(image.reported.get(0)).startsWith("0: block bitmap: bg_block_bitmap_csum");
    long available = image.blocks.space().budget.available();
    assertThat(sum(fill(image, 1000, Privilege.RESERVED_POOL))).isEqualTo(available);
    assertThat(image.reported).hasSize(1);
  }

  @Test
  void aDamagedDescriptorTakesItsGroupOutAtOpen() throws IOException {
    AllocatorImage image = AllocatorImage.of(64 * MIB, ext4().without(Feature.HAS_JOURNAL));
    SystemZones zones = image.zones;
    flip(image, image.geometry.descBlock(0) * 1024 + 3 * 64 + 0x0C);
    List<String> reported = new ArrayList<>();
    var cache = new BufferCache(image.device, 1024, 65_536, 1 << 16);
    BlockAllocator blocks =
        BlockAllocator.open(
            image.superblock,
            image.geometry,
            cache,
            GroupTable.load(image.geometry, cache),
            zones,
            (group, why) -> reported.add(group + ": " + why.getMessage()));
    assertThat(reported).hasSize(1);
    assertThat(reported.get(0)).startsWith("3: group descriptor: bg_checksum");
    BlockRange run =
        blocks.allocate(image.updates, request(image.geometry.firstBlockOf(3) + 2000, 1));
    assertThat(image.geometry.groupOf(run.start())).isNotEqualTo(3);
  }

  @Test
  void withoutChecksumsContentsAreStillChecked() throws IOException {
    MkfsOptions.Builder kind =
        ext4().without(Feature.METADATA_CSUM, Feature.HAS_JOURNAL, Feature.FLEX_BG);
    AllocatorImage image = AllocatorImage.of(64 * MIB, kind);
    flip(image, image.table.descriptor(1).blockBitmap() * 1024 + 1000);
    flip(image, image.table.descriptor(2).blockBitmap() * 1024 + 1);
    image.reopen();
    allocate(image, image.geometry.firstBlockOf(1) + 5000, 10);
    allocate(image, image.geometry.firstBlockOf(2) + 5000, 10);
    assertThat(image.reported).hasSize(2);
    assertThat(image.reported.get(0)).contains("bg_free_blocks_count", "group=1");
    assertThat(image.reported.get(1)).contains("own metadata", "group=2");
  }

  @Test
  void freeingWhatIsFreeIsCorruption() throws IOException {
    AllocatorImage image = AllocatorImage.of(64 * MIB, ext4());
    BlockRange run = allocate(image, 30_000, 10);
    assertThatThrownBy(() -> free(image, run.start(), 11))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("30000-30010 not all set");
    assertThat(image.reported).hasSize(1);
    AllocatorImage other = AllocatorImage.of(64 * MIB, ext4());
    allocate(other, 30_000, 10);
    free(other, 30_000, 10);
    assertThatThrownBy(() -> free(other, 30_000, 1)).isInstanceOf(CorruptionException.class);
  }

  @Test
  void metadataOfTheFileSystemIsNeverFreed() throws IOException {
    AllocatorImage image = AllocatorImage.of(64 * MIB, ext4());
    long table = image.table.descriptor(0).inodeTable();
    for (long pblk : new long[] {0, 1, 2, table, 65_536, -1}) {
      assertThatThrownBy(() -> free(image, pblk, 1))
          .as("block %d", pblk)
          .isInstanceOf(CorruptionException.class);
    }
    image.assertCountsAgree();
  }

  @Test
  void anAbortedJournalChangesNothing() throws IOException {
    AllocatorImage image = AllocatorImage.of(64 * MIB, ext4());
    long available = image.blocks.space().budget.available();
    for (int access = 0; access < 2; access++) {
      image.updates.abortAfter(access);
      assertThatThrownBy(() -> allocate(image, 30_000, 10)).hasMessage("journal aborted");
      assertThat(image.blocks.space().budget.available()).isEqualTo(available);
      image.assertCountsAgree();
    }
    image.updates.abortAfter(Integer.MAX_VALUE);
    assertThat(allocate(image, 30_000, 10)).isEqualTo(new BlockRange(30_000, 10));
  }

  private static void flip(AllocatorImage image, long at) throws IOException {
    ByteBuffer one = ByteBuffer.allocate(1);
    image.device.read(at, one);
    one.put(0, (byte) (one.get(0) ^ 0x10)).flip();
    image.device.write(at, one);
  }

  private static AllocationRequest request(long goal, int length) {
    return AllocationRequest.data(INO, 0, length, goal);
  }

  private static BlockRange allocate(AllocatorImage image, long goal, int length)
      throws IOException {
    return take(image, request(goal, length));
  }

  private static BlockRange take(AllocatorImage image, AllocationRequest request)
      throws IOException {
    return image.blocks.allocate(image.updates, request);
  }

  private static void free(AllocatorImage image, long pblk, long count) throws IOException {
    image.blocks.free(image.updates, INO, pblk, count);
  }

  private static List<BlockRange> fill(AllocatorImage image, int step, Privilege privilege)
      throws IOException {
    List<BlockRange> all = new ArrayList<>();
    while (true) {
      try {
        all.add(take(image, request(0, step).with(privilege)));
      } catch (NoSpaceException full) {
        return all;
      }
    }
  }

  private static long sum(List<BlockRange> ranges) {
    return ranges.stream().mapToLong(BlockRange::length).sum();
  }
}
