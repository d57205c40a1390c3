package org.ext4map.format;

import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.Set;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.Ext4Exception;
import org.ext4map.model.NoSpaceException;
import org.ext4map.model.UnsupportedFeatureException;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.FeatureSet;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.Superblock;
import org.ext4map.ondisk.SuperblockEditor;

/**
 * From a size and options to the numbers of a superblock: mke2fs's rules (e2fsprogs
 * lib/ext2fs/initialize.c), restated. What cannot be made is refused by name.
 */
final class Sizing {
  /** Every feature that can be made; all others are refused. */
  private static final Set<Feature> MADE =
      EnumSet.of(
          Feature.HAS_JOURNAL,
          Feature.EXT_ATTR,
          Feature.RESIZE_INODE,
          Feature.DIR_INDEX,
          Feature.SPARSE_SUPER2,
          Feature.ORPHAN_FILE,
          Feature.FILETYPE,
          Feature.EXTENTS,
          Feature.BIT64,
          Feature.FLEX_BG,
          Feature.CSUM_SEED,
          Feature.LARGEDIR,
          Feature.SPARSE_SUPER,
          Feature.LARGE_FILE,
          Feature.HUGE_FILE,
          Feature.GDT_CSUM,
          Feature.DIR_NLINK,
          Feature.EXTRA_ISIZE,
          Feature.METADATA_CSUM);

  private static final long MIB = 1L << 20;
  private static final long TIB = 1L << 40;
  private static final long MAX_INODES = 0xFFFFFFFFL;
  private static final int FIRST_INO = 11;
  private static final int BIG_DESC_BYTES = 64;
  private static final int EXTRA_ISIZE = 32;

  /** A last group with fewer blocks to spare than this is left out, as mke2fs does. */
  private static final int LEAST_SPARE_BLOCKS = 50;

  /** Groups that have become smaller than this do not become smaller still. */
  private static final int LEAST_BLOCKS_PER_GROUP = 256;

  /** Fewer blocks than this, and no journal is made unless its size is given. */
  private static final long LEAST_BLOCKS_FOR_JOURNAL = 2048;

  /** File systems of fewer blocks than the first number get journals of the second. */
  private static final long[][] JOURNAL_STEPS = {
    {1 << 15, 1024},
    {1 << 18, 4096},
    {1 << 19, 8192},
    {1 << 22, 16384},
    {1 << 23, 32768},
    {1 << 24, 65536},
    {1 << 25, 131072}
  };

  private static final long LARGEST_DEFAULT_JOURNAL = 262144;

  /** A file of this size needs large_file. */
  private static final long LARGE_FILE_BYTES = 1L << 31;

  private final long sizeBytes;
  private final MkfsOptions options;
  private final EnumSet<Feature> features;
  private final int blockSize;
  private final long requestedBlocks;

  private Sizing(long sizeBytes, MkfsOptions options) throws Ext4Exception {
    this.sizeBytes = sizeBytes;
    this.options = options;
    blockSize = blockSize();
    requestedBlocks = sizeBytes / blockSize;
    features = EnumSet.copyOf(options.features());
    settleFeatures();
  }

  /**
   * The superblock of a new file system, complete but for free counts, overhead, journal copy and
   * checksum.
   *
   * @throws NoSpaceException if {@code sizeBytes} is too small
   * @throws UnsupportedFeatureException if a feature is asked for, or needed, that is not made
   */
  static Superblock superblock(long sizeBytes, MkfsOptions options) throws Ext4Exception {
    return new Sizing(sizeBytes, options).superblock();
  }

  private int blockSize() {
    if (options.blockSize() != MkfsOptions.BY_SIZE) {
      return options.blockSize();
    }
    return sizeBytes < 512 * MIB ? 1024 : 4096;
  }

