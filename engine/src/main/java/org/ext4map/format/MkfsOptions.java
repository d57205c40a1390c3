package org.ext4map.format;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.SuperblockEditor;

/** What {@link Mkfs} is to make. Immutable; made by a {@link Builder}. */
public final class MkfsOptions {
  /** Says: choose as mke2fs would for this size. */
  public static final int BY_SIZE = 0;

  /** What becomes of the part of the inode tables that holds no inode yet. */
  public enum InodeTables {
    /** Set to zero, and marked so. */
    ZEROED,
    /**
     * Left as found; the kernel zeroes them after the first mount. Only with descriptor checksums,
     * which say how far a table is in use; without them tables are always zeroed.
     */
    LAZY
  }

  private final Builder values;

  private MkfsOptions(Builder values) {
    this.values = values;
  }

  /**
   * The features and sizes of {@code mke2fs -t ext4}.
   *
   * @param uuid s_uuid
   * @param hashSeed s_hash_seed of directory hashes
   * @param createdAt the time of everything
   */
  public static Builder ext4(UUID uuid, UUID hashSeed, Instant createdAt) {
    return new Builder(uuid, hashSeed, createdAt);
  }

  UUID uuid() {
    return values.uuid;
  }

  UUID hashSeed() {
    return values.hashSeed;
  }

  Instant createdAt() {
    return values.createdAt;
  }

  Set<Feature> features() {
    return values.features;
  }

  int blockSize() {
    return values.blockSize;
  }

  int blocksPerGroup() {
    return values.blocksPerGroup;
  }

  int groupsPerFlex() {
    return values.groupsPerFlex;
  }

  int inodeSize() {
    return values.inodeSize;
  }

  long inodes() {
    return values.inodes;
  }

  long bytesPerInode() {
    return values.bytesPerInode;
  }

  long journalBlocks() {
    return values.journalBlocks;
  }

  int reservedPercent() {
    return values.reservedPercent;
  }

  String label() {
    return values.label;
  }

  InodeTables inodeTables() {
    return values.inodeTables;
  }

  /**
   * Collects options. Values are checked for themselves here, and against size and each other by
   * {@link Mkfs}. Not thread-safe.
   */
  public static final class Builder implements Cloneable {
    private final UUID uuid;
    private final UUID hashSeed;
    private final Instant createdAt;
    private EnumSet<Feature> features =
        EnumSet.of(
            Feature.HAS_JOURNAL,
            Feature.EXT_ATTR,
            Feature.RESIZE_INODE,
            Feature.DIR_INDEX,
            Feature.FILETYPE,
            Feature.EXTENTS,
            Feature.BIT64,
            Feature.FLEX_BG,
            Feature.SPARSE_SUPER,
            Feature.LARGE_FILE,
            Feature.HUGE_FILE,
            Feature.DIR_NLINK,
            Feature.EXTRA_ISIZE,
            Feature.METADATA_CSUM);
    private int blockSize = BY_SIZE;
    private int blocksPerGroup = BY_SIZE;
    private int groupsPerFlex = 16;
    private int inodeSize = 256;
    private long inodes = BY_SIZE;
    private long bytesPerInode = BY_SIZE;
    private long journalBlocks = BY_SIZE;
    private int reservedPercent = 5;
    private String label = "";
    private InodeTables inodeTables = InodeTables.LAZY;

    private Builder(UUID uuid, UUID hashSeed, Instant createdAt) {
      this.uuid = Objects.requireNonNull(uuid);
      this.hashSeed = Objects.requireNonNull(hashSeed);
      this.createdAt = Objects.requireNonNull(createdAt);
      require("creation time", createdAt.getEpochSecond(), 0, (1L << 34) - 1, "seconds since 1970");
    }

    /** Adds features; {@link Mkfs} refuses those it does not make. */
    public Builder with(Feature... added) {
      features.addAll(Set.of(added));
      return this;
    }

    /** Takes features away. */
    public Builder without(Feature... removed) {
      features.removeAll(Set.of(removed));
      return this;
    }

    /** Bytes in a block: a power of two, 1024 … 65536, or {@link #BY_SIZE}. */
    public Builder blockSize(int bytes) {
      requirePowerOfTwo("block size", bytes, 1024, 65536);
      blockSize = bytes;
      return this;
    }

    /**
     * Blocks in a group: a multiple of 8, 256 … 8 * block size. More and smaller groups serve tests
     * best.
     */
    public Builder blocksPerGroup(int blocks) {
      require("blocks per group", blocks, 256, 65528, "");
      if (blocks % 8 != 0) {
        throw new IllegalArgumentException("blocks per group=" + blocks + ", a multiple of 8");
      }
      blocksPerGroup = blocks;
      return this;
    }

    /** Groups whose tables are packed together by flex_bg: a power of two, 2 … 32768. */
    public Builder groupsPerFlex(int groups) {
      requirePowerOfTwo("groups per flex group", groups, 2, 32768);
      groupsPerFlex = groups;
      return this;
    }

    /** Bytes in an inode: a power of two, 128 … the block size. */
    public Builder inodeSize(int bytes) {
      requirePowerOfTwo("inode size", bytes, 128, 65536);
      inodeSize = bytes;
      return this;
    }

    /**
     * Inodes wanted; each group gets its share, brought to whole table blocks and a multiple of 8,
     * as mke2fs does. Wins over the ratio.
     */
    public Builder inodes(long count) {
      require("inodes", count, 1, 0xFFFFFFFFL, "");
      inodes = count;
      return this;
    }

    /** One inode for so many bytes of the device: 1024 … 64 MiB. */
    public Builder bytesPerInode(long bytes) {
      require("bytes per inode", bytes, 1024, 64L << 20, "");
      bytesPerInode = bytes;
      return this;
    }

    /** Blocks of the journal: 1024 … 10,240,000. */
    public Builder journalBlocks(long blocks) {
      require("journal blocks", blocks, 1024, 10_240_000, "");
      journalBlocks = blocks;
      return this;
    }

    /** Part of the blocks kept for the super-user: 0 … 50 per cent. */
    public Builder reservedPercent(int percent) {
      require("reserved percent", percent, 0, 50, "");
      reservedPercent = percent;
      return this;
    }

    /** s_volume_name, at most 16 bytes of UTF-8. */
    public Builder label(String text) {
      int length = text.getBytes(StandardCharsets.UTF_8).length;
      require("bytes of label", length, 0, SuperblockEditor.LABEL_BYTES, "");
      label = text;
      return this;
    }

    /** Whether inode tables are zeroed now or left to the kernel. */
    public Builder inodeTables(InodeTables treatment) {
      inodeTables = treatment;
      return this;
    }

    /** The options as they stand. */
    public MkfsOptions build() {
      return new MkfsOptions(clone());
    }

    @Override
    protected Builder clone() {
      try {
        Builder copy = (Builder) super.clone();
        copy.features = features.clone();
        return copy;
      } catch (CloneNotSupportedException impossible) {
        throw new AssertionError(impossible);
      }
    }

    private static void require(String what, long found, long least, long most, String unit) {
      if (found < least || found > most) {
        throw new IllegalArgumentException(
            what + "=" + found + ", allowed " + least + " … " + most + " " + unit);
      }
    }

    private static void requirePowerOfTwo(String what, int found, int least, int most) {
      if (Integer.bitCount(found) != 1 || found < least || found > most) {
        throw new IllegalArgumentException(
            what + "=" + found + ", allowed a power of two, " + least + " … " + most);
      }
    }
  }
}
