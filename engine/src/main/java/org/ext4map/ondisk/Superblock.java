package org.ext4map.ondisk;

import static org.ext4map.ondisk.LittleEndian.i32;
import static org.ext4map.ondisk.LittleEndian.i64;
import static org.ext4map.ondisk.LittleEndian.u16;
import static org.ext4map.ondisk.LittleEndian.u32;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.ext4map.model.CorruptionException;

/**
 * {@code struct ext4_super_block}, 1024 bytes at byte 1024 of the image and in backups at the start
 * of groups. Raw fields; the rules between them are {@link Geometry}. Not thread-safe while
 * written.
 */
public final class Superblock {
  /** Size on disk. */
  public static final int BYTES = 1024;

  /** Where the primary copy starts, for every block size. */
  public static final long OFFSET_BYTES = 1024;

  /** The value of s_magic. */
  public static final int MAGIC = 0xEF53;

  /** s_state: closed cleanly. */
  public static final int STATE_VALID = 1;

  /** s_state: somebody has found errors. */
  public static final int STATE_ERRORS = 2;

  private static final String NAME = "superblock";
  static final int INODES_COUNT = 0x0;
  static final int BLOCKS_COUNT_LO = 0x4;
  static final int R_BLOCKS_COUNT_LO = 0x8;
  static final int FREE_BLOCKS_COUNT_LO = 0xC;
  static final int FREE_INODES_COUNT = 0x10;
  static final int FIRST_DATA_BLOCK = 0x14;
  static final int LOG_BLOCK_SIZE = 0x18;
  static final int LOG_CLUSTER_SIZE = 0x1C;
  static final int BLOCKS_PER_GROUP = 0x20;
  static final int CLUSTERS_PER_GROUP = 0x24;
  static final int INODES_PER_GROUP = 0x28;
  static final int MTIME = 0x2C;
  static final int WTIME = 0x30;
  static final int MOUNT_COUNT = 0x34;
  static final int MAX_MOUNT_COUNT = 0x36;
  static final int MAGIC_FIELD = 0x38;
  static final int STATE = 0x3A;
  static final int ERRORS = 0x3C;
  static final int LASTCHECK = 0x40;
  private static final int CREATOR_OS = 0x48;
  static final int REV_LEVEL = 0x4C;
  static final int FIRST_INO = 0x54;
  static final int INODE_SIZE = 0x58;
  static final int BLOCK_GROUP_NUMBER = 0x5A;
  static final int FEATURE_COMPAT = 0x5C;
  static final int FEATURE_INCOMPAT = 0x60;
  static final int FEATURE_RO_COMPAT = 0x64;
  static final int UUID_BYTES = 0x68;
  static final int VOLUME_NAME = 0x78;
  private static final int LAST_MOUNTED = 0x88;
  static final int RESERVED_GDT_BLOCKS = 0xCE;
  private static final int JOURNAL_UUID = 0xD0;
  static final int JOURNAL_INUM = 0xE0;
  private static final int JOURNAL_DEV = 0xE4;
  static final int LAST_ORPHAN = 0xE8;
  static final int HASH_SEED = 0xEC;
  static final int DEFAULT_HASH_VERSION = 0xFC;
  static final int JOURNAL_BACKUP_TYPE = 0xFD;
  static final int DESC_SIZE = 0xFE;
  static final int DEFAULT_MOUNT_OPTIONS = 0x100;
  private static final int FIRST_META_BG = 0x104;
  static final int MKFS_TIME = 0x108;
  static final int JNL_BLOCKS = 0x10C;
  static final int BLOCKS_COUNT_HI = 0x150;
  static final int R_BLOCKS_COUNT_HI = 0x154;
  static final int FREE_BLOCKS_COUNT_HI = 0x158;
  static final int MIN_EXTRA_ISIZE = 0x15C;
  static final int WANT_EXTRA_ISIZE = 0x15E;
  static final int FLAGS = 0x160;
  private static final int RAID_STRIDE = 0x164;
  private static final int MMP_UPDATE_INTERVAL = 0x166;
  private static final int MMP_BLOCK = 0x168;
  private static final int RAID_STRIPE_WIDTH = 0x170;
  private static final int PREALLOC_DIR_BLOCKS = 0xCD;
  static final int LOG_GROUPS_PER_FLEX = 0x174;
  static final int ENCODING = 0x27C;
  static final int CHECKSUM_TYPE = 0x175;
  static final int KBYTES_WRITTEN = 0x178;
  private static final int ERROR_COUNT = 0x194;
  private static final int ERROR_RECORD_END = 0x200;
  private static final int USER_QUOTA_INUM = 0x240;
  private static final int GROUP_QUOTA_INUM = 0x244;
  static final int OVERHEAD_CLUSTERS = 0x248;
  static final int BACKUP_BGS = 0x24C;
  private static final int LOST_AND_FOUND_INO = 0x268;
  private static final int PROJECT_QUOTA_INUM = 0x26C;
  static final int CHECKSUM_SEED = 0x270;
  static final int WTIME_HI = 0x274;
  static final int MTIME_HI = 0x275;
  static final int MKFS_TIME_HI = 0x276;
  static final int LASTCHECK_HI = 0x277;
  static final int ORPHAN_FILE_INUM = 0x280;
  private static final int CHECKSUM = 0x3FC;

