package org.ext4map.check;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.ext4map.device.BlockDevice;
import org.ext4map.model.CorruptionException;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.FeatureSet;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.Superblock;
import org.jspecify.annotations.Nullable;

/**
 * Finds a superblock to judge by, the primary one or else a backup, and judges its fields. The
 * rules go beyond {@link Geometry}: it refuses what has no shape, this also tells what should not
 * be.
 */
final class SuperblockPass {
  private static final int LINUX = 0;
  private static final int HURD = 1;
  private static final int LEAST_GROUP = 8;
  private static final int GROUP_METADATA = 4;
  private static final int LARGEST_DESCRIPTOR = 1024;
  private static final int MIN_EXTRA = 4;
  private static final int LAST_REVISION = 1;
  private static final int LARGEST_LOG_BLOCK_SIZE = 6;
  private static final long LEAST_SEARCHED_GROUP = 256;
  private static final long MOST_BLOCKS_PER_GROUP = 65528;
  private static final int UTF8 = 1;
  private static final int MOST_LOG_GROUPS = 31;

  /**
   * A superblock with its shape.
   *
   * @param group the descriptors behind the superblock of this group are to be gone by; 0 means the
   *     primary ones
   */
  record Found(Superblock superblock, Geometry geometry, long group) {}

  private final BlockDevice device;
  private final Findings findings;

  SuperblockPass(BlockDevice device, Findings findings) {
    this.device = device;
    this.findings = findings;
  }

  /**
   * The superblock to judge by.
   *
   * @throws EndOfCheck if there is none, or if it has features nobody knows; the finding is told
   */
  Found find(CheckOptions options) throws IOException {
    if (options.superblock().isPresent()) {
      Superblock passedOver = read(Superblock.OFFSET_BYTES);
      if (passedOver == null
          || passedOver.magic() != Superblock.MAGIC
          || !isChecksumRight(passedOver)) {
        findings.add(Problem.SB_PRIMARY_INVALID, "no superblock at byte 1024");
      }
      CheckOptions.BackupSuperblock named = options.superblock().get();
      String place = "block " + named.block() + " of " + named.blockSize() + " bytes";
      Found found =
          usable(List.of(named.block() * named.blockSize()))
              .orElseThrow(() -> unusable("no superblock in " + place));
      return new Found(found.superblock(), found.geometry(), 0);
    }
    Superblock primary = read(Superblock.OFFSET_BYTES);
    if (primary == null || primary.magic() != Superblock.MAGIC) {
      return findBackup(candidates(primary), "no magic number at byte 1024");
    }
    if (!isChecksumRight(primary)) {
      return findBackup(candidates(primary), "the checksum at byte 1024 is wrong");
    }
    requireKnownFeatures(primary);
    try {
      primary.verify("byte 1024");
      return new Found(primary, shapeOf(primary), 0);
    } catch (CorruptionException e) {
      String detail = String.valueOf(e.getMessage());
      if (e.field().equals("s_first_meta_bg")) {
        findings.add(Problem.SB_FIRST_META_BG_TOO_BIG, detail);
        return findBackup(candidates(primary), detail);
      }
      return findBackup(candidates(primary), detail, Optional.of(Problem.SB_FIELD_OUT_OF_RANGE));
    }
  }

  /** The backup in group 1, if there is more than one group and it is usable. */
  Optional<Found> firstBackup(Found found) throws IOException {
    Geometry shape = found.geometry();
    if (shape.groupCount() == 1) {
      return Optional.empty();
    }
    long offset = (shape.firstDataBlock() + shape.blocksPerGroup()) * shape.blockSize();
    Superblock backup = read(offset);
    if (backup == null || backup.magic() != Superblock.MAGIC || !isChecksumRight(backup)) {
      return Optional.empty();
    }
    try {
      backup.verify("byte " + offset);
      return Optional.of(new Found(backup, shapeOf(backup), 1));
    } catch (CorruptionException e) {
      return Optional.empty();
    }
  }

