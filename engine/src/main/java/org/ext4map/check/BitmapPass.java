package org.ext4map.check;

import static org.ext4map.ondisk.LittleEndian.i64;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.GroupDescriptor;
import org.jspecify.annotations.Nullable;

/** Holds the bitmaps and counts of every group against what the walk over all inodes found. */
final class BitmapPass {
  /** Words of a bitmap that are compared at once. */
  private static final int STRIDE = 8;

  private final Docket docket;
  private final Geometry geometry;
  private final Findings findings;
  private final FixedBlocks fixed;
  private final boolean checksums;
  private @Nullable Bits structuresOfUninit;
  private long freeClusters;
  private long freeInodes;
  private long toldFreeClusters;
  private long toldFreeInodes;
  private boolean blockPaddingTold;
  private boolean inodePaddingTold;

  BitmapPass(Docket docket) {
    this.docket = docket;
    this.geometry = docket.geometry();
    this.findings = docket.findings();
    this.fixed = new FixedBlocks(geometry);
    this.checksums = geometry.hasMetadataChecksums();
  }

  void run() throws IOException {
    for (long group = 0; group < geometry.groupCount(); group++) {
      docket.step(Pass.BITMAPS, group, geometry.groupCount());
      judgeBlocks(group);
      judgeInodes(group);
    }
    judgeSums();
    docket.step(Pass.BITMAPS, geometry.groupCount(), geometry.groupCount());
  }

  /**
   * Judges the sums that the superblock keeps; if the descriptors are those of a backup, its sums
   * are theirs.
   */
  private void judgeSums() {
    int ratio = geometry.clusterRatio();
    boolean backup = docket.groups().isBackup();
    long blocks = backup ? toldFreeClusters * ratio : docket.superblock().freeBlocksCount();
    long inodes = backup ? toldFreeInodes : docket.superblock().freeInodesCount();
    if (freeClusters * ratio != blocks) {
      findings.add(
          Problem.COUNTS_TOTAL_FREE_BLOCKS,
          "s_free_blocks_count=" + blocks + ", allowed " + freeClusters * ratio);
    }
    if (freeInodes != inodes) {
      findings.add(
          Problem.COUNTS_TOTAL_FREE_INODES,
          "s_free_inodes_count=" + inodes + ", allowed " + freeInodes);
    }
  }

  private void judgeBlocks(long group) throws IOException {
    GroupDescriptor descriptor = docket.groups().get(group);
    boolean uninit = docket.groups().isBlockUninit(group);
    ByteBuffer bitmap = uninit ? madeUp(group) : docket.image().read(descriptor.blockBitmap());
    if (bitmap == null) {
      unreadable(group, descriptor.blockBitmap());
      return;
    }
    int clusters = (int) geometry.clustersIn(group);
    if (!uninit) {
      if (checksums
          && !descriptor.isBlockBitmapUninit()
          && descriptor.blockBitmapChecksum() != descriptor.computeBlockBitmapChecksum(bitmap)) {
        findings.addAt(Problem.BITMAP_BLOCK_CHECKSUM, descriptor.blockBitmap(), "group " + group);
      }
      if (!blockPaddingTold && !isPadded(bitmap, clusters)) {
        blockPaddingTold = true;
        findings.addAt(Problem.BITMAP_BLOCK_PADDING, descriptor.blockBitmap(), "group " + group);
      }
    }
    if (!uninit && saysUninit(descriptor)) {
      add(madeUp(group), bitmap);
    }
    long first = group * geometry.clustersPerGroup();
    int found = sameFrom(docket.claims().claimed(), first, bitmap, clusters);
    if (found < 0) {
      found =
          compare(
              docket.claims().claimed(),
              first,
              bitmap,
              clusters,
              (from, to, inUse) -> tellBlocks(group, uninit, first + from, first + to, inUse));
    }
    int free = clusters - found;
    freeClusters += free;
    toldFreeClusters += Integer.toUnsignedLong(descriptor.freeClusters());
    if (descriptor.freeClusters() != free) {
      findings.add(
          Problem.COUNTS_GROUP_FREE_BLOCKS,
          "group "
              + group
              + ": bg_free_blocks_count="
              + descriptor.freeClusters()
              + ", allowed "
              + free);
    }
  }

  private void tellBlocks(long group, boolean uninit, long from, long to, boolean inUse) {
    long firstBlock = docket.claims().blockOf(from);
    String range = firstBlock + "-" + (docket.claims().blockOf(to) - 1);
    if (inUse && uninit) {
      findings.addAt(Problem.GDT_BLOCK_UNINIT_GROUP_IN_USE, firstBlock, "group " + group);
    }
    findings.addAt(
        inUse ? Problem.BITMAP_BLOCK_IN_USE_MARKED_FREE : Problem.BITMAP_BLOCK_LEAKED,
        firstBlock,
        range);
  }

