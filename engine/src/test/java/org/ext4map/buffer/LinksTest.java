package org.ext4map.buffer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import org.ext4map.device.MemoryBlockDevice;
import org.ext4map.testkit.Allocation;
import org.ext4map.testkit.CountingDevice;
import org.junit.jupiter.api.Test;

/** The short way from an entry of a node to the block that it points to. */
class LinksTest {
  private static final int BLOCK = 1024;
  private static final int BLOCKS = 64;
  private static final int FEW = 16;

  private final MemoryBlockDevice memory = new MemoryBlockDevice(BLOCKS * BLOCK);
  private final CountingDevice device = new CountingDevice(memory);
  private final BufferCache cache = new BufferCache(device, BLOCK, BLOCKS, FEW * BLOCK);
  private final Links links = new Links(4);

  private void store(long pblk, long value) throws IOException {
    memory.write(pblk * BLOCK, ByteBuffer.allocate(Long.BYTES).putLong(0, value));
  }

  private void readAllBut(long pblk) throws IOException {
    for (int other = 0; other < BLOCKS; other++) {
      if (other != pblk) {
        cache.read(other);
        cache.read(other); // a second chance for none
      }
    }
  }

  @Test
  void anEntryLeadsToTheBlockThatItPointsTo() throws IOException {
    MetaBlock block = cache.read(7, links, 2);
    assertThat(cache.read(7)).isSameAs(block);
    assertThat(links.at(2)).isSameAs(block);
    assertThat(cache.read(7, links, 2)).isSameAs(block);
    assertThat(device.reads()).hasSize(1);
  }

  @Test
  void anEntryThatPointsElsewhereNowLeadsThere() throws IOException {
    cache.read(7, links, 2);
    assertThat(cache.read(8, links, 2)).isSameAs(cache.read(8));
    assertThat(links.at(2)).isSameAs(cache.read(8));
  }

  @Test
  void aBlockHasOneShortWay() throws IOException {
    MetaBlock block = cache.read(7, links, 2);
    assertThat(cache.read(7, links, 3)).isSameAs(block);
    assertThat(links.at(2)).isNull();
    assertThat(links.at(3)).isSameAs(block);
  }

  @Test
  void aBlockThatTheCacheHasDroppedHasNoShortWay() throws IOException {
    cache.read(7, links, 2);
    readAllBut(7);
    assertThat(links.at(2)).as("kept in memory").isNull();
    assertThat(cache.read(7, links, 2)).isSameAs(cache.read(7));
    assertThat(links.at(2)).isNotNull();
  }

  @Test
  void whatAnotherBlockHasTakenOverStaysItsOwn() throws IOException {
    MetaBlock first = cache.read(7, links, 2);
    MetaBlock second = cache.read(8, links, 2);
    first.unlink();
    assertThat(links.at(2)).isSameAs(second);
  }

  @Test
  void anInvalidatedBlockIsReadAgain() throws IOException {
    MetaBlock orphan = cache.read(7, links, 2);
    store(7, 77);
    cache.invalidate(7, 1);
    MetaBlock block = cache.read(7, links, 2);
    assertThat(block).isNotSameAs(orphan);
    assertThat(block.bytes().getLong(0)).isEqualTo(77);
  }

  @Test
  void anEntryBehindTheLastTakesTheLongWay() throws IOException {
    MetaBlock block = cache.read(7, links, 4);
    assertThat(cache.read(7, links, 4)).isSameAs(block);
    assertThat(links.at(4)).isNull();
  }

  @Test
  void aBlockWithANewOwnerLeadsNowhere() throws IOException {
    MetaBlock node = cache.read(3);
    cache.read(7, node.links(4), 2);
    assertThat(cache.blank(3).links(4).at(2)).isNull();
  }

  @Test
  void theShortWayAllocatesNothing() throws Exception {
    cache.read(7, links, 2);
    assertThat(Allocation.bytesPerRun(() -> cache.read(7, links, 2))).isZero();
  }

  @Test
  void randomWaysLeadWhereTheLongWayDoesAndKeepNothing() throws IOException {
    long seed = Long.getLong("ext4map.seed", 20161123L);
    SplittableRandom random = new SplittableRandom(seed);
    long[] stored = new long[BLOCKS];
    for (int step = 0; step < 200_000; step++) {
      int pblk = random.nextInt(BLOCKS);
      int entry = random.nextInt(4);
      String as = "seed " + seed + " step " + step + " block " + pblk;
      switch (random.nextInt(16)) {
        case 0 -> {
          stored[pblk] = random.nextLong();
          store(pblk, stored[pblk]);
          cache.invalidate(pblk, 1);
        }
        case 1, 2, 3 -> cache.read(pblk);
        default -> {
          MetaBlock block = cache.read(pblk % 8, links, entry);
          assertThat(block).as(as).isSameAs(cache.read(pblk % 8));
          assertThat(block.bytes().getLong(0)).as(as).isEqualTo(stored[pblk % 8]);
        }
      }
      for (int i = 0; i < 4; i++) {
        MetaBlock linked = links.at(i);
        assertThat(linked == null || linked.isResident()).as(as + " keeps none").isTrue();
        assertThat(linked == null || cache.read(linked.pblk()) == linked).as(as).isTrue();
      }
    }
  }
}