  private static boolean isChecksumRight(Superblock sb) {
    return !sb.features().has(Feature.METADATA_CSUM) || sb.checksum() == sb.computeChecksum();
  }

  private Found findBackup(Iterable<Long> offsets, String reason) throws IOException {
    return findBackup(offsets, reason, Optional.empty());
  }

  /** As {@link #find}; {@code worse} is told, too, if there is no backup to go by. */
  private Found findBackup(Iterable<Long> offsets, String reason, Optional<Problem> worse)
      throws IOException {
    findings.add(Problem.SB_PRIMARY_INVALID, reason);
    Optional<Found> backup = usable(offsets);
    if (backup.isEmpty()) {
      backup = usable(searched());
    }
    if (backup.isPresent()) {
      return backup.get();
    }
    worse.ifPresent(problem -> findings.add(problem, reason));
    throw unusable(reason);
  }

  private EndOfCheck unusable(String reason) {
    findings.add(Problem.SB_UNUSABLE, reason);
    return new EndOfCheck("no superblock");
  }

  /** The first usable superblock at one of {@code offsets}; that it is a backup is told. */
  private Optional<Found> usable(Iterable<Long> offsets) throws IOException {
    for (long offset : offsets) {
      Superblock backup = read(offset);
      if (backup != null && backup.magic() == Superblock.MAGIC) {
        try {
          backup.verify("byte " + offset);
          Geometry geometry = shapeOf(backup);
          requireKnownFeatures(backup);
          findings.add(Problem.SB_BACKUP_USED, "the copy at byte " + offset);
          return Optional.of(new Found(backup, geometry, groupAt(offset, geometry)));
        } catch (CorruptionException e) {
          assert !e.field().isEmpty(); // the next one may be better
        }
      }
    }
    return Optional.empty();
  }

  private static long groupAt(long offset, Geometry geometry) {
    return offset == Superblock.OFFSET_BYTES
        ? 0
        : (offset / geometry.blockSize() - geometry.firstDataBlock()) / geometry.blocksPerGroup();
  }

  /** Where a backup in group 1 says that it belongs, for groups of any size that mke2fs makes. */
  private List<Long> searched() throws IOException {
    List<Long> offsets = new ArrayList<>();
    for (int log = 0; log <= LARGEST_LOG_BLOCK_SIZE; log++) {
      long blockSize = 1024L << log;
      long most = Math.min(8 * blockSize, MOST_BLOCKS_PER_GROUP);
      for (long perGroup = LEAST_SEARCHED_GROUP; perGroup <= most; perGroup += 8) {
        long offset = (perGroup + (log == 0 ? 1 : 0)) * blockSize;
        Superblock backup = read(offset);
        if (backup == null) {
          break; // the device ends
        }
        if (backup.magic() == Superblock.MAGIC
            && backup.blockGroupNumber() == 1
            && backup.logBlockSize() == log
            && backup.blocksPerGroup() == perGroup) {
          offsets.add(offset);
        }
      }
    }
    return offsets;
  }

  /** The shape, by the rules of the tools, which know two more than the kernel. */
  private static Geometry shapeOf(Superblock sb) throws CorruptionException {
    Geometry geometry = new Geometry(sb);
    if (!geometry.has(Feature.BIGALLOC) && sb.clustersPerGroup() != sb.blocksPerGroup()) {
      throw CorruptionException.of(
          "superblock",
          "s_clusters_per_group",
          sb.clustersPerGroup(),
          "" + sb.blocksPerGroup(),
          "no bigalloc");
    }
    if (sb.logGroupsPerFlex() > MOST_LOG_GROUPS) {
      throw CorruptionException.of(
          "superblock",
          "s_log_groups_per_flex",
          sb.logGroupsPerFlex(),
          "<= " + MOST_LOG_GROUPS,
          "byte 372");
    }
    return geometry;
  }

