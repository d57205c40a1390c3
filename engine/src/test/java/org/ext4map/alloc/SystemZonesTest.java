package org.ext4map.alloc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.ext4map.buffer.BufferCache;
import org.ext4map.device.MemoryBlockDevice;
import org.ext4map.model.BlockRange;
import org.ext4map.model.CorruptionException;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.GroupDescriptor;
import org.ext4map.testkit.Allocation;
import org.ext4map.testkit.Shapes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Two groups of 8192 blocks of 1 KiB: superblock 1, descriptors 2, bitmaps 3 and 4, inode table
 * 5-20; the same again from 8193 on. 16384 blocks in all.
 */
class SystemZonesTest {
  private static final Geometry TWO = Shapes.of(1024, 16384, Feature.METADATA_CSUM);

  private final MemoryBlockDevice device = new MemoryBlockDevice(16384L * 1024);
  private final ByteBuffer table = ByteBuffer.allocate(1024);

  private GroupTable groups() throws IOException {
    device.write(2 * 1024, table.duplicate());
    return GroupTable.load(TWO, new BufferCache(device, 1024, 16384, 0));
  }

  private GroupDescriptor descriptor(int group) {
    return new GroupDescriptor(TWO, group, table, group * TWO.descSize());
  }

  private SystemZones zones() throws IOException {
    for (int group = 0; group < 2; group++) {
      long first = TWO.firstBlockOf(group);
      descriptor(group).setBlockBitmap(first + 2);
      descriptor(group).setInodeBitmap(first + 3);
      descriptor(group).setInodeTable(first + 4);
      descriptor(group).updateChecksum();
    }
    return SystemZones.load(TWO, groups());
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, false",
    "2, 1, false",
    "20, 1, false",
    "21, 1, true",
    "20, 2, false",
    "21, 8172, true",
    "21, 8173, false",
    "8192, 1, true",
    "8193, 1, false",
    "8212, 1, false",
    "8213, 1, true",
    "16383, 1, true",
    "16383, 2, false",
    "16384, 1, false",
    "0, 1, false",
    "1, 16383, false",
    "9223372036854775807, 1, false",
    "21, 0, false",
    "-1, 1, false"
  })
  void onlyRunsOutsideEveryZoneAreAllowed(long pblk, long count, boolean allowed)
      throws IOException {
    assertThat(zones().allows(pblk, count, 12)).isEqualTo(allowed);
  }

  @Test
  void theJournalsBlocksAreTheJournalsAlone() throws IOException {
    SystemZones zones = zones();
    zones.add(new BlockRange(1000, 24), 8);
    zones.add(new BlockRange(1024, 10), 8);
    assertThat(zones.allows(1000, 34, 8)).isTrue();
    assertThat(zones.allows(1033, 1, 12)).isFalse();
    assertThat(zones.allows(999, 1, 12)).isTrue();
    assertThat(zones.allows(1034, 1, 12)).isTrue();
    assertThat(zones.allows(20, 1, 8)).isFalse();
  }

  @Test
  void everyRunAroundManyZonesIsJudgedByItsBlocks() throws IOException {
    SplittableRandom random = new SplittableRandom(20161123);
    int blocks = 1 << 20; // so that a part has many blocks, and a zone is far shorter
    SystemZones zones = SystemZones.none(Shapes.of(1024, blocks));
    boolean[] taken = new boolean[blocks + 1];
    Arrays.fill(taken, 0, 2, true);
    taken[blocks] = true; // no such block
    List<BlockRange> ranges = new ArrayList<>();
    for (int start = 200; start < blocks - 2000; start += 200 + random.nextInt(20_000)) {
      int length = 1 + random.nextInt(100);
      ranges.add(new BlockRange(start, length));
      Arrays.fill(taken, start, start + length, true);
    }
    zones.add(ranges, 8);
    for (int i = 0; i < 100_000; i++) {
      BlockRange near = ranges.get(random.nextInt(ranges.size()));
      int start = (int) near.start() - 150 + random.nextInt(300);
      int length = 1 + random.nextInt(i % 2 == 0 ? 4 : 5000);
      boolean free =
          IntStream.range(start, start + length).noneMatch(block -> taken[Math.min(block, blocks)]);
      assertThat(zones.allows(start, length, 12)).as("%d+%d", start, length).isEqualTo(free);
    }
  }

  @Test
  void twoOwnersOfOneBlockAreRefusedAndNothingIsAdded() throws IOException {
    SystemZones zones = zones();
    assertThatThrownBy(() -> zones.add(new BlockRange(20, 5), 8))
        .isInstanceOf(CorruptionException.class)
        .hasMessage(
            "system zone: blocks=20-24, allowed blocks that no other structure claims"
                + " [claimed too: 1-20]");
    assertThat(zones.allows(21, 4, 12)).isTrue();
  }

  @Test
  void askingAllocatesNothing() throws Exception {
    SystemZones zones = zones();
    assertThat(Allocation.bytesPerRun(() -> zones.allows(5000, 10, 12))).isZero();
  }

  @Test
  void aDamagedDescriptorIsNamed() throws IOException {
    zones();
    descriptor(1).setFreeClusters(77);
    GroupTable groups = groups();
    assertThat(groups.descriptor(0).blockBitmap()).isEqualTo(3);
    assertThatThrownBy(() -> groups.descriptor(1))
        .isInstanceOf(CorruptionException.class)
        .hasMessageStartingWith("group descriptor: bg_checksum=0x")
        .hasMessageEndingWith("[group=1]");
  }

  @Test
  void aDescriptorThatPointsOutOfItsGroupIsNamed() throws IOException {
    zones();
    descriptor(1).setInodeTable(16384 - 15);
    descriptor(1).updateChecksum();
    assertThatThrownBy(() -> groups().descriptor(1))
        .isInstanceOf(CorruptionException.class)
        .hasMessage("group descriptor: bg_inode_table=16369, allowed 8193 … 16368 [group=1]");
  }

  @Test
  void thereIsNoGroupBehindTheLast() throws IOException {
    GroupTable groups = groups();
    assertThatThrownBy(() -> groups.descriptor(2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("group 2, allowed 0 … 1");
  }
}