  private final ByteBuffer bytes;
  private final int base;

  /** A view of the {@link #BYTES} bytes at {@code base} of {@code bytes}. */
  public Superblock(ByteBuffer bytes, int base) {
    if (base < 0 || bytes.capacity() - base < BYTES) {
      throw new IllegalArgumentException(
          "superblock at " + base + " in a buffer of " + bytes.capacity());
    }
    this.bytes = bytes;
    this.base = base;
  }

  /** An immutable view of a copy of the bytes, safe for many threads. */
  public Superblock copy() {
    ByteBuffer copy = ByteBuffer.allocate(BYTES);
    copy.put(0, bytes, base, BYTES);
    return new Superblock(copy.asReadOnlyBuffer(), 0);
  }

  /** The bytes themselves; a slice of {@link #BYTES} bytes. */
  public ByteBuffer bytes() {
    return bytes.slice(base, BYTES);
  }

  /** s_inodes_count. */
  public long inodesCount() {
    return u32(bytes, base + INODES_COUNT);
  }

  /** s_free_inodes_count. */
  public long freeInodesCount() {
    return u32(bytes, base + FREE_INODES_COUNT);
  }

  /** s_first_data_block. */
  public long firstDataBlock() {
    return u32(bytes, base + FIRST_DATA_BLOCK);
  }

  /** s_log_block_size: the block size is {@code 1024 << this}. */
  public long logBlockSize() {
    return u32(bytes, base + LOG_BLOCK_SIZE);
  }

  /** s_log_cluster_size: the cluster size is {@code 1024 << this}. */
  public long logClusterSize() {
    return u32(bytes, base + LOG_CLUSTER_SIZE);
  }

  /** s_blocks_per_group. */
  public long blocksPerGroup() {
    return u32(bytes, base + BLOCKS_PER_GROUP);
  }

  /** s_clusters_per_group. */
  public long clustersPerGroup() {
    return u32(bytes, base + CLUSTERS_PER_GROUP);
  }

  /** s_inodes_per_group. */
  public long inodesPerGroup() {
    return u32(bytes, base + INODES_PER_GROUP);
  }

  /** s_mnt_count. */
  public int mountCount() {
    return u16(bytes, base + MOUNT_COUNT);
  }

  /** s_max_mnt_count. */
  public int maxMountCount() {
    return u16(bytes, base + MAX_MOUNT_COUNT);
  }

  /** s_magic: 0xEF53. */
  public int magic() {
    return u16(bytes, base + MAGIC_FIELD);
  }

  /** s_state: 1 valid, 2 errors, 4 orphans being recovered. */
  public int state() {
    return u16(bytes, base + STATE);
  }

