package org.ext4map.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.stream.LongStream;
import org.ext4map.model.BlockRange;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.GroupDescriptor;

/**
 * Writes what describes the groups: bitmaps, inode tables, and all copies of the descriptors.
 * Groups pass one after the other, so memory holds one of them. Not thread-safe.
 */
final class GroupWriter {
  /** Descriptors are written in pieces of this size. */
  private static final int CHUNK_BYTES = 1 << 20;

  private final Geometry geometry;
  private final MkfsOptions options;
  private final TableLayout tables;
  private final SpaceMap space;
  private final FirstFiles files;
  private final BlockWriter writer;
  private long freeBlocks;

  GroupWriter(
      Geometry geometry,
      MkfsOptions options,
      TableLayout tables,
      SpaceMap space,
      FirstFiles files,
      BlockWriter writer) {
    this.geometry = geometry;
    this.options = options;
    this.tables = tables;
    this.space = space;
    this.files = files;
    this.writer = writer;
  }

  /** The groups with a superblock, group 0 first. */
  static LongStream superblockGroups(Geometry geometry) {
    return LongStream.range(0, geometry.groupCount()).filter(geometry::hasSuper);
  }

  /** Free blocks of all groups together; known after {@link #write}. */
  long freeBlocks() {
    return freeBlocks;
  }

  /** Writes everything; all files must have their blocks. */
  void write() throws IOException {
    long[] copies =
        superblockGroups(geometry).map(group -> geometry.firstBlockOf(group) + 1).toArray();
    long all = geometry.descBlockCount();
    int step = Math.max(1, CHUNK_BYTES / geometry.blockSize());
    for (long index = 0; index < all; index += step) {
      ByteBuffer descriptors = descriptors(index, (int) Math.min(step, all - index));
      for (long copy : copies) {
        writer.write(copy + index, descriptors);
      }
    }
  }

  /** Writes the groups whose descriptors stand in {@code count} blocks; those blocks. */
  private ByteBuffer descriptors(long index, int count) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(count * geometry.blockSize());
    long first = index * geometry.descsPerBlock();
    long groups = Math.min((long) count * geometry.descsPerBlock(), geometry.groupCount() - first);
    for (int i = 0; i < groups; i++) {
      writeGroup(new GroupDescriptor(geometry, first + i, bytes, i * geometry.descSize()));
    }
    return bytes;
  }

  private void writeGroup(GroupDescriptor descriptor) throws IOException {
    long group = descriptor.group();
    TableLayout.FlexGroup flex = tables.flexOf(group);
    descriptor.setBlockBitmap(flex.blockBitmap(group));
    descriptor.setInodeBitmap(flex.inodeBitmap(group));
    descriptor.setInodeTable(flex.inodeTable(group));
    writeBlockBitmap(descriptor);
    writeInodeBitmap(descriptor);
    writeInodeTable(descriptor);
    descriptor.setUsedDirs(files.directoriesIn(group));
    descriptor.updateChecksum();
  }

  private void writeBlockBitmap(GroupDescriptor descriptor) throws IOException {
    long group = descriptor.group();
    long first = geometry.firstBlockOf(group);
    BitSet bits = new BitSet();
    for (BlockRange range : space.usedIn(group)) {
      bits.set((int) (range.start() - first), (int) (range.end() - first));
    }
    int free = (int) geometry.blocksIn(group) - bits.cardinality();
    freeBlocks += free;
    descriptor.setFreeClusters(free);
    boolean uninit =
        geometry.features().hasGroupChecksums()
            && group != 0
            && group != geometry.groupCount() - 1
            && bits.cardinality() == space.ownMetadataIn(group);
    if (uninit) {
      descriptor.setFlags(descriptor.flags() | GroupDescriptor.BLOCK_UNINIT);
      return;
    }
    ByteBuffer bitmap = bitmap(bits, (int) geometry.blocksIn(group));
    writer.write(descriptor.blockBitmap(), bitmap);
    descriptor.updateBlockBitmapChecksum(bitmap);
  }

  private void writeInodeBitmap(GroupDescriptor descriptor) throws IOException {
    int used = inodesUsedIn(descriptor.group());
    int all = (int) geometry.inodesPerGroup();
    descriptor.setFreeInodes(all - used);
    if (geometry.features().hasGroupChecksums()) {
      descriptor.setItableUnused(all - used);
      if (used == 0) {
        descriptor.setFlags(descriptor.flags() | GroupDescriptor.INODE_UNINIT);
        return;
      }
    }
    BitSet bits = new BitSet();
    bits.set(0, used);
    ByteBuffer bitmap = bitmap(bits, all);
    writer.write(descriptor.inodeBitmap(), bitmap);
    descriptor.updateInodeBitmapChecksum(bitmap);
  }

  /** The first {@code valid} bits as given, the padding up to the end of the block all ones. */
  private ByteBuffer bitmap(BitSet bits, int valid) {
    bits.set(valid, 8 * geometry.blockSize());
    ByteBuffer block = writer.newBlock();
    block.put(0, bits.toByteArray());
    return block;
  }

  private int inodesUsedIn(long group) {
    long before = group * geometry.inodesPerGroup();
    return (int) Math.max(0, Math.min(files.inodesInUse() - before, geometry.inodesPerGroup()));
  }

  private void writeInodeTable(GroupDescriptor descriptor) throws IOException {
    int used = inodesUsedIn(descriptor.group());
    int size = geometry.inodeSize();
    int usedBlocks = (used * size + geometry.blockSize() - 1) / geometry.blockSize();
    if (used > 0) {
      ByteBuffer slots = ByteBuffer.allocate(usedBlocks * geometry.blockSize());
      int from = (int) (descriptor.group() * geometry.inodesPerGroup()) * size;
      slots.put(0, files.inodes(), from, used * size);
      writer.write(descriptor.inodeTable(), slots);
    }
    boolean checksums = geometry.features().hasGroupChecksums();
    if (checksums && options.inodeTables() == MkfsOptions.InodeTables.LAZY) {
      return;
    }
    long rest = geometry.inodeTableBlocks() - usedBlocks;
    if (rest > 0) {
      writer.zero(new BlockRange(descriptor.inodeTable() + usedBlocks, rest));
    }
    if (checksums) {
      descriptor.setFlags(descriptor.flags() | GroupDescriptor.INODE_ZEROED);
    }
  }
}
