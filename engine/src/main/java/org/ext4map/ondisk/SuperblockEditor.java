package org.ext4map.ondisk;

import static org.ext4map.ondisk.LittleEndian.put16;
import static org.ext4map.ondisk.LittleEndian.put32;
import static org.ext4map.ondisk.LittleEndian.put64;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.UUID;

/**
 * Stores the fields of a {@link Superblock}; each method names the field it stores. Feature words
 * come first: 64-bit counts look at them. The checksum comes last: {@link
 * Superblock#updateChecksum}. Not thread-safe.
 */
public final class SuperblockEditor {
  /** Bytes of s_volume_name. */
  public static final int LABEL_BYTES = 16;

  private final Superblock superblock;
  private final ByteBuffer bytes;

  /** Edits the bytes that {@code superblock} looks at. */
  public SuperblockEditor(Superblock superblock) {
    this.superblock = superblock;
    this.bytes = superblock.bytes();
  }

  /** s_feature_compat, s_feature_incompat, s_feature_ro_compat. */
  public SuperblockEditor features(FeatureSet features) {
    put32(bytes, Superblock.FEATURE_COMPAT, features.compat());
    put32(bytes, Superblock.FEATURE_INCOMPAT, features.incompat());
    put32(bytes, Superblock.FEATURE_RO_COMPAT, features.roCompat());
    return this;
  }

  /** s_inodes_count. */
  public SuperblockEditor inodesCount(long count) {
    return int32(Superblock.INODES_COUNT, count);
  }

  /** s_blocks_count. */
  public SuperblockEditor blocksCount(long count) {
    return wide(Superblock.BLOCKS_COUNT_LO, Superblock.BLOCKS_COUNT_HI, count);
  }

  /** s_r_blocks_count. */
  public SuperblockEditor reservedBlocksCount(long count) {
    return wide(Superblock.R_BLOCKS_COUNT_LO, Superblock.R_BLOCKS_COUNT_HI, count);
  }

  /** s_free_blocks_count: free blocks, with bigalloc those of free clusters. */
  public SuperblockEditor freeBlocksCount(long count) {
    return wide(Superblock.FREE_BLOCKS_COUNT_LO, Superblock.FREE_BLOCKS_COUNT_HI, count);
  }

  private SuperblockEditor wide(int low, int high, long count) {
    put32(bytes, low, count);
    if (superblock.features().has(Feature.BIT64)) {
      put32(bytes, high, count >>> 32);
    } else {
      assert count >>> 32 == 0 : count;
    }
    return this;
  }

  /** s_free_inodes_count. */
  public SuperblockEditor freeInodesCount(long count) {
    return int32(Superblock.FREE_INODES_COUNT, count);
  }

  /** s_first_data_block. */
  public SuperblockEditor firstDataBlock(long block) {
    return int32(Superblock.FIRST_DATA_BLOCK, block);
  }

  /** s_log_block_size and, without bigalloc the same, s_log_cluster_size. */
  public SuperblockEditor logBlockSize(int log) {
    int32(Superblock.LOG_BLOCK_SIZE, log);
    return int32(Superblock.LOG_CLUSTER_SIZE, log);
  }

  /** s_blocks_per_group and, without bigalloc the same, s_clusters_per_group. */
  public SuperblockEditor blocksPerGroup(long count) {
    int32(Superblock.BLOCKS_PER_GROUP, count);
    return int32(Superblock.CLUSTERS_PER_GROUP, count);
  }

  /** s_inodes_per_group. */
  public SuperblockEditor inodesPerGroup(long count) {
    return int32(Superblock.INODES_PER_GROUP, count);
  }

  /** s_mtime: last mount, seconds since 1970. */
  public SuperblockEditor mountTime(long seconds) {
    return time(Superblock.MTIME, Superblock.MTIME_HI, seconds);
  }

  /** s_wtime: last write, seconds since 1970. */
  public SuperblockEditor writeTime(long seconds) {
    return time(Superblock.WTIME, Superblock.WTIME_HI, seconds);
  }

  /** s_lastcheck: last full check, seconds since 1970. */
  public SuperblockEditor lastCheckTime(long seconds) {
    return time(Superblock.LASTCHECK, Superblock.LASTCHECK_HI, seconds);
  }

  /** s_mkfs_time: creation, seconds since 1970. */
  public SuperblockEditor mkfsTime(long seconds) {
    return time(Superblock.MKFS_TIME, Superblock.MKFS_TIME_HI, seconds);
  }

  private SuperblockEditor time(int low, int high, long seconds) {
    put32(bytes, low, seconds);
    bytes.put(high, (byte) (seconds >>> 32));
    return this;
  }

  /** s_mnt_count. */
  public SuperblockEditor mountCount(int count) {
    return int16(Superblock.MOUNT_COUNT, count);
  }

  /** s_max_mnt_count; 0xFFFF for no limit. */
  public SuperblockEditor maxMountCount(int count) {
    return int16(Superblock.MAX_MOUNT_COUNT, count);
  }

  /** s_magic: {@link Superblock#MAGIC}. */
  public SuperblockEditor magic() {
    return int16(Superblock.MAGIC_FIELD, Superblock.MAGIC);
  }

  /** s_state: 1 valid, 2 errors, 4 orphans being recovered. */
  public SuperblockEditor state(int state) {
    return int16(Superblock.STATE, state);
  }

  /** s_errors: 1 continue, 2 remount read-only, 3 panic. */
  public SuperblockEditor errors(int behaviour) {
    return int16(Superblock.ERRORS, behaviour);
  }

  /** s_rev_level. */
  public SuperblockEditor revLevel(int level) {
    return int32(Superblock.REV_LEVEL, level);
  }