  /** s_errors: 1 continue, 2 remount read-only, 3 panic. */
  public int errors() {
    return u16(bytes, base + ERRORS);
  }

  /** s_creator_os: 0 is Linux. */
  public long creatorOs() {
    return u32(bytes, base + CREATOR_OS);
  }

  /** s_rev_level: 0 means 128-byte inodes and first inode 11. */
  public long revLevel() {
    return u32(bytes, base + REV_LEVEL);
  }

  /** s_first_ino, as stored. */
  public long firstIno() {
    return u32(bytes, base + FIRST_INO);
  }

  /** s_inode_size, as stored, bytes. */
  public int inodeSize() {
    return u16(bytes, base + INODE_SIZE);
  }

  /** s_block_group_nr: the group that holds this copy. */
  public int blockGroupNumber() {
    return u16(bytes, base + BLOCK_GROUP_NUMBER);
  }

  /** s_reserved_gdt_blocks. */
  public int reservedGdtBlocks() {
    return u16(bytes, base + RESERVED_GDT_BLOCKS);
  }

  /** s_journal_inum. */
  public long journalInum() {
    return u32(bytes, base + JOURNAL_INUM);
  }

  /** s_journal_dev. */
  public long journalDev() {
    return u32(bytes, base + JOURNAL_DEV);
  }

  /** s_last_orphan: head of the orphan inode list. */
  public long lastOrphan() {
    return u32(bytes, base + LAST_ORPHAN);
  }

  /** s_def_hash_version. */
  public int defaultHashVersion() {
    return Byte.toUnsignedInt(bytes.get(base + DEFAULT_HASH_VERSION));
  }

  /** s_jnl_backup_type: 1 means s_jnl_blocks is a copy of the journal's map. */
  public int journalBackupType() {
    return Byte.toUnsignedInt(bytes.get(base + JOURNAL_BACKUP_TYPE));
  }

  /** s_desc_size, as stored, bytes. */
  public int descSize() {
    return u16(bytes, base + DESC_SIZE);
  }

  /** s_default_mount_opts. */
  public long defaultMountOptions() {
    return u32(bytes, base + DEFAULT_MOUNT_OPTIONS);
  }

  /** s_first_meta_bg. */
  public long firstMetaBg() {
    return u32(bytes, base + FIRST_META_BG);
  }

  /** s_min_extra_isize. */
  public int minExtraIsize() {
    return u16(bytes, base + MIN_EXTRA_ISIZE);
  }

  /** s_want_extra_isize. */
  public int wantExtraIsize() {
    return u16(bytes, base + WANT_EXTRA_ISIZE);
  }

  /** s_flags: 1 signed directory hash, 2 unsigned, 4 test file system. */
  public long flags() {
    return u32(bytes, base + FLAGS);
  }

  /** s_raid_stride. */
  public int raidStride() {
    return u16(bytes, base + RAID_STRIDE);
  }

  /** s_mmp_update_interval. */
  public int mmpUpdateInterval() {
    return u16(bytes, base + MMP_UPDATE_INTERVAL);
  }

  /** s_mmp_block. */
  public long mmpBlock() {
    return i64(bytes, base + MMP_BLOCK);
  }

  /** s_raid_stripe_width. */
  public long raidStripeWidth() {
    return u32(bytes, base + RAID_STRIPE_WIDTH);
  }

  /** s_log_groups_per_flex. */
  public int logGroupsPerFlex() {
    return Byte.toUnsignedInt(bytes.get(base + LOG_GROUPS_PER_FLEX));
  }

  /** s_encoding: how names that ignore case are to be read; 1 is UTF-8 12.1. */
  public int encoding() {
    return u16(bytes, base + ENCODING);
  }

  /** s_prealloc_dir_blocks: blocks that a directory may have behind its size. */
  public int preallocatedDirectoryBlocks() {
    return Byte.toUnsignedInt(bytes.get(base + PREALLOC_DIR_BLOCKS));
  }

