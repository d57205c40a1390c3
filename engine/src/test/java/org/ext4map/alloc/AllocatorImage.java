package org.ext4map.alloc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.UUID;
import org.ext4map.buffer.BufferCache;
import org.ext4map.buffer.MetaBlock;
import org.ext4map.device.BlockDevice;
import org.ext4map.device.MemoryBlockDevice;
import org.ext4map.format.Mkfs;
import org.ext4map.format.MkfsOptions;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.GroupDescriptor;
import org.ext4map.ondisk.Superblock;
import org.ext4map.ondisk.SuperblockEditor;
import org.ext4map.testkit.Programs;

/** An image in memory with allocators over it. */
final class AllocatorImage {
  private static final UUID ID = new UUID(1, 2);

  final BlockDevice device;
  final Superblock superblock;
  final Geometry geometry;
  final MemoryUpdates updates;
  final List<String> reported = new ArrayList<>();
  BufferCache cache;
  GroupTable table;
  SystemZones zones;
  BlockAllocator blocks;
  InodeAllocator inodes;

  private AllocatorImage(BlockDevice device, Superblock superblock) throws IOException {
    this.device = device;
    this.superblock = superblock;
    geometry = new Geometry(superblock);
    updates = new MemoryUpdates(device);
    reopen();
  }

  static MkfsOptions.Builder ext4() {
    return MkfsOptions.ext4(ID, ID, Instant.ofEpochSecond(1_700_000_000))
        .inodeTables(MkfsOptions.InodeTables.ZEROED);
  }

  static AllocatorImage of(long sizeBytes, MkfsOptions.Builder options) throws IOException {
    return of(new MemoryBlockDevice(sizeBytes), options);
  }

  static AllocatorImage of(BlockDevice device, MkfsOptions.Builder options) throws IOException {
    return new AllocatorImage(device, Mkfs.format(device, options.build()));
  }

  /** As after a restart: nothing is remembered. */
  void reopen() throws IOException {
    cache = new BufferCache(device, geometry.blockSize(), geometry.blocksCount(), 64L << 10);
    table = GroupTable.load(geometry, cache);
    zones = SystemZones.load(geometry, table);
    blocks =
        BlockAllocator.open(
            superblock,
            geometry,
            cache,
            table,
            zones,
            (group, why) -> {
              synchronized (reported) {
                reported.add(group + ": " + why.getMessage());
              }
            });
    inodes = new InodeAllocator(blocks);
  }

  /** The bits of all block bitmaps as they stand in memory, block numbers as indexes. */
  BitSet usedBlocks() throws IOException {
    BitSet used = new BitSet();
    for (long group = 0; group < geometry.groupCount(); group++) {
      var bitmap = blocks.space().bitmaps.readBlockBitmap(group);
      blocks.space().locks.lock(group);
      try {
        blocks.space().bitmaps.checkBlockBitmap(group, bitmap);
      } finally {
        blocks.space().locks.unlock(group);
      }
      int first = (int) geometry.firstBlockOf(group);
      for (int bit = 0; bit < geometry.blocksIn(group); bit++) {
        if ((bitmap.bytes().get(bit / 8) >> bit % 8 & 1) == 1) {
          used.set(first + bit);
        }
      }
    }
    return used;
  }

  /**
   * Numbers in descriptors, numbers in memory and bits say the same, and sums are as a commit has
   * them.
   */
  void assertCountsAgree() throws IOException {
    updates.prepare();
    int free = (int) (geometry.blocksCount() - geometry.firstDataBlock());
    free -= usedBlocks().cardinality();
    long inDescriptors = 0;
    for (long group = 0; group < geometry.groupCount(); group++) {
      GroupDescriptor descriptor = table.descriptor(group);
      descriptor.verifyChecksum();
      if (geometry.hasMetadataChecksums() && !descriptor.isBlockBitmapUninit()) {
        MetaBlock bitmap = blocks.space().bitmaps.readBlockBitmap(group);
        assertThat(descriptor.blockBitmapChecksum())
            .as("checksum of bitmap %s", group)
            .isEqualTo(descriptor.computeBlockBitmapChecksum(bitmap.bytes()));
      }
      inDescriptors += descriptor.freeClusters();
    }
    assertThat(inDescriptors).as("free blocks in descriptors").isEqualTo(free);
    assertThat(blocks.freeBlocks()).as("free blocks in memory").isEqualTo(free);
  }

  /** Commits, notes the counts in the superblock, and asks e2fsck. */
  void assertClean(Path directory) throws IOException {
    updates.commit();
    ByteBuffer bytes = ByteBuffer.allocate(Superblock.BYTES);
    device.read(Superblock.OFFSET_BYTES, bytes);
    Superblock primary = new Superblock(bytes, 0);
    new SuperblockEditor(primary)
        .freeBlocksCount(blocks.freeBlocks())
        .freeInodesCount(inodes.freeInodes());
    if (geometry.hasMetadataChecksums()) {
      primary.updateChecksum();
    }
    device.write(Superblock.OFFSET_BYTES, bytes.clear());
    Path copy = directory.resolve("judged");
    try (RandomAccessFile file = new RandomAccessFile(copy.toFile(), "rw")) {
      file.setLength(0);
      ByteBuffer chunk = ByteBuffer.allocate(1 << 20);
      for (long at = 0; at < device.sizeBytes(); at += chunk.capacity()) {
        chunk.clear().limit((int) Math.min(chunk.capacity(), device.sizeBytes() - at));
        device.read(at, chunk);
        file.write(chunk.array(), 0, chunk.limit());
      }
    }
    Programs.assertClean(copy);
  }
}
