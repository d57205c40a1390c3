package org.ext4map.ondisk;

import org.ext4map.model.CorruptionException;

/**
 * The shape of a file system, taken from a superblock whose fields fit together: sizes, counts, and
 * where superblock copies and descriptors live. Immutable.
 *
 * <p>Units: as named; {@code block} is a file-system block, {@code cluster} an allocation unit
 * (equal unless bigalloc). Rules: Linux fs/ext4/super.c, balloc.c (v6.1).
 */
public final class Geometry {
  private static final String NAME = "superblock";
  private static final int MIN_LOG_BLOCK = 10;
  private static final int OLD_INODE_BYTES = 128;
  private static final int OLD_DESC_BYTES = 32;
  private static final int FIRST_IDENTITY_INO = 11;
  private static final long MAX_LBLKS = 0xFFFFFFFFL;

  private final FeatureSet features;
  private final int blockSize;
  private final int clusterRatio;
  private final long blocksCount;
  private final long firstDataBlock;
  private final long blocksPerGroup;
  private final long clustersPerGroup;
  private final long inodesPerGroup;
  private final long inodesCount;
  private final int inodeSize;
  private final int descSize;
  private final long groupCount;
  private final long firstMetaBg;
  private final int reservedGdtBlocks;
  private final long[] backupGroups;
  private final long firstIno;
  private final int checksumSeed;
  private final int groupCrc16Seed;
  private final boolean inodeChecksums;

  /**
   * Checks the fields of {@code sb} against each other, as the kernel does at mount.
   *
   * @throws CorruptionException naming the first field that fits no valid file system
   */
  public Geometry(Superblock sb) throws CorruptionException {
    features = sb.features();
    requireAtMost("s_log_block_size", sb.logBlockSize(), 6);
    blockSize = 1 << (MIN_LOG_BLOCK + (int) sb.logBlockSize());
    clusterRatio = clusterRatio(sb);
    blocksPerGroup = sb.blocksPerGroup();
    // without bigalloc the field held fragments per group once; the kernel does not look at it
    // either
    clustersPerGroup = features.has(Feature.BIGALLOC) ? sb.clustersPerGroup() : blocksPerGroup;
    checkGroupSizes(sb);
    inodesPerGroup = sb.inodesPerGroup();
    inodeSize = sb.revLevel() == 0 ? OLD_INODE_BYTES : sb.inodeSize();
    checkInodeSizes();
    descSize = descSize(sb);
    blocksCount = sb.blocksCount();
    firstDataBlock = sb.firstDataBlock();
    checkBlockRange();
    groupCount = (blocksCount - firstDataBlock + blocksPerGroup - 1) / blocksPerGroup;
    requireAtMost("s_blocks_count / s_blocks_per_group", groupCount, 0xFFFFFFFFL);
    inodesCount = sb.inodesCount();
    if (inodesCount != groupCount * inodesPerGroup) {
      throw bad("s_inodes_count", inodesCount, "" + groupCount * inodesPerGroup);
    }
    firstMetaBg = features.has(Feature.META_BG) ? sb.firstMetaBg() : descBlockCount();
    requireAtMost("s_first_meta_bg", firstMetaBg, descBlockCount());
    reservedGdtBlocks = sb.reservedGdtBlocks();
    requireAtMost("s_reserved_gdt_blocks", reservedGdtBlocks, blockSize / 4L);
    backupGroups = new long[] {sb.backupGroup(0), sb.backupGroup(1)};
    firstIno = sb.revLevel() == 0 ? FIRST_IDENTITY_INO : sb.firstIno();
    if (firstIno < FIRST_IDENTITY_INO || firstIno > inodesCount) {
      throw bad("s_first_ino", firstIno, "11 … " + inodesCount);
    }
    checksumSeed = sb.checksumSeed();
    groupCrc16Seed = sb.groupCrc16Seed();
    inodeChecksums = features.has(Feature.METADATA_CSUM) && sb.creatorOs() == 0;
  }

  private int clusterRatio(Superblock sb) throws CorruptionException {
    long log = sb.logClusterSize();
    if (!features.has(Feature.BIGALLOC)) {
      // mke2fs before bigalloc kept a fragment size here; only equality was ever valid
      if (log != sb.logBlockSize()) {
        throw bad("s_log_cluster_size", log, "" + sb.logBlockSize());
      }
      return 1;
    }
    if (log < sb.logBlockSize() || log > 20) {
      throw bad("s_log_cluster_size", log, sb.logBlockSize() + " … 20");
    }
    return 1 << (int) (log - sb.logBlockSize());
  }