  private void settleFeatures() throws UnsupportedFeatureException {
    for (Feature feature : features) {
      if (!MADE.contains(feature)) {
        throw refusal(feature, "mkfs options");
      }
    }
    if (requestedBlocks >>> 32 != 0 && !features.contains(Feature.BIT64)) {
      throw new IllegalArgumentException(
          "blocks=" + requestedBlocks + ", allowed without 64bit < 2^32");
    }
    need(Feature.BIT64, Feature.EXTENTS);
    need(Feature.CSUM_SEED, Feature.METADATA_CSUM);
    if (features.contains(Feature.RESIZE_INODE)
        && !features.contains(Feature.SPARSE_SUPER)
        && !features.contains(Feature.SPARSE_SUPER2)) {
      throw new IllegalArgumentException("resize_inode needs sparse_super or sparse_super2");
    }
    if (features.contains(Feature.METADATA_CSUM)) {
      features.remove(Feature.GDT_CSUM);
    }
    if (options.journalBlocks() == MkfsOptions.BY_SIZE
        && requestedBlocks < LEAST_BLOCKS_FOR_JOURNAL) {
      features.remove(Feature.HAS_JOURNAL);
      features.remove(Feature.ORPHAN_FILE);
    }
    need(Feature.ORPHAN_FILE, Feature.HAS_JOURNAL);
    if (needsLargeFile()) {
      features.add(Feature.LARGE_FILE);
    }
    if (options.inodeSize() > blockSize) {
      throw new IllegalArgumentException(
          "inode size=" + options.inodeSize() + ", allowed <= block size " + blockSize);
    }
  }

  /** The resize inode maps descriptors far out: from 4 KiB blocks on it reaches beyond 2 GiB. */
  private boolean needsLargeFile() {
    boolean resize = features.contains(Feature.RESIZE_INODE) && blockSize >= 4096;
    boolean journal =
        features.contains(Feature.HAS_JOURNAL)
            && journalBlocks(options, requestedBlocks) * blockSize >= LARGE_FILE_BYTES;
    return resize || journal;
  }

  /** The blocks of the journal of a file system of {@code blocks} blocks. */
  static long journalBlocks(MkfsOptions options, long blocks) {
    if (options.journalBlocks() != MkfsOptions.BY_SIZE) {
      return options.journalBlocks();
    }
    for (long[] step : JOURNAL_STEPS) {
      if (blocks < step[0]) {
        return step[1];
      }
    }
    return LARGEST_DEFAULT_JOURNAL;
  }

  private static UnsupportedFeatureException refusal(Feature feature, String place) {
    return new UnsupportedFeatureException(feature.label(), "making", place);
  }

  private void need(Feature feature, Feature needed) {
    if (features.contains(feature) && !features.contains(needed)) {
      throw new IllegalArgumentException(feature.label() + " needs " + needed.label());
    }
  }

  private Superblock superblock() throws Ext4Exception {
    Superblock superblock = new Superblock(ByteBuffer.allocate(Superblock.BYTES), 0);
    SuperblockEditor editor = new SuperblockEditor(superblock);
    setIdentity(editor);
    long blocks = requestedBlocks;
    while (true) {
      long groups = groups(superblock, blocks);
      long wantedPerGroup = inodesWantedPerGroup(groups);
      if (wantedPerGroup > mostInodesPerGroup()) {
        editor.blocksPerGroup(smallerGroups(superblock.blocksPerGroup(), wantedPerGroup));
        blocks = requestedBlocks;
        continue;
      }
      Geometry geometry = setCounts(superblock, editor, blocks, groups);
      long last = groups - 1;
      long needed = geometry.baseMetaBlocks(last) + 2 + geometry.inodeTableBlocks();
      long lastBlocks = geometry.blocksIn(last);
      if (last == 0 || lastBlocks == geometry.blocksPerGroup()) {
        if (lastBlocks < needed) {
          throw tooSmall(blocks, "the metadata of a group takes " + needed + " blocks");
        }
        return superblock;
      }
      if (lastBlocks >= needed + LEAST_SPARE_BLOCKS) {
        return superblock;
      }
      blocks -= lastBlocks;
    }
  }

