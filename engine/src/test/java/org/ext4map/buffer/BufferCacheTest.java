package org.ext4map.buffer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.ext4map.device.MemoryBlockDevice;
import org.ext4map.model.CorruptionException;
import org.ext4map.testkit.Allocation;
import org.ext4map.testkit.CountingDevice;
import org.ext4map.testkit.FaultPlan;
import org.ext4map.testkit.FaultyDevice;
import org.junit.jupiter.api.Test;

class BufferCacheTest {
  private static final int BLOCK = 1024;
  private static final int BLOCKS = 4096;

  private final CountingDevice device = new CountingDevice(numbered());
  private final BufferCache cache = new BufferCache(device, BLOCK, BLOCKS, 64 * BLOCK);

  /** A device whose block n starts with n. */
  private static MemoryBlockDevice numbered() {
    MemoryBlockDevice device = new MemoryBlockDevice((long) BLOCKS * BLOCK);
    for (int i = 0; i < BLOCKS; i++) {
      write(device, i, i);
    }
    return device;
  }

  private static void write(MemoryBlockDevice device, long pblk, long value) {
    try {
      device.write(pblk * BLOCK, ByteBuffer.allocate(8).putLong(0, value));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aBlockIsReadOnceAndThenTheSameObject() throws IOException {
    MetaBlock first = cache.read(7);
    assertThat(first.pblk()).isEqualTo(7);
    assertThat(first.bytes().getLong(0)).isEqualTo(7);
    assertThat(cache.read(7)).isSameAs(first);
    assertThat(device.reads()).hasSize(1);
  }

  @Test
  void aVerificationIsRememberedUntilTheBlockIsReadAgain() throws IOException {
    cache.read(7).markVerified(MetaBlock.tag('E', 12, 5));
    assertThat(cache.read(7).verifiedAs()).isEqualTo(MetaBlock.tag('E', 12, 5));
    cache.invalidate(7, 1);
    assertThat(cache.read(7).verifiedAs()).isZero();
  }

  @Test
  void tagsTellStructuresInodesAndGenerationsApart() {
    assertThat(
            Set.of(
                MetaBlock.tag('E', 12, 5),
                MetaBlock.tag('I', 12, 5),
                MetaBlock.tag('E', 13, 5),
                MetaBlock.tag('E', 12, 6)))
        .hasSize(4);
  }

  @Test
  void invalidatingForgetsTheRangeAndNothingElse() throws IOException {
    MetaBlock before = cache.read(9);
    MetaBlock inside = cache.read(10);
    MetaBlock after = cache.read(12);
    cache.invalidate(10, 2);
    assertThat(cache.read(9)).isSameAs(before);
    assertThat(cache.read(10)).isNotSameAs(inside);
    assertThat(cache.read(12)).isSameAs(after);
    cache.invalidate(0, Long.MAX_VALUE);
    assertThat(cache.read(9)).isNotSameAs(before);
    assertThat(cache.read(12)).isNotSameAs(after);
  }

  @Test
  void aBlockOutsideTheFileSystemIsCorruption() {
    assertThatThrownBy(() -> cache.read(BLOCKS))
        .isInstanceOf(CorruptionException.class)
        .hasMessage("block reference: pblk=4096, allowed < 4096 (s_blocks_count) [pblk=4096]");
    assertThatThrownBy(() -> cache.read(-1)).isInstanceOf(CorruptionException.class);
  }

  @Test
  void aBlockBehindTheDevicesEndIsCorruptionTooEvenAtHugeNumbers() {
    BufferCache large = new BufferCache(device, 65536, 1L << 48, 0);
    assertThatThrownBy(() -> large.read((1L << 48) - 1))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("allowed < 64 (blocks on the device)");
  }

  @Test
  void aFailedReadIsTriedAgain() throws IOException {
    FaultyDevice faulty = new FaultyDevice(numbered(), FaultPlan.only(0, FaultPlan.Fault.EIO));
    BufferCache over = new BufferCache(faulty, BLOCK, BLOCKS, 0);
    assertThatThrownBy(() -> over.read(3))
        .isInstanceOf(IOException.class)
        .isNotInstanceOf(CorruptionException.class);
    assertThat(over.read(3).bytes().getLong(0)).isEqualTo(3);
  }

  @Test
  void whatIsUsedStaysAndWhatIsNotGoes() throws IOException {
    for (int i = 0; i < 2000; i++) {
      cache.read(1);
      cache.read(100 + i);
    }
    device.reset();
    cache.read(1);
    assertThat(device.reads()).isEmpty();
  }

  @Test
  void theCacheItselfHoldsNoMoreThanItsBound() throws IOException {
    for (int i = 0; i < BLOCKS; i++) {
      cache.read(i);
    }
    assertThat(cache.residentBlocks()).isEqualTo(64);
  }

  @Test
  void aHitAllocatesNothing() throws Exception {
    cache.read(5);
    assertThat(Allocation.bytesPerRun(() -> cache.read(5))).isZero();
  }

  @Test
  void aHeldBlockKeepsItsIdentityHoweverMuchIsReadMeanwhile() throws IOException {
    MetaBlock held = cache.read(5);
    for (int i = 6; i < BLOCKS; i++) {
      cache.read(i);
    }
    assertThat(cache.read(5)).isSameAs(held);
  }

  @Test
  void randomReadsAndInvalidationsAgreeWithAMap() throws IOException {
    long seed = Long.getLong("ext4map.seed", 20160215L);
    SplittableRandom random = new SplittableRandom(seed);
    MemoryBlockDevice below = numbered();
    BufferCache sut = new BufferCache(below, BLOCK, BLOCKS, 16 * BLOCK);
    Map<Long, MetaBlock> held = new HashMap<>();
    Map<Long, Long> stored = new HashMap<>();
    for (int step = 0; step < 200_000; step++) {
      long pblk = random.nextInt(64);
      String as = "seed " + seed + " step " + step + " block " + pblk;
      switch (random.nextInt(8)) {
        case 0 -> {
          long value = random.nextLong();
          write(below, pblk, value);
          stored.put(pblk, value);
          sut.invalidate(pblk, 1);
          held.remove(pblk);
        }
        case 1 -> held.remove(pblk);
        default -> {
          MetaBlock block = sut.read(pblk);
          assertThat(block.bytes().getLong(0)).as(as).isEqualTo(stored.getOrDefault(pblk, pblk));
          MetaBlock before = held.put(pblk, block);
          assertThat(before == null || before == block).as(as).isTrue();
        }
      }
    }
  }

  @Test
  void manyThreadsSeeOneObjectPerBlockAndReadItOnce() throws Exception {
    int threads = 4;
    int span = 512;
    Map<Long, Set<MetaBlock>> seen = new HashMap<>();
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      CyclicBarrier start = new CyclicBarrier(threads);
      List<Callable<List<MetaBlock>>> readers = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        SplittableRandom random = new SplittableRandom(t);
        readers.add(
            () -> {
              start.await();
              List<MetaBlock> all = new ArrayList<>();
              for (int i = 0; i < 20_000; i++) {
                MetaBlock block = cache.read(random.nextInt(span));
                assertThat(block.bytes().getLong(0)).isEqualTo(block.pblk());
                all.add(block);
              }
              return all;
            });
      }
      for (Future<List<MetaBlock>> reader : pool.invokeAll(readers)) {
        for (MetaBlock block : reader.get()) {
          seen.computeIfAbsent(block.pblk(), p -> newIdentitySet()).add(block);
        }
      }
    } finally {
      pool.shutdownNow();
    }
    assertThat(seen.values()).allMatch(blocks -> blocks.size() == 1);
    assertThat(device.reads()).as("one load per block").hasSize(seen.size());
  }

  private static Set<MetaBlock> newIdentitySet() {
    return java.util.Collections.newSetFromMap(new IdentityHashMap<>());
  }
}