  /** Where backups can be: what a damaged primary says, then what mke2fs makes. */
  private static Set<Long> candidates(@Nullable Superblock primary) {
    Set<Long> offsets = new LinkedHashSet<>();
    if (primary != null && primary.logBlockSize() <= LARGEST_LOG_BLOCK_SIZE) {
      long blockSize = 1024L << primary.logBlockSize();
      long perGroup = primary.blocksPerGroup();
      for (long group : new long[] {1, 3, 5}) {
        offsets.add((group * perGroup + Math.min(primary.firstDataBlock(), 1)) * blockSize);
      }
    }
    for (int log = 0; log <= LARGEST_LOG_BLOCK_SIZE; log++) {
      long blockSize = 1024L << log;
      offsets.add((blockSize * 8 + (log == 0 ? 1 : 0)) * blockSize);
    }
    offsets.remove(0L);
    offsets.remove(Superblock.OFFSET_BYTES);
    return offsets;
  }

  private @Nullable Superblock read(long offset) throws IOException {
    if (offset < 0 || offset > device.sizeBytes() - Superblock.BYTES) {
      return null;
    }
    ByteBuffer bytes = ByteBuffer.allocate(Superblock.BYTES);
    device.read(offset, bytes);
    return new Superblock(bytes, 0);
  }

  private void requireKnownFeatures(Superblock sb) throws EndOfCheck {
    FeatureSet features = sb.features();
    List<String> unknown = new ArrayList<>();
    for (Feature.Set set : Feature.Set.values()) {
      if (features.unknown(set) != 0) {
        unknown.add(set + " 0x" + Integer.toHexString(features.unknown(set)));
      }
    }
    Feature[] refused = {
      Feature.LAZY_BG, Feature.SNAPSHOT_BITMAP, Feature.COMPRESSION, Feature.JOURNAL_DEV,
      Feature.DIRDATA, Feature.BTREE_DIR, Feature.HAS_SNAPSHOT, Feature.REPLICA
    };
    for (Feature feature : refused) {
      if (features.has(feature)) {
        unknown.add(feature.label());
      }
    }
    if (sb.revLevel() > LAST_REVISION) {
      unknown.add("s_rev_level " + sb.revLevel());
    }
    if (features.has(Feature.CASEFOLD) && sb.encoding() != UTF8) {
      unknown.add("s_encoding " + sb.encoding());
    }
    if (!unknown.isEmpty()) {
      findings.add(Problem.SB_UNSUPPORTED_FEATURE, String.join(", ", unknown));
      throw new EndOfCheck("unknown features");
    }
  }

  /** Judges the fields of the superblock that was found. */
  void judge(Found found) throws EndOfCheck {
    Superblock sb = found.superblock();
    Geometry geometry = found.geometry();
    long deviceBlocks = device.sizeBytes() / geometry.blockSize();
    if (geometry.blocksCount() > deviceBlocks) {
      findings.add(
          Problem.SB_BLOCK_COUNT_WRONG,
          "s_blocks_count=" + geometry.blocksCount() + ", the device has " + deviceBlocks);
    }
    judgeRanges(sb, geometry);
    if (findings.has(Problem.SB_FIELD_OUT_OF_RANGE) && !findings.has(Problem.SB_PRIMARY_INVALID)) {
      findings.add(Problem.SB_UNUSABLE, "fields out of range");
      throw new EndOfCheck("fields out of range");
    }
    if (sb.creatorOs() == HURD && geometry.has(Feature.FILETYPE)) {
      findings.add(Problem.SB_HURD_FILETYPE, "");
    }
    FeatureSet features = sb.features();
    if (sb.revLevel() == 0
        && (features.compat() | features.incompat() | features.roCompat()) != 0) {
      findings.add(Problem.SB_REVISION_0_FEATURES, String.join(" ", features.names()));
    }
    judgeExtraSizes(sb, geometry);
    judgeCombinations(sb, geometry);
    if ((sb.state() & 1) == 0 || (sb.state() & 2) != 0) {
      findings.add(Problem.SB_NOT_CLEAN, "s_state=" + sb.state());
    }
  }