  /**
   * The bitmap of a group that has none: its own metadata in use, the rest free. What it holds for
   * other groups that have none is no fault for e2fsck, but the kernel would give it away.
   */
  private ByteBuffer madeUp(long group) {
    ByteBuffer bitmap = ByteBuffer.allocate(geometry.blockSize());
    GroupDescriptor descriptor = docket.groups().get(group);
    Mark mark = new Mark(group, bitmap);
    fixed.baseOf(group, mark);
    mark.run(descriptor.blockBitmap(), 1);
    mark.run(descriptor.inodeBitmap(), 1);
    mark.run(descriptor.inodeTable(), geometry.inodeTableBlocks());
    long start = geometry.firstBlockOf(group);
    long end = start + geometry.blocksIn(group);
    Bits all = ofUninitGroups();
    boolean holdsOthers = false;
    for (long pblk = all.nextSet(start, end); pblk < end; pblk = all.nextSet(pblk + 1, end)) {
      holdsOthers |= !isSet(bitmap, (int) ((pblk - start) / geometry.clusterRatio()));
      mark.run(pblk, 1);
    }
    if (holdsOthers) {
      findings.add(Problem.GDT_UNINIT_GROUP_HOLDS_OTHERS, "group " + group);
    }
    return bitmap;
  }

  /** True if the flag is set, whether it is to be believed or not. */
  private static boolean saysUninit(GroupDescriptor descriptor) {
    return (descriptor.flags() & GroupDescriptor.BLOCK_UNINIT) != 0;
  }

  /** Sets the bits of {@code more} in {@code bitmap}, too. */
  private static void add(ByteBuffer more, ByteBuffer bitmap) {
    for (int at = 0; at < bitmap.capacity(); at++) {
      bitmap.put(at, (byte) (bitmap.get(at) | more.get(at)));
    }
  }

  /**
   * Where the groups keep their structures that say they have no block bitmaps, even if a wrong
   * checksum lets nobody believe them.
   */
  private Bits ofUninitGroups() {
    Bits blocks = structuresOfUninit;
    if (blocks == null) {
      blocks = new Bits(geometry.blocksCount());
      for (long group = 0; group < geometry.groupCount(); group++) {
        GroupDescriptor descriptor = docket.groups().get(group);
        if (saysUninit(descriptor) && fixed.isInPlace(descriptor)) {
          blocks.set(descriptor.blockBitmap());
          blocks.set(descriptor.inodeBitmap());
          long table = descriptor.inodeTable();
          blocks.setAll(table, table + geometry.inodeTableBlocks());
        }
      }
      structuresOfUninit = blocks;
    }
    return blocks;
  }

  /** Marks those blocks it hears of that lie in its group. */
  private final class Mark implements FixedBlocks.Visitor {
    private final long start;
    private final long end;
    private final ByteBuffer bitmap;

    Mark(long group, ByteBuffer bitmap) {
      this.start = geometry.firstBlockOf(group);
      this.end = start + geometry.blocksIn(group);
      this.bitmap = bitmap;
    }

    @Override
    public void run(long pblk, long count) {
      for (long block = Math.max(pblk, start); block < Math.min(pblk + count, end); block++) {
        int bit = (int) ((block - start) / geometry.clusterRatio());
        bitmap.put(bit >> 3, (byte) (bitmap.get(bit >> 3) | (1 << (bit & 7))));
      }
    }
  }

  private void judgeInodes(long group) throws IOException {
    GroupDescriptor descriptor = docket.groups().get(group);
    boolean uninit = docket.groups().isInodeUninit(group);
    ByteBuffer bitmap =
        uninit
            ? ByteBuffer.allocate(geometry.blockSize())
            : docket.image().read(descriptor.inodeBitmap());
    if (bitmap == null) {
      unreadable(group, descriptor.inodeBitmap());
      return;
    }
    int count = (int) geometry.inodesPerGroup();
    if (!uninit) {
      if (checksums
          && !descriptor.isInodeTableUninit()
          && descriptor.inodeBitmapChecksum() != descriptor.computeInodeBitmapChecksum(bitmap)) {
        findings.addAt(Problem.BITMAP_INODE_CHECKSUM, descriptor.inodeBitmap(), "group " + group);
      }
      if (!inodePaddingTold && !isPadded(bitmap, count)) {
        inodePaddingTold = true;
        findings.addAt(Problem.BITMAP_INODE_PADDING, descriptor.inodeBitmap(), "group " + group);
      }
    }
    long first = group * geometry.inodesPerGroup() + 1;
    int used = sameFrom(docket.census().used(), first, bitmap, count);
    if (used < 0) {
      used =
          compare(
              docket.census().used(),
              first,
              bitmap,
              count,
              (from, to, inUse) -> tellInodes(group, uninit, first + from, first + to, inUse));
    }
    freeInodes += count - used;
    toldFreeInodes += Integer.toUnsignedLong(descriptor.freeInodes());
    if (descriptor.freeInodes() != count - used) {
      findings.add(
          Problem.COUNTS_GROUP_FREE_INODES,
          "group "
              + group
              + ": bg_free_inodes_count="
              + descriptor.freeInodes()
              + ", allowed "
              + (count - used));
    }
    judgeDirectories(descriptor, bitmap, first, count);
  }