  /** Where a group would have more inodes than it can, groups of 8 blocks less make more groups. */
  private long smallerGroups(long blocksPerGroup, long inodesPerGroup) {
    if (blocksPerGroup < LEAST_BLOCKS_PER_GROUP) {
      throw new IllegalArgumentException(
          "inodes per group=" + inodesPerGroup + ", allowed <= " + mostInodesPerGroup());
    }
    return blocksPerGroup - 8;
  }

  private NoSpaceException tooSmall(long blocks, String why) {
    return new NoSpaceException(
        "a file system of " + blocks + " blocks of " + blockSize + " bytes is too small: " + why);
  }

  private void setIdentity(SuperblockEditor editor) {
    long now = options.createdAt().getEpochSecond();
    editor
        .features(featureSet())
        .magic()
        .revLevel(1)
        .state(1)
        .errors(1)
        .firstIno(FIRST_INO)
        .inodeSize(options.inodeSize())
        .maxMountCount(0xFFFF)
        .writeTime(now)
        .lastCheckTime(now)
        .mkfsTime(now)
        .uuid(options.uuid())
        .hashSeed(options.hashSeed())
        .defaultHashVersion(1)
        .flags(1)
        .defaultMountOptions(0xC)
        .label(options.label())
        .logBlockSize(Integer.numberOfTrailingZeros(blockSize) - 10)
        .firstDataBlock(blockSize == 1024 ? 1 : 0)
        .blocksPerGroup(blocksPerGroup());
    if (features.contains(Feature.BIT64)) {
      editor.descSize(BIG_DESC_BYTES);
    }
    if (features.contains(Feature.METADATA_CSUM)) {
      editor.checksumType(1);
    }
    if (features.contains(Feature.FLEX_BG)) {
      editor.logGroupsPerFlex(Integer.numberOfTrailingZeros(options.groupsPerFlex()));
    }
    if (options.inodeSize() > 128) {
      editor.extraIsize(EXTRA_ISIZE);
    }
  }

  private FeatureSet featureSet() {
    return new FeatureSet(
        word(Feature.Set.COMPAT), word(Feature.Set.INCOMPAT), word(Feature.Set.RO_COMPAT));
  }

  private int word(Feature.Set set) {
    return features.stream()
        .filter(feature -> feature.set() == set)
        .mapToInt(Feature::mask)
        .reduce(0, (left, right) -> left | right);
  }

  private int blocksPerGroup() {
    int most = Math.min(8 * blockSize, 65528);
    if (options.blocksPerGroup() > most) {
      throw new IllegalArgumentException(
          "blocks per group=" + options.blocksPerGroup() + ", allowed <= " + most);
    }
    return options.blocksPerGroup() == MkfsOptions.BY_SIZE ? most : options.blocksPerGroup();
  }

  private long groups(Superblock superblock, long blocks) throws Ext4Exception {
    long first = superblock.firstDataBlock();
    if (blocks <= first) {
      throw tooSmall(blocks, "no group fits");
    }
    long groups = (blocks - first + superblock.blocksPerGroup() - 1) / superblock.blocksPerGroup();
    if (groups >>> 32 != 0) {
      throw refusal(Feature.BIGALLOC, "groups=" + groups);
    }
    return groups;
  }

