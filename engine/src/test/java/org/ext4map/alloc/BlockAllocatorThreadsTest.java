package org.ext4map.alloc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.ext4map.alloc.AllocatorImage.ext4;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.ext4map.images.Judge;
import org.ext4map.model.BlockRange;
import org.ext4map.model.NoSpaceException;
import org.ext4map.ondisk.Feature;
import org.ext4map.testkit.Programs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Many threads at once: no block has two owners, and the last block is found. */
@Timeout(60)
class BlockAllocatorThreadsTest {
  private static final long SEED = Long.getLong("ext4map.seed", 99L);
  private static final int THREADS = 4;
  private static final int ROUNDS = 4;

  @TempDir Path directory;

  @Test
  void noBlockHasTwoOwnersAndTheLastOneIsFound() throws Exception {
    Programs.require(Judge.E2FSPROGS);
    System.out.println("BlockAllocatorThreadsTest seed " + SEED);
    AllocatorImage image =
        AllocatorImage.of(
            16 << 20,
            ext4().blocksPerGroup(1024).without(Feature.RESIZE_INODE, Feature.HAS_JOURNAL));
    long free = image.blocks.freeBlocks();
    AtomicIntegerArray owners = new AtomicIntegerArray((int) image.geometry.blocksCount());
    for (int round = 0; round < ROUNDS; round++) {
      List<Callable<List<BlockRange>>> churns = new ArrayList<>();
      for (int thread = 0; thread < THREADS; thread++) {
        SplittableRandom random = new SplittableRandom(SEED + 31L * round + thread);
        int ino = 12 + thread;
        churns.add(() -> churn(image, owners, ino, random));
      }
      List<BlockRange> all = new ArrayList<>();
      together(churns).forEach(all::addAll);
      image.updates.commit();

      List<Callable<List<BlockRange>>> fills = new ArrayList<>();
      for (int thread = 0; thread < THREADS; thread++) {
        int ino = 12 + thread;
        fills.add(() -> fill(image, owners, ino));
      }
      together(fills).forEach(all::addAll);
      assertThat(image.blocks.freeBlocks()).as("round %d: blocks nobody found", round).isZero();
      assertThat(all.stream().mapToLong(BlockRange::length).sum()).isEqualTo(free);
      image.assertCountsAgree();
      for (BlockRange range : all) {
        free(image, owners, 12, range);
      }
      image.updates.commit();
      image.assertCountsAgree();
    }
    image.assertClean(directory);
    assertThat(image.reported).isEmpty();
  }

  private static <T> List<T> together(List<Callable<T>> tasks)
      throws InterruptedException, ExecutionException {
    ExecutorService pool = Executors.newFixedThreadPool(tasks.size());
    try {
      List<T> results = new ArrayList<>();
      for (Future<T> each : pool.invokeAll(tasks)) {
        results.add(each.get());
      }
      return results;
    } finally {
      pool.shutdown();
      assertThat(pool.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  /** Grows and shrinks a file, with and without preallocation; what is left at the end. */
  private static List<BlockRange> churn(
      AllocatorImage image, AtomicIntegerArray owners, int ino, SplittableRandom random)
      throws IOException {
    List<BlockRange> mine = new ArrayList<>();
    FilePreallocation file = new FilePreallocation();
    long lblk = 0;
    for (int step = 0; step < 400; step++) {
      if (random.nextInt(3) == 0 && !mine.isEmpty()) {
        free(image, owners, ino, mine.remove(random.nextInt(mine.size())));
        continue;
      }
      AllocationRequest request =
          AllocationRequest.data(
                  ino, lblk, 1 + random.nextInt(40), random.nextLong(image.geometry.blocksCount()))
              .withHole(lblk, 0xFFFFFFFFL);
      try {
        BlockRange run = image.blocks.allocate(image.updates, request, file);
        own(owners, run, ino);
        mine.add(run);
        lblk += run.length();
      } catch (NoSpaceException full) {
        assertThat(full).hasMessageContaining("no block left");
      }
    }
    image.blocks.discard(file);
    return mine;
  }

  private static List<BlockRange> fill(AllocatorImage image, AtomicIntegerArray owners, int ino)
      throws IOException {
    List<BlockRange> mine = new ArrayList<>();
    AllocationRequest request =
        AllocationRequest.data(ino, 0, 3, 5000).with(Privilege.RESERVED_POOL);
    while (true) {
      try {
        BlockRange run = image.blocks.allocate(image.updates, request);
        own(owners, run, ino);
        mine.add(run);
      } catch (NoSpaceException full) {
        return mine;
      }
    }
  }

  private static void own(AtomicIntegerArray owners, BlockRange run, int ino) {
    for (long pblk = run.start(); pblk < run.end(); pblk++) {
      assertThat(owners.getAndSet((int) pblk, ino)).as("owner of block %d", pblk).isZero();
    }
  }

  private static void free(AllocatorImage image, AtomicIntegerArray owners, int ino, BlockRange run)
      throws IOException {
    for (long pblk = run.start(); pblk < run.end(); pblk++) {
      owners.set((int) pblk, 0);
    }
    image.blocks.free(image.updates, ino, run.start(), run.length());
  }
}