  private void checkGroupSizes(Superblock sb) throws CorruptionException {
    long bitsPerBlock = 8L * blockSize;
    if (blocksPerGroup < 1) {
      throw bad("s_blocks_per_group", blocksPerGroup, ">= 1");
    }
    if (features.has(Feature.BIGALLOC)) {
      requireRange("s_clusters_per_group", clustersPerGroup, 1, bitsPerBlock);
      if (blocksPerGroup != clustersPerGroup * clusterRatio) {
        throw bad("s_blocks_per_group", blocksPerGroup, "" + clustersPerGroup * clusterRatio);
      }
    } else {
      requireAtMost("s_blocks_per_group", blocksPerGroup, bitsPerBlock);
    }
    requireRange("s_inodes_per_group", sb.inodesPerGroup(), 1, bitsPerBlock);
  }

  private void checkInodeSizes() throws CorruptionException {
    if (inodeSize < OLD_INODE_BYTES || inodeSize > blockSize || Integer.bitCount(inodeSize) != 1) {
      throw bad("s_inode_size", inodeSize, "a power of two, 128 … " + blockSize);
    }
  }

  private int descSize(Superblock sb) throws CorruptionException {
    if (!features.has(Feature.BIT64)) {
      return OLD_DESC_BYTES;
    }
    int size = sb.descSize();
    if (size < 64 || size > 1024 || Integer.bitCount(size) != 1) {
      throw bad("s_desc_size", size, "a power of two, 64 … 1024");
    }
    return size;
  }

  private void checkBlockRange() throws CorruptionException {
    long expectedFirst = blockSize == 1024 && clusterRatio == 1 ? 1 : 0;
    if (firstDataBlock != expectedFirst && !(blockSize == 1024 && firstDataBlock == 0)) {
      throw bad("s_first_data_block", firstDataBlock, "" + expectedFirst);
    }
    if (blocksCount <= firstDataBlock || blocksCount > 1L << 48) {
      throw bad("s_blocks_count", blocksCount, firstDataBlock + 1 + " … 2^48");
    }
  }

  private static void requireAtMost(String field, long found, long most)
      throws CorruptionException {
    if (Long.compareUnsigned(found, most) > 0) {
      throw bad(field, found, "<= " + most);
    }
  }

  private static void requireRange(String field, long found, long least, long most)
      throws CorruptionException {
    if (found < least || found > most) {
      throw bad(field, found, least + " … " + most);
    }
  }

  private static CorruptionException bad(String field, long found, String allowed) {
    return CorruptionException.of(NAME, field, found, allowed, "byte 1024");
  }

  /** The feature words. */
  public FeatureSet features() {
    return features;
  }

  /** True if {@code feature} is set. */
  public boolean has(Feature feature) {
    return features.has(feature);
  }

  /** Bytes in a block: 1024 … 65536. */
  public int blockSize() {
    return blockSize;
  }

  /** Blocks in a cluster; 1 without bigalloc. */
  public int clusterRatio() {
    return clusterRatio;
  }

  /** Blocks in the file system. */
  public long blocksCount() {
    return blocksCount;
  }

  /** The first block of group 0. */
  public long firstDataBlock() {
    return firstDataBlock;
  }

  /** Blocks in each group but the last. */
  public long blocksPerGroup() {
    return blocksPerGroup;
  }

  /** Clusters in each group but the last. */
  public long clustersPerGroup() {
    return clustersPerGroup;
  }

  /** Inodes in each group. */
  public long inodesPerGroup() {
    return inodesPerGroup;
  }

  /** Inodes in the file system. */
  public long inodesCount() {
    return inodesCount;
  }

  /** Bytes in an inode slot. */
  public int inodeSize() {
    return inodeSize;
  }

  /** Bytes in a group descriptor: 32, or 64 … 1024 with 64bit. */
  public int descSize() {
    return descSize;
  }

  /** Block groups. */
  public long groupCount() {
    return groupCount;
  }

  /** The first inode number that is not reserved. */
  public long firstIno() {
    return firstIno;
  }

  /** s_reserved_gdt_blocks. */
  public int reservedGdtBlocks() {
    return reservedGdtBlocks;
  }

  /** The seed S of metadata_csum checksums. */
  public int checksumSeed() {
    return checksumSeed;
  }

  /** The CRC-16 state that gdt_csum descriptor checksums start from. */
  public int groupCrc16Seed() {
    return groupCrc16Seed;
  }

  /** True with metadata_csum. */
  public boolean hasMetadataChecksums() {
    return features.has(Feature.METADATA_CSUM);
  }

  /** True if inodes carry checksums: metadata_csum, and a file system made for Linux. */
  public boolean hasInodeChecksums() {
    return inodeChecksums;
  }

