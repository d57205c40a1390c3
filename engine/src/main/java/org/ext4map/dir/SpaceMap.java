package org.ext4map.dir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;
import org.ext4map.buffer.MetaBlock;
import org.ext4map.inode.Volume;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.NoSpaceException;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.GroupDescriptor;
import org.ext4map.ondisk.Superblock;
import org.ext4map.ondisk.SuperblockEditor;

/**
 * The bitmaps of the groups that the replay touches, held in memory until {@link #store}. Linux
 * ext4_mb_mark_bb, ext4_mark_inode_used, ext4_mb_new_blocks_simple.
 */
final class SpaceMap {
  private static final String NAME = "bitmap";

  private final Volume volume;
  private final Geometry geometry;
  private final Map<Long, Bitmap> blockBitmaps = new TreeMap<>();
  private final Map<Long, Bitmap> inodeBitmaps = new TreeMap<>();

  /** Blocks that later steps map and that must not be given away meanwhile. */
  private final ExtentRuns promised;

  /** One bitmap of one group; {@code change} counts how many more bits are clear than before. */
  private static final class Bitmap {
    private final ByteBuffer bytes;
    private int change;

    Bitmap(ByteBuffer bytes) {
      this.bytes = bytes;
    }

    boolean isSet(int bit) {
      return (bytes.get(bit >>> 3) & (1 << (bit & 7))) != 0;
    }

    /** Sets or clears a bit; answers whether that changed it. */
    boolean put(int bit, boolean used) {
      if (isSet(bit) == used) {
        return false;
      }
      bytes.put(bit >>> 3, (byte) (bytes.get(bit >>> 3) ^ (1 << (bit & 7))));
      change += used ? -1 : 1;
      return true;
    }
  }

  /**
   * The bitmaps of {@code volume}.
   *
   * @param promised ranges by physical block that are never allocated
   */
  SpaceMap(Volume volume, ExtentRuns promised) {
    this.volume = volume;
    this.geometry = volume.geometry();
    this.promised = promised;
  }

  /** Marks the clusters of {@code [pblk, pblk + count)} as used or free; they are in the fs. */
  void mark(long pblk, long count, boolean used) throws IOException {
    long ratio = geometry.clusterRatio();
    long start = pblk - (pblk - geometry.firstDataBlock()) % ratio;
    for (long block = start; block < pblk + count; block += ratio) {
      long group = geometry.groupOf(block);
      int bit = (int) ((block - geometry.firstBlockOf(group)) / ratio);
      blockBitmap(group).put(bit, used);
    }
  }

  /**
   * A free block, from now on used; with bigalloc the first of a cluster of its own.
   *
   * @param goalGroup where the search begins
   */
  long allocate(long goalGroup) throws IOException {
    for (long i = 0; i < geometry.groupCount(); i++) {
      long group = (goalGroup + i) % geometry.groupCount();
      if (blockBitmaps.containsKey(group) || volume.groups().descriptor(group).freeClusters() > 0) {
        long pblk = firstFree(group);
        if (pblk != 0) {
          mark(pblk, 1, true);
          return pblk;
        }
      }
    }
    throw new NoSpaceException("no free block for the replay of fast commits");
  }

  private long firstFree(long group) throws IOException {
    Bitmap bitmap = blockBitmap(group);
    for (int bit = 0; bit < geometry.clustersIn(group); bit++) {
      long pblk = geometry.firstBlockOf(group) + (long) bit * geometry.clusterRatio();
      if (!bitmap.isSet(bit) && !isPromised(pblk) && volume.zones().allows(pblk, 1, 0)) {
        return pblk;
      }
    }
    return 0;
  }

  private boolean isPromised(long pblk) {
    for (int i = 0; i < geometry.clusterRatio(); i++) {
      if (promised.pblkOf(pblk + i) != 0) {
        return true;
      }
    }
    return false;
  }

  private Bitmap blockBitmap(long group) throws IOException {
    Bitmap known = blockBitmaps.get(group);
    if (known != null) {
      return known;
    }
    GroupDescriptor descriptor = volume.groups().descriptor(group);
    ByteBuffer bytes;
    if (descriptor.isBlockBitmapUninit()) {
      bytes = madeUp(group, descriptor);
    } else {
      bytes = copyOf(descriptor.blockBitmap());
      int computed = descriptor.computeBlockBitmapChecksum(bytes);
      verify("block " + NAME, group, descriptor.blockBitmapChecksum(), computed);
    }
    Bitmap bitmap = new Bitmap(bytes);
    blockBitmaps.put(group, bitmap);
    return bitmap;
  }

  private ByteBuffer copyOf(long pblk) throws IOException {
    ByteBuffer copy = ByteBuffer.allocate(geometry.blockSize());
    volume.device().read(pblk * geometry.blockSize(), copy);
    return copy.clear();
  }

  private void verify(String what, long group, int found, int computed) throws CorruptionException {
    if (geometry.hasMetadataChecksums() && found != computed) {
      throw CorruptionException.checksum(what, "bg_bitmap_csum", found, computed, "group=" + group);
    }
  }