  /** Judges features that make no sense together, or without each other. */
  private void judgeCombinations(Superblock sb, Geometry geometry) {
    if (geometry.has(Feature.METADATA_CSUM) && geometry.has(Feature.GDT_CSUM)) {
      findings.add(Problem.SB_TWO_KINDS_OF_CHECKSUMS, "metadata_csum and uninit_bg");
    }
    if (geometry.has(Feature.CSUM_SEED) && !geometry.has(Feature.METADATA_CSUM)) {
      findings.add(Problem.SB_CHECKSUM_SEED_NEEDLESS, "");
    }
    if (geometry.has(Feature.BIT64) && !geometry.has(Feature.EXTENTS)) {
      findings.add(Problem.SB_64BIT_WITHOUT_EXTENTS, "");
    }
    if (sb.reservedGdtBlocks() != 0 && !geometry.has(Feature.RESIZE_INODE)) {
      findings.add(
          Problem.SB_RESERVED_GDT_WITHOUT_RESIZE,
          "s_reserved_gdt_blocks=" + sb.reservedGdtBlocks());
    }
  }

  private void judgeRanges(Superblock sb, Geometry geometry) {
    long blocks = geometry.blocksPerGroup();
    long inodesPerBlock = geometry.blockSize() / geometry.inodeSize();
    requireRange("s_r_blocks_count", sb.reservedBlocksCount(), 0, geometry.blocksCount() / 2);
    requireRange("s_blocks_per_group", blocks, LEAST_GROUP, Long.MAX_VALUE);
    requireRange("s_clusters_per_group", geometry.clustersPerGroup(), LEAST_GROUP, Long.MAX_VALUE);
    requireRange(
        "s_inodes_per_group",
        geometry.inodesPerGroup(),
        inodesPerBlock,
        inodesPerBlock * (blocks - GROUP_METADATA));
    requireRange("s_desc_size", sb.descSize(), 0, LARGEST_DESCRIPTOR);
    if (Integer.bitCount(sb.descSize()) > 1) {
      findings.add(
          Problem.SB_FIELD_OUT_OF_RANGE, "s_desc_size=" + sb.descSize() + ", allowed a power of 2");
    }
  }

  private void requireRange(String field, long found, long least, long most) {
    if (found < least || found > most) {
      String allowed = most == Long.MAX_VALUE ? ">= " + least : least + " … " + most;
      findings.add(Problem.SB_FIELD_OUT_OF_RANGE, field + "=" + found + ", allowed " + allowed);
    }
  }

  private void judgeExtraSizes(Superblock sb, Geometry geometry) {
    int most = geometry.inodeSize() - 128;
    if (most <= 0 || (sb.creatorOs() != LINUX && sb.creatorOs() != HURD)) {
      return;
    }
    if (isBadExtra(sb.minExtraIsize(), most)) {
      findings.add(
          Problem.SB_MIN_EXTRA_ISIZE,
          "s_min_extra_isize=" + sb.minExtraIsize() + ", allowed 0 or 4 … " + most);
    }
    if (isBadExtra(sb.wantExtraIsize(), most)) {
      findings.add(
          Problem.SB_WANT_EXTRA_ISIZE,
          "s_want_extra_isize=" + sb.wantExtraIsize() + ", allowed 0 or 4 … " + most);
    }
  }

  private static boolean isBadExtra(int value, int most) {
    return value != 0 && (value < MIN_EXTRA || value > most || value % 4 != 0);
  }

  /** Compares the backups with the primary: magic number, UUID and checksum. */
  void judgeBackups(Found found) throws IOException {
    Geometry geometry = found.geometry();
    for (long group = 1; group < geometry.groupCount(); group++) {
      if (!geometry.hasSuper(group)) {
        continue;
      }
      long block = geometry.firstBlockOf(group);
      Superblock backup = read(block * geometry.blockSize());
      if (backup == null) {
        continue;
      }
      if (backup.magic() != Superblock.MAGIC
          || !backup.uuid().equals(found.superblock().uuid())
          || !isChecksumRight(backup)) {
        findings.addAt(Problem.SB_BACKUP_DAMAGED, block, "group " + group);
      }
    }
  }
}