  /** Sets what depends on the number of blocks. */
  private Geometry setCounts(
      Superblock superblock, SuperblockEditor editor, long blocks, long groups)
      throws Ext4Exception {
    long inodesPerGroup = inodesPerGroup(groups);
    editor
        .blocksCount(blocks)
        .reservedBlocksCount(
            blocks / 100 * options.reservedPercent()
                + blocks % 100 * options.reservedPercent() / 100)
        .inodesPerGroup(inodesPerGroup)
        .inodesCount(inodesPerGroup * groups)
        .freeInodesCount(0)
        .reservedGdtBlocks(0);
    if (features.contains(Feature.SPARSE_SUPER2)) {
      editor.backupGroups(groups > 1 ? 1 : 0, groups > 2 ? groups - 1 : 0);
    }
    if (features.contains(Feature.CSUM_SEED)) {
      FeatureSet withSeed = superblock.features();
      editor.features(
          new FeatureSet(
              withSeed.compat(),
              withSeed.incompat() & ~Feature.CSUM_SEED.mask(),
              withSeed.roCompat()));
      int seed = superblock.checksumSeed();
      editor.features(withSeed).checksumSeed(seed);
    }
    Geometry geometry = geometry(superblock);
    if (features.contains(Feature.RESIZE_INODE)) {
      editor.reservedGdtBlocks(reservedGdtBlocks(geometry));
      geometry = geometry(superblock);
    }
    requireRoomForDescriptors(geometry);
    return geometry;
  }

  static Geometry geometry(Superblock superblock) {
    try {
      return new Geometry(superblock);
    } catch (CorruptionException ours) {
      throw new AssertionError("a superblock we made does not fit together", ours);
    }
  }

  /** Every group that holds a backup must keep a quarter of its blocks for other things. */
  private static void requireRoomForDescriptors(Geometry geometry)
      throws UnsupportedFeatureException {
    long descs = geometry.descBlockCount() + geometry.reservedGdtBlocks();
    if (descs > geometry.blocksPerGroup() / 4 * 3) {
      throw refusal(
          Feature.META_BG,
          "descriptor blocks with those reserved for growth="
              + descs
              + ", allowed without it <= three quarters of "
              + geometry.blocksPerGroup()
              + " blocks per group");
    }
  }

  /** Descriptor blocks to grow to 1024 times the size, at most what the resize inode can map. */
  private static int reservedGdtBlocks(Geometry geometry) {
    long blocks = geometry.blocksCount();
    long most = 0xFFFFFFFFL;
    long target = blocks < most / 1024 ? blocks * 1024 : most;
    long groups =
        (target - geometry.firstDataBlock() + geometry.blocksPerGroup() - 1)
            / geometry.blocksPerGroup();
    long descBlocks = (groups + geometry.descsPerBlock() - 1) / geometry.descsPerBlock();
    long reserved = descBlocks - geometry.descBlockCount();
    return (int) Math.max(0, Math.min(reserved, geometry.blockSize() / 4));
  }

  private long inodesWantedPerGroup(long groups) {
    long wanted = Math.max(inodesWanted(), FIRST_INO + 1);
    return (wanted + groups - 1) / groups;
  }

  /** What is wanted, in whole blocks and eights. */
  private long inodesPerGroup(long groups) {
    long perGroup = inodesWantedPerGroup(groups);
    int perBlock = inodesPerBlock();
    perGroup = Math.max(8, (perGroup + perBlock - 1) / perBlock * perBlock / 8 * 8);
    while (perGroup * groups < FIRST_INO + 1) {
      perGroup += 8;
    }
    while (perGroup > 8 && perGroup * groups > MAX_INODES) {
      perGroup -= 8;
    }
    return perGroup;
  }

  private long mostInodesPerGroup() {
    return Math.min(8L * blockSize, 65536 - inodesPerBlock());
  }

  private int inodesPerBlock() {
    return Math.max(1, blockSize / options.inodeSize());
  }

  private long inodesWanted() {
    if (options.inodes() != MkfsOptions.BY_SIZE) {
      return options.inodes();
    }
    long ratio = Math.max(bytesPerInode(), blockSize);
    return Math.min(requestedBlocks * blockSize / ratio, MAX_INODES);
  }

  private long bytesPerInode() {
    if (options.bytesPerInode() != MkfsOptions.BY_SIZE) {
      return options.bytesPerInode();
    }
    if (sizeBytes < 3 * MIB) {
      return 8192;
    }
    if (sizeBytes < 512 * MIB) {
      return 4096;
    }
    if (sizeBytes < 4 * TIB) {
      return 16384;
    }
    return sizeBytes < 16 * TIB ? 32768 : 65536;
  }
}