  /** s_checksum_type: 1 is crc32c. */
  public int checksumType() {
    return Byte.toUnsignedInt(bytes.get(base + CHECKSUM_TYPE));
  }

  /** s_kbytes_written. */
  public long kbytesWritten() {
    return i64(bytes, base + KBYTES_WRITTEN);
  }

  /** s_error_count. */
  public long errorCount() {
    return u32(bytes, base + ERROR_COUNT);
  }

  /** s_usr_quota_inum. */
  public long userQuotaInum() {
    return u32(bytes, base + USER_QUOTA_INUM);
  }

  /** s_grp_quota_inum. */
  public long groupQuotaInum() {
    return u32(bytes, base + GROUP_QUOTA_INUM);
  }

  /** s_overhead_clusters. */
  public long overheadClusters() {
    return u32(bytes, base + OVERHEAD_CLUSTERS);
  }

  /** s_lpf_ino. */
  public long lostAndFoundIno() {
    return u32(bytes, base + LOST_AND_FOUND_INO);
  }

  /** s_prj_quota_inum. */
  public long projectQuotaInum() {
    return u32(bytes, base + PROJECT_QUOTA_INUM);
  }

  /** s_orphan_file_inum. */
  public long orphanFileInum() {
    return u32(bytes, base + ORPHAN_FILE_INUM);
  }

  /** s_checksum. */
  public int checksum() {
    return i32(bytes, base + CHECKSUM);
  }

  /** s_blocks_count; the high half counts only with the 64bit feature. */
  public long blocksCount() {
    return wide(BLOCKS_COUNT_LO, BLOCKS_COUNT_HI);
  }

  /** s_r_blocks_count: blocks kept for the super-user. */
  public long reservedBlocksCount() {
    return wide(R_BLOCKS_COUNT_LO, R_BLOCKS_COUNT_HI);
  }

  /**
   * s_free_blocks_count: free blocks, with bigalloc those of free clusters (group descriptors count
   * clusters); advisory while mounted.
   */
  public long freeBlocksCount() {
    return wide(FREE_BLOCKS_COUNT_LO, FREE_BLOCKS_COUNT_HI);
  }

  private long wide(int low, int high) {
    long value = u32(bytes, base + low);
    return features().has(Feature.BIT64) ? value | u32(bytes, base + high) << 32 : value;
  }

  /** s_mtime: last mount, seconds since 1970, 40 bits. */
  public long mountTime() {
    return time(MTIME, MTIME_HI);
  }

  /** s_wtime: last write, seconds since 1970, 40 bits. */
  public long writeTime() {
    return time(WTIME, WTIME_HI);
  }

  /** s_lastcheck: last full check, seconds since 1970, 40 bits. */
  public long lastCheckTime() {
    return time(LASTCHECK, LASTCHECK_HI);
  }

  /** s_mkfs_time: creation, seconds since 1970, 40 bits. */
  public long mkfsTime() {
    return time(MKFS_TIME, MKFS_TIME_HI);
  }

  private long time(int low, int high) {
    return u32(bytes, base + low) | (long) Byte.toUnsignedInt(bytes.get(base + high)) << 32;
  }

  /** The three feature words. */
  public FeatureSet features() {
    return new FeatureSet(
        i32(bytes, base + FEATURE_COMPAT),
        i32(bytes, base + FEATURE_INCOMPAT),
        i32(bytes, base + FEATURE_RO_COMPAT));
  }

  /** s_uuid. */
  public UUID uuid() {
    return uuidAt(UUID_BYTES);
  }

  /** s_journal_uuid: the external journal's, or all zero. */
  public UUID journalUuid() {
    return uuidAt(JOURNAL_UUID);
  }

  private UUID uuidAt(int offset) {
    return new UUID(BigEndian.i64(bytes, base + offset), BigEndian.i64(bytes, base + offset + 8));
  }

  /** s_volume_name up to its first zero byte; bytes that are not ASCII appear as U+FFFD. */
  public String volumeName() {
    return text(VOLUME_NAME, 16);
  }