  /** s_first_ino. */
  public SuperblockEditor firstIno(long ino) {
    return int32(Superblock.FIRST_INO, ino);
  }

  /** s_inode_size. */
  public SuperblockEditor inodeSize(int sizeBytes) {
    return int16(Superblock.INODE_SIZE, sizeBytes);
  }

  /** s_block_group_nr: the low 16 bits of the group that holds this copy. */
  public SuperblockEditor blockGroupNumber(long group) {
    return int16(Superblock.BLOCK_GROUP_NUMBER, (int) group);
  }

  /** s_uuid. */
  public SuperblockEditor uuid(UUID uuid) {
    return uuid(Superblock.UUID_BYTES, uuid);
  }

  /** s_hash_seed, as 16 bytes in the order a UUID is written. */
  public SuperblockEditor hashSeed(UUID seed) {
    return uuid(Superblock.HASH_SEED, seed);
  }

  private SuperblockEditor uuid(int offset, UUID uuid) {
    BigEndian.put64(bytes, offset, uuid.getMostSignificantBits());
    BigEndian.put64(bytes, offset + 8, uuid.getLeastSignificantBits());
    return this;
  }

  /** s_volume_name: at most {@link #LABEL_BYTES} bytes of UTF-8. */
  public SuperblockEditor label(String label) {
    byte[] raw = label.getBytes(StandardCharsets.UTF_8);
    if (raw.length > LABEL_BYTES) {
      throw new IllegalArgumentException(
          "label of " + raw.length + " bytes, at most " + LABEL_BYTES + ": " + label);
    }
    bytes.put(Superblock.VOLUME_NAME, Arrays.copyOf(raw, LABEL_BYTES));
    return this;
  }

  /** s_reserved_gdt_blocks. */
  public SuperblockEditor reservedGdtBlocks(int count) {
    return int16(Superblock.RESERVED_GDT_BLOCKS, count);
  }

  /** s_journal_inum. */
  public SuperblockEditor journalInum(long ino) {
    return int32(Superblock.JOURNAL_INUM, ino);
  }

  /**
   * s_jnl_blocks, a copy of the journal inode's i_block and size, and s_jnl_backup_type, which says
   * so.
   */
  public SuperblockEditor journalBackup(InodeRecord journal) {
    bytes.put(Superblock.JOURNAL_BACKUP_TYPE, (byte) 1);
    bytes.put(
        Superblock.JNL_BLOCKS,
        journal.bytes(),
        journal.base() + InodeRecord.I_BLOCK,
        InodeRecord.I_BLOCK_BYTES);
    int32(Superblock.JNL_BLOCKS + InodeRecord.I_BLOCK_BYTES, journal.size() >>> 32);
    return int32(Superblock.JNL_BLOCKS + InodeRecord.I_BLOCK_BYTES + 4, journal.size());
  }

  /** s_last_orphan. */
  public SuperblockEditor lastOrphan(long ino) {
    return int32(Superblock.LAST_ORPHAN, ino);
  }

  /** s_def_hash_version. */
  public SuperblockEditor defaultHashVersion(int version) {
    bytes.put(Superblock.DEFAULT_HASH_VERSION, (byte) version);
    return this;
  }

  /** s_desc_size. */
  public SuperblockEditor descSize(int sizeBytes) {
    return int16(Superblock.DESC_SIZE, sizeBytes);
  }

  /** s_default_mount_opts. */
  public SuperblockEditor defaultMountOptions(int bits) {
    return int32(Superblock.DEFAULT_MOUNT_OPTIONS, bits);
  }

  /** s_min_extra_isize and s_want_extra_isize. */
  public SuperblockEditor extraIsize(int sizeBytes) {
    int16(Superblock.MIN_EXTRA_ISIZE, sizeBytes);
    return int16(Superblock.WANT_EXTRA_ISIZE, sizeBytes);
  }

  /** s_flags: 1 signed directory hash, 2 unsigned, 4 test file system. */
  public SuperblockEditor flags(int flags) {
    return int32(Superblock.FLAGS, flags);
  }

  /** s_log_groups_per_flex. */
  public SuperblockEditor logGroupsPerFlex(int log) {
    bytes.put(Superblock.LOG_GROUPS_PER_FLEX, (byte) log);
    return this;
  }

  /** s_checksum_type: 1 is crc32c. */
  public SuperblockEditor checksumType(int type) {
    bytes.put(Superblock.CHECKSUM_TYPE, (byte) type);
    return this;
  }

  /** s_kbytes_written. */
  public SuperblockEditor kbytesWritten(long count) {
    put64(bytes, Superblock.KBYTES_WRITTEN, count);
    return this;
  }

  /** s_overhead_clusters. */
  public SuperblockEditor overheadClusters(long count) {
    return int32(Superblock.OVERHEAD_CLUSTERS, count);
  }

  /** s_backup_bgs: the groups with backups under sparse_super2; 0 for none. */
  public SuperblockEditor backupGroups(long first, long second) {
    int32(Superblock.BACKUP_BGS, first);
    return int32(Superblock.BACKUP_BGS + 4, second);
  }

  /** s_checksum_seed, used with metadata_csum_seed. */
  public SuperblockEditor checksumSeed(int seed) {
    return int32(Superblock.CHECKSUM_SEED, seed);
  }

  /** s_orphan_file_inum. */
  public SuperblockEditor orphanFileInum(long ino) {
    return int32(Superblock.ORPHAN_FILE_INUM, ino);
  }

  private SuperblockEditor int16(int offset, int value) {
    put16(bytes, offset, value);
    return this;
  }

  private SuperblockEditor int32(int offset, long value) {
    put32(bytes, offset, value);
    return this;
  }
}