  /** The bitmap of a group that never had one: ext4_init_block_bitmap. */
  private ByteBuffer madeUp(long group, GroupDescriptor descriptor) {
    Bitmap bitmap = new Bitmap(ByteBuffer.allocate(geometry.blockSize()));
    long first = geometry.firstBlockOf(group);
    setInGroup(bitmap, group, first, geometry.baseMetaBlocks(group));
    setInGroup(bitmap, group, descriptor.blockBitmap(), 1);
    setInGroup(bitmap, group, descriptor.inodeBitmap(), 1);
    setInGroup(bitmap, group, descriptor.inodeTable(), geometry.inodeTableBlocks());
    for (int bit = (int) geometry.clustersIn(group); bit < 8 * geometry.blockSize(); bit++) {
      bitmap.put(bit, true);
    }
    return bitmap.bytes;
  }

  private void setInGroup(Bitmap bitmap, long group, long pblk, long count) {
    long first = geometry.firstBlockOf(group);
    for (long block = pblk; block < pblk + count; block++) {
      if (block >= first && block < first + geometry.blocksIn(group)) {
        bitmap.put((int) ((block - first) / geometry.clusterRatio()), true);
      }
    }
  }

  /** Marks an inode as used or free. */
  void markInode(long ino, boolean used, boolean isDirectory) throws IOException {
    long group = geometry.groupOfInode(ino);
    int index = (int) geometry.indexInGroup(ino);
    GroupDescriptor descriptor = volume.groups().descriptor(group);
    if (!inodeBitmap(group, descriptor).put(index, used)) {
      return;
    }
    if (isDirectory) {
      descriptor.setUsedDirs(Math.max(0, descriptor.usedDirs() + (used ? 1 : -1)));
    }
    if (used && geometry.features().hasGroupChecksums()) {
      int unusedAfter = (int) geometry.inodesPerGroup() - index - 1;
      descriptor.setItableUnused(Math.min(descriptor.itableUnused(), unusedAfter));
    }
    storeDescriptor(descriptor);
  }

  private Bitmap inodeBitmap(long group, GroupDescriptor descriptor) throws IOException {
    Bitmap known = inodeBitmaps.get(group);
    if (known != null) {
      return known;
    }
    Bitmap bitmap;
    if (descriptor.isInodeTableUninit()) {
      bitmap = new Bitmap(ByteBuffer.allocate(geometry.blockSize()));
      for (int bit = (int) geometry.inodesPerGroup(); bit < 8 * geometry.blockSize(); bit++) {
        bitmap.put(bit, true);
      }
      bitmap.change = 0;
    } else {
      bitmap = new Bitmap(copyOf(descriptor.inodeBitmap()));
      int computed = descriptor.computeInodeBitmapChecksum(bitmap.bytes);
      verify("inode " + NAME, group, descriptor.inodeBitmapChecksum(), computed);
    }
    inodeBitmaps.put(group, bitmap);
    return bitmap;
  }

  /** Writes bitmaps, descriptors and the superblock's counters. */
  void store() throws IOException {
    for (Map.Entry<Long, Bitmap> entry : blockBitmaps.entrySet()) {
      GroupDescriptor descriptor = volume.groups().descriptor(entry.getKey());
      Bitmap bitmap = entry.getValue();
      write(descriptor.blockBitmap(), bitmap.bytes);
      descriptor.setFreeClusters(Math.max(0, descriptor.freeClusters() + bitmap.change));
      descriptor.setFlags(descriptor.flags() & ~GroupDescriptor.BLOCK_UNINIT);
      descriptor.updateBlockBitmapChecksum(bitmap.bytes);
      storeDescriptor(descriptor);
    }
    for (Map.Entry<Long, Bitmap> entry : inodeBitmaps.entrySet()) {
      GroupDescriptor descriptor = volume.groups().descriptor(entry.getKey());
      Bitmap bitmap = entry.getValue();
      write(descriptor.inodeBitmap(), bitmap.bytes);
      descriptor.setFreeInodes(Math.max(0, descriptor.freeInodes() + bitmap.change));
      descriptor.setFlags(descriptor.flags() & ~GroupDescriptor.INODE_UNINIT);
      descriptor.updateInodeBitmapChecksum(bitmap.bytes);
      storeDescriptor(descriptor);
    }
    storeCounters();
  }

  private void storeDescriptor(GroupDescriptor descriptor) throws IOException {
    descriptor.updateChecksum();
    long index = descriptor.group() / geometry.descsPerBlock();
    MetaBlock block = volume.buffers().read(geometry.descBlock(index));
    write(block.pblk(), block.bytes());
  }

  /** The superblock's own counters are advice; after a crash they are the sum of the groups'. */
  private void storeCounters() throws IOException {
    long freeClusters = 0;
    long freeInodes = 0;
    for (long group = 0; group < geometry.groupCount(); group++) {
      GroupDescriptor descriptor = volume.groups().descriptor(group);
      freeClusters += descriptor.freeClusters();
      freeInodes += descriptor.freeInodes();
    }
    ByteBuffer bytes = ByteBuffer.allocate(Superblock.BYTES);
    volume.device().read(Superblock.OFFSET_BYTES, bytes);
    Superblock superblock = new Superblock(bytes.clear(), 0);
    new SuperblockEditor(superblock)
        .freeBlocksCount(Math.min(freeClusters * geometry.clusterRatio(), geometry.blocksCount()))
        .freeInodesCount(Math.min(freeInodes, geometry.inodesCount()));
    superblock.seal();
    volume.device().write(Superblock.OFFSET_BYTES, bytes.clear());
  }

  private void write(long pblk, ByteBuffer block) throws IOException {
    volume.device().write(pblk * geometry.blockSize(), block.duplicate().clear());
  }
}