  /** s_last_mounted up to its first zero byte. */
  public String lastMounted() {
    return text(LAST_MOUNTED, 64);
  }

  private String text(int offset, int length) {
    byte[] raw = new byte[length];
    bytes.get(base + offset, raw);
    int end = 0;
    while (end < length && raw[end] != 0) {
      end++;
    }
    return new String(raw, 0, end, StandardCharsets.UTF_8);
  }

  /** Word {@code i} (0 … 3) of s_hash_seed. */
  public int hashSeed(int i) {
    return i32(bytes, base + HASH_SEED + 4 * i);
  }

  /**
   * Word {@code i} (0 … 16) of s_jnl_blocks: the journal inode's i_block, then its size, high half
   * first.
   */
  public int journalBackup(int i) {
    return i32(bytes, base + JNL_BLOCKS + 4 * i);
  }

  /** Entry {@code i} (0 or 1) of s_backup_bgs: the groups with backups under sparse_super2. */
  public long backupGroup(int i) {
    return u32(bytes, base + BACKUP_BGS + 4 * i);
  }

  /**
   * The seed S of all metadata_csum checksums: s_checksum_seed with csum_seed, else made of the
   * UUID.
   */
  public int checksumSeed() {
    return features().has(Feature.CSUM_SEED)
        ? i32(bytes, base + CHECKSUM_SEED)
        : Crc32c.update(Crc32c.SEED, bytes, base + UUID_BYTES, 16);
  }

  /** The CRC-16 state after s_uuid: where gdt_csum's descriptor checksums start. */
  public int groupCrc16Seed() {
    return Crc16.update(Crc16.SEED, bytes, base + UUID_BYTES, 16);
  }

  /** crc32c(~0, everything before s_checksum). */
  public int computeChecksum() {
    return Crc32c.update(Crc32c.SEED, bytes, base, CHECKSUM);
  }

  /** Stores the computed checksum. */
  public void updateChecksum() {
    LittleEndian.put32(bytes, base + CHECKSUM, computeChecksum());
  }

  /** As {@link #updateChecksum}, but only if the file system has metadata checksums. */
  public void seal() {
    if (features().has(Feature.METADATA_CSUM)) {
      updateChecksum();
    }
  }

  /** Sets or clears the bit of {@code feature}; the checksum is not yet right. */
  public void setFeature(Feature feature, boolean present) {
    int field =
        base
            + switch (feature.set()) {
              case COMPAT -> FEATURE_COMPAT;
              case INCOMPAT -> FEATURE_INCOMPAT;
              case RO_COMPAT -> FEATURE_RO_COMPAT;
            };
    int word = i32(bytes, field);
    LittleEndian.put32(bytes, field, present ? word | feature.mask() : word & ~feature.mask());
  }

  /** A copy of the record of errors: s_error_count … s_last_error_func. */
  public byte[] errorRecord() {
    byte[] record = new byte[ERROR_RECORD_END - ERROR_COUNT];
    bytes.get(base + ERROR_COUNT, record);
    return record;
  }

  /** Puts back what {@link #errorRecord} gave; the checksum is not yet right. */
  public void restoreErrorRecord(byte[] record) {
    bytes.put(base + ERROR_COUNT, record, 0, ERROR_RECORD_END - ERROR_COUNT);
  }

  /**
   * Checks magic, checksum type and checksum.
   *
   * @param place where this copy stands, for the message
   * @throws CorruptionException naming the first that is wrong
   */
  public void verify(String place) throws CorruptionException {
    if (magic() != MAGIC) {
      throw CorruptionException.ofText(
          NAME, "s_magic", "0x" + Integer.toHexString(magic()), "0xef53", place);
    }
    if (!features().has(Feature.METADATA_CSUM)) {
      return;
    }
    if (checksumType() != 1) {
      throw CorruptionException.of(NAME, "s_checksum_type", checksumType(), "1", place);
    }
    if (checksum() != computeChecksum()) {
      throw CorruptionException.checksum(NAME, "s_checksum", checksum(), computeChecksum(), place);
    }
  }
}
