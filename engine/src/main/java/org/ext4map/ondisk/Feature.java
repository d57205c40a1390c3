package org.ext4map.ondisk;

/**
 * The feature bits of a superblock, named as mke2fs and dumpe2fs name them, with what this engine
 * does when it meets one. Bits and names: Linux fs/ext4/ext4.h, e2fsprogs lib/e2p/feature.c.
 */
public enum Feature {
  DIR_PREALLOC(Set.COMPAT, 0x0001, "dir_prealloc", Policy.READ_WRITE),
  IMAGIC_INODES(Set.COMPAT, 0x0002, "imagic_inodes", Policy.READ_WRITE),
  HAS_JOURNAL(Set.COMPAT, 0x0004, "has_journal", Policy.READ_WRITE),
  EXT_ATTR(Set.COMPAT, 0x0008, "ext_attr", Policy.READ_WRITE),
  RESIZE_INODE(Set.COMPAT, 0x0010, "resize_inode", Policy.READ_WRITE),
  DIR_INDEX(Set.COMPAT, 0x0020, "dir_index", Policy.READ_WRITE),
  LAZY_BG(Set.COMPAT, 0x0040, "lazy_bg", Policy.READ_WRITE),
  SNAPSHOT_BITMAP(Set.COMPAT, 0x0100, "snapshot_bitmap", Policy.READ_ONLY),
  SPARSE_SUPER2(Set.COMPAT, 0x0200, "sparse_super2", Policy.READ_WRITE),
  FAST_COMMIT(Set.COMPAT, 0x0400, "fast_commit", Policy.READ_WRITE),
  STABLE_INODES(Set.COMPAT, 0x0800, "stable_inodes", Policy.READ_WRITE),
  ORPHAN_FILE(Set.COMPAT, 0x1000, "orphan_file", Policy.READ_WRITE),

  COMPRESSION(Set.INCOMPAT, 0x0001, "compression", Policy.REFUSE),
  FILETYPE(Set.INCOMPAT, 0x0002, "filetype", Policy.READ_WRITE),
  RECOVER(Set.INCOMPAT, 0x0004, "needs_recovery", Policy.READ_WRITE),
  JOURNAL_DEV(Set.INCOMPAT, 0x0008, "journal_dev", Policy.REFUSE),
  META_BG(Set.INCOMPAT, 0x0010, "meta_bg", Policy.READ_WRITE),
  EXTENTS(Set.INCOMPAT, 0x0040, "extent", Policy.READ_WRITE),
  BIT64(Set.INCOMPAT, 0x0080, "64bit", Policy.READ_WRITE),
  MMP(Set.INCOMPAT, 0x0100, "mmp", Policy.READ_ONLY),
  FLEX_BG(Set.INCOMPAT, 0x0200, "flex_bg", Policy.READ_WRITE),
  EA_INODE(Set.INCOMPAT, 0x0400, "ea_inode", Policy.READ_ONLY),
  DIRDATA(Set.INCOMPAT, 0x1000, "dirdata", Policy.REFUSE),
  CSUM_SEED(Set.INCOMPAT, 0x2000, "metadata_csum_seed", Policy.READ_WRITE),
  LARGEDIR(Set.INCOMPAT, 0x4000, "large_dir", Policy.READ_WRITE),
  INLINE_DATA(Set.INCOMPAT, 0x8000, "inline_data", Policy.READ_ONLY),
  ENCRYPT(Set.INCOMPAT, 0x10000, "encrypt", Policy.READ_ONLY),
  CASEFOLD(Set.INCOMPAT, 0x20000, "casefold", Policy.READ_ONLY),

  SPARSE_SUPER(Set.RO_COMPAT, 0x0001, "sparse_super", Policy.READ_WRITE),
  LARGE_FILE(Set.RO_COMPAT, 0x0002, "large_file", Policy.READ_WRITE),
  BTREE_DIR(Set.RO_COMPAT, 0x0004, "btree_dir", Policy.READ_WRITE),
  HUGE_FILE(Set.RO_COMPAT, 0x0008, "huge_file", Policy.READ_WRITE),
  GDT_CSUM(Set.RO_COMPAT, 0x0010, "uninit_bg", Policy.READ_WRITE),
  DIR_NLINK(Set.RO_COMPAT, 0x0020, "dir_nlink", Policy.READ_WRITE),
  EXTRA_ISIZE(Set.RO_COMPAT, 0x0040, "extra_isize", Policy.READ_WRITE),
  HAS_SNAPSHOT(Set.RO_COMPAT, 0x0080, "snapshot", Policy.READ_ONLY),
  QUOTA(Set.RO_COMPAT, 0x0100, "quota", Policy.READ_ONLY),
  BIGALLOC(Set.RO_COMPAT, 0x0200, "bigalloc", Policy.READ_ONLY),
  METADATA_CSUM(Set.RO_COMPAT, 0x0400, "metadata_csum", Policy.READ_WRITE),
  REPLICA(Set.RO_COMPAT, 0x0800, "replica", Policy.READ_ONLY),
  READONLY(Set.RO_COMPAT, 0x1000, "read-only", Policy.READ_ONLY),
  PROJECT(Set.RO_COMPAT, 0x2000, "project", Policy.READ_ONLY),
  SHARED_BLOCKS(Set.RO_COMPAT, 0x4000, "shared_blocks", Policy.READ_ONLY),
  VERITY(Set.RO_COMPAT, 0x8000, "verity", Policy.READ_ONLY),
  ORPHAN_PRESENT(Set.RO_COMPAT, 0x10000, "orphan_present", Policy.READ_WRITE);

  /** The superblock field a feature stands in, which decides what an unknown bit means. */
  public enum Set {
    /** An unknown bit never refuses. */
    COMPAT,
    /** An unknown bit refuses any use. */
    INCOMPAT,
    /** An unknown bit refuses writing. */
    RO_COMPAT
  }

  /** What the engine does with an image that has the feature. */
  public enum Policy {
    /** Reads and writes it. */
    READ_WRITE,
    /** Reads it; opening for writing refuses by name. */
    READ_ONLY,
    /** Refuses to open the image. */
    REFUSE
  }

  private final Set set;
  private final int mask;
  private final String label;
  private final Policy policy;

  Feature(Set set, int mask, String label, Policy policy) {
    this.set = set;
    this.mask = mask;
    this.label = label;
    this.policy = policy;
  }

  /** The superblock field that holds the bit. */
  public Set set() {
    return set;
  }

  /** The bit. */
  public int mask() {
    return mask;
  }

  /** The name as dumpe2fs prints it. */
  public String label() {
    return label;
  }

  /** What the engine does with it. */
  public Policy policy() {
    return policy;
  }
}