  private void judgeDirectories(
      GroupDescriptor descriptor, ByteBuffer bitmap, long first, int count) {
    int directories = 0;
    Bits found = docket.census().directories();
    for (long ino = found.nextSet(first, first + count);
        ino < first + count;
        ino = found.nextSet(ino + 1, first + count)) {
      if (isSet(bitmap, (int) (ino - first))) {
        directories++;
      }
    }
    if (descriptor.usedDirs() != directories) {
      findings.add(
          Problem.COUNTS_GROUP_DIRECTORIES,
          "group "
              + descriptor.group()
              + ": bg_used_dirs_count="
              + descriptor.usedDirs()
              + ", allowed "
              + directories);
    }
  }

  private void tellInodes(long group, boolean uninit, long from, long to, boolean inUse) {
    if (inUse && uninit) {
      findings.add(Problem.GDT_INODE_UNINIT_GROUP_IN_USE, "group " + group);
    }
    findings.add(
        inUse ? Problem.BITMAP_INODE_IN_USE_MARKED_FREE : Problem.BITMAP_INODE_LEAKED,
        "inodes " + from + "-" + (to - 1));
  }

  private void unreadable(long group, long pblk) {
    findings.addAt(Problem.BITMAP_UNREADABLE, pblk, "group " + group);
  }

  private interface DifferenceListener {
    void differ(int from, int to, boolean inUse);
  }

  /**
   * Tells the runs in which {@code found} from {@code first} differs from {@code bitmap}; answers
   * how many bits of the bitmap are set.
   */
  private static int compare(
      Bits found, long first, ByteBuffer bitmap, int count, DifferenceListener listener) {
    int set = 0;
    int from = -1;
    boolean kind = false;
    for (int bit = 0; bit < count; bit++) {
      boolean marked = isSet(bitmap, bit);
      boolean inUse = found.get(first + bit);
      set += marked ? 1 : 0;
      if (from >= 0 && (marked == inUse || inUse != kind)) {
        listener.differ(from, bit, kind);
        from = -1;
      }
      if (marked != inUse && from < 0) {
        from = bit;
        kind = inUse;
      }
    }
    if (from >= 0) {
      listener.differ(from, count, kind);
    }
    return set;
  }

  /** How many bits are set, if {@code found} and {@code bitmap} are the same; else -1. */
  private static int sameFrom(Bits found, long first, ByteBuffer bitmap, int count) {
    int set = 0;
    int bit = 0;
    while (bit + Long.SIZE <= count) {
      int words = Math.min(STRIDE, (count - bit) / Long.SIZE);
      int setHere = sameWordsFrom(found, first + bit, bitmap, bit >> 3, words);
      if (setHere < 0) {
        return -1;
      }
      set += setHere;
      bit += words * Long.SIZE;
    }
    while (bit < count) {
      boolean marked = isSet(bitmap, bit);
      if (marked != found.get(first + bit)) {
        return -1;
      }
      set += marked ? 1 : 0;
      bit++;
    }
    return set;
  }

  /** The same for whole words: short, so that it is soon compiled. */
  private static int sameWordsFrom(Bits found, long first, ByteBuffer bitmap, int at, int words) {
    int set = 0;
    for (int i = 0; i < words; i++) {
      long word = i64(bitmap, at + i * Long.BYTES);
      if (word != found.wordFrom(first + (long) i * Long.SIZE)) {
        return -1;
      }
      set += Long.bitCount(word);
    }
    return set;
  }

  private static boolean isSet(ByteBuffer bitmap, int bit) {
    return (bitmap.get(bit >> 3) >> (bit & 7) & 1) != 0;
  }

  private static boolean isPadded(ByteBuffer bitmap, int used) {
    int bit = used;
    while (bit < Byte.SIZE * bitmap.capacity()) {
      boolean wholeWord = bit % Long.SIZE == 0;
      if (wholeWord ? i64(bitmap, bit >> 3) != -1 : !isSet(bitmap, bit)) {
        return false;
      }
      bit += wholeWord ? Long.SIZE : 1;
    }
    return true;
  }
}