  /** The seed I of everything that belongs to inode {@code ino}: crc32c(S, ino, generation). */
  public int inodeChecksumSeed(long ino, int generation) {
    return Crc32c.updateLe32(Crc32c.updateLe32(checksumSeed, (int) ino), generation);
  }

  /** The first block of {@code group}. */
  public long firstBlockOf(long group) {
    return firstDataBlock + group * blocksPerGroup;
  }

  /** Blocks in {@code group}; the last may be short. */
  public long blocksIn(long group) {
    return Math.min(blocksPerGroup, blocksCount - firstBlockOf(group));
  }

  /** Clusters in {@code group}, a partial one at the end counting as one. */
  public long clustersIn(long group) {
    return (blocksIn(group) + clusterRatio - 1) / clusterRatio;
  }

  /** The group that holds {@code pblk}, which must not lie before {@link #firstDataBlock()}. */
  public long groupOf(long pblk) {
    return (pblk - firstDataBlock) / blocksPerGroup;
  }

  /** The group of inode {@code ino} (1-based). */
  public long groupOfInode(long ino) {
    return (ino - 1) / inodesPerGroup;
  }

  /** The index of inode {@code ino} in its group's table. */
  public long indexInGroup(long ino) {
    return (ino - 1) % inodesPerGroup;
  }

  /** Blocks of each group's inode table. */
  public long inodeTableBlocks() {
    return (inodesPerGroup * inodeSize + blockSize - 1) / blockSize;
  }

  /** Descriptors in one block. */
  public int descsPerBlock() {
    return blockSize / descSize;
  }

  /** Blocks that all descriptors take together. */
  public long descBlockCount() {
    return (groupCount + descsPerBlock() - 1) / descsPerBlock();
  }

  /**
   * The first descriptor block that is laid out by meta_bg; {@link #descBlockCount()} without
   * meta_bg.
   */
  public long firstMetaBg() {
    return firstMetaBg;
  }

  /** True if {@code group} holds a superblock, the primary or a backup: ext4_bg_has_super. */
  public boolean hasSuper(long group) {
    if (group == 0) {
      return true;
    }
    if (features.has(Feature.SPARSE_SUPER2)) {
      return group == backupGroups[0] || group == backupGroups[1];
    }
    if (group == 1 || !features.has(Feature.SPARSE_SUPER)) {
      return true;
    }
    return isPowerOf(group, 3) || isPowerOf(group, 5) || isPowerOf(group, 7);
  }

  private static boolean isPowerOf(long value, int root) {
    long rest = value;
    while (rest % root == 0) {
      rest /= root;
    }
    return rest == 1;
  }

  /** True if descriptor block {@code index} is laid out by meta_bg. */
  public boolean isMetaBg(long index) {
    return features.has(Feature.META_BG) && index >= firstMetaBg;
  }

  /** The block that holds the primary copy of descriptor block {@code index}: descriptor_loc. */
  public long descBlock(long index) {
    if (!isMetaBg(index)) {
      return superblockBlock() + 1 + index;
    }
    long group = index * descsPerBlock();
    long block = firstBlockOf(group) + (hasSuper(group) ? 1 : 0);
    boolean superblockInBlockOne = blockSize == 1024 && index == 0 && firstDataBlock == 0;
    return superblockInBlockOne ? block + 1 : block;
  }

  /** The block that holds the primary superblock. */
  public long superblockBlock() {
    return blockSize == 1024 ? 1 : 0;
  }

  /**
   * Blocks of base metadata at the start of {@code group}: superblock copy, descriptors, reserved
   * descriptor blocks; bitmaps and inode table not counted. ext4_num_base_meta_blocks.
   */
  public long baseMetaBlocks(long group) {
    long metaGroup = group / descsPerBlock();
    if (!isMetaBg(metaGroup)) {
      long descs = features.has(Feature.META_BG) ? firstMetaBg : descBlockCount();
      return hasSuper(group) ? 1 + descs + reservedGdtBlocks : 0;
    }
    long place = group % descsPerBlock();
    boolean hasDesc = place == 0 || place == 1 || place == descsPerBlock() - 1;
    return (hasSuper(group) ? 1L : 0L) + (hasDesc ? 1L : 0L);
  }

  /**
   * True if {@code [pblk, pblk + count)} lies inside the file system, past its first data block's
   * start.
   */
  public boolean contains(long pblk, long count) {
    return pblk >= firstDataBlock && count > 0 && pblk <= blocksCount - count;
  }

  /** The number of logical blocks a file can have: EXT_MAX_BLOCKS, 2^32−1. */
  public static long maxLogicalBlocks() {
    return MAX_LBLKS;
  }
}
