package org.ext4map.check;

/**
 * Everything the judge can find wrong, in one table: the name, the pass that looks for it, how bad
 * it is and a sentence for a person. {@code docs/problems.md} is generated from it.
 */
public enum Problem {
  SB_UNUSABLE(
      "sb.unusable",
      Pass.SUPERBLOCK,
      Severity.FATAL,
      "no superblock describes a file system that can be checked"),
  SB_PRIMARY_INVALID(
      "sb.primary-invalid",
      Pass.SUPERBLOCK,
      Severity.ERROR,
      "the primary superblock is damaged; a backup was used instead"),
  SB_BLOCK_COUNT_WRONG(
      "sb.block-count-wrong",
      Pass.SUPERBLOCK,
      Severity.ERROR,
      "the superblock counts more blocks than the device has"),
  SB_FIELD_OUT_OF_RANGE(
      "sb.field-out-of-range",
      Pass.SUPERBLOCK,
      Severity.ERROR,
      "a superblock field has a value the format does not allow"),
  SB_UNSUPPORTED_FEATURE(
      "sb.unsupported-feature",
      Pass.SUPERBLOCK,
      Severity.FATAL,
      "the file system uses a feature that this checker does not know"),
  SB_BACKUP_DAMAGED(
      "sb.backup-damaged",
      Pass.SUPERBLOCK,
      Severity.WARNING,
      "a backup superblock does not match the primary one"),
  SB_FIRST_META_BG_TOO_BIG(
      "sb.first-meta-bg-too-big",
      Pass.SUPERBLOCK,
      Severity.ERROR,
      "s_first_meta_bg lies behind the last block of group descriptors"),
  SB_HURD_FILETYPE(
      "sb.hurd-filetype",
      Pass.SUPERBLOCK,
      Severity.WARNING,
      "a file system of the Hurd must not use the filetype feature"),
  SB_MIN_EXTRA_ISIZE(
      "sb.min-extra-isize",
      Pass.SUPERBLOCK,
      Severity.ERROR,
      "s_min_extra_isize does not fit the inode size"),
  SB_WANT_EXTRA_ISIZE(
      "sb.want-extra-isize",
      Pass.SUPERBLOCK,
      Severity.ERROR,
      "s_want_extra_isize does not fit the inode size"),
  SB_NOT_CLEAN(
      "sb.not-clean",
      Pass.SUPERBLOCK,
      Severity.INFO,
      "the superblock is marked as not cleanly unmounted or as having seen errors"),
  SB_FEATURES_ON_REVISION_0(
      "sb.features-on-revision-0",
      Pass.SUPERBLOCK,
      Severity.WARNING,
      "features are set although the revision is 0, which has none"),
  SB_MEMORY_LIMIT(
      "sb.memory-limit",
      Pass.SUPERBLOCK,
      Severity.FATAL,
      "checking would need more memory than allowed"),
  SB_CANCELLED(
      "sb.cancelled", Pass.SUPERBLOCK, Severity.FATAL, "the check was cancelled before the end"),
  SB_DEVICE_ERROR(
      "sb.device-error", Pass.SUPERBLOCK, Severity.FATAL, "the device failed while it was read"),

  GDT_PRIMARY_INVALID(
      "gdt.primary-invalid",
      Pass.GROUPS,
      Severity.ERROR,
      "the primary group descriptors are damaged"),
  GDT_BACKUP_DAMAGED(
      "gdt.backup-damaged",
      Pass.GROUPS,
      Severity.WARNING,
      "a backup of the group descriptors does not match the primary ones"),
  GDT_BLOCK_BITMAP_OUTSIDE_GROUP(
      "gdt.block-bitmap-outside-group",
      Pass.GROUPS,
      Severity.ERROR,
      "a group's block bitmap lies outside the group"),
  GDT_INODE_BITMAP_OUTSIDE_GROUP(
      "gdt.inode-bitmap-outside-group",
      Pass.GROUPS,
      Severity.ERROR,
      "a group's inode bitmap lies outside the group"),
  GDT_INODE_TABLE_OUTSIDE_GROUP(
      "gdt.inode-table-outside-group",
      Pass.GROUPS,
      Severity.ERROR,
      "a group's inode table lies outside the group"),
  GDT_CHECKSUM(
      "gdt.checksum", Pass.GROUPS, Severity.ERROR, "the checksum of a group descriptor is wrong"),
  GDT_UNINIT_FLAG_WITHOUT_FEATURE(
      "gdt.uninit-flag-without-feature",
      Pass.GROUPS,
      Severity.WARNING,
      "a group claims to be uninitialised, which needs descriptor checksums"),
  GDT_UNINIT_LAST_GROUP(
      "gdt.uninit-last-group",
      Pass.GROUPS,
      Severity.ERROR,
      "the last group must have an initialised block bitmap"),
  GDT_UNINIT_INCONSISTENT(
      "gdt.uninit-inconsistent",
      Pass.GROUPS,
      Severity.ERROR,
      "a group's uninitialised flags contradict each other"),
  GDT_UNUSED_INODE_COUNT(
      "gdt.unused-inode-count",
      Pass.GROUPS,
      Severity.ERROR,
      "a group's count of never-used inodes does not fit"),
  BITMAP_LOCATION_CONFLICT(
      "bitmap.location-conflict",
      Pass.GROUPS,
      Severity.ERROR,
      "a bitmap or inode table shares a block with other metadata"),
  GDT_INODE_TABLE_CONFLICT(
      "gdt.inode-table-conflict",
      Pass.GROUPS,
      Severity.ERROR,
      "an inode table shares a block with other metadata"),
  RESIZE_INODE_INVALID(
      "resize-inode.invalid",
      Pass.GROUPS,
      Severity.ERROR,
      "the resize inode does not reserve the blocks the superblock promises"),
  RESIZE_INODE_NONZERO_WITHOUT_FEATURE(
      "resize-inode.nonzero-without-feature",
      Pass.GROUPS,
      Severity.ERROR,
      "the resize inode is filled although the feature is off"),
  RESIZE_INODE_WITH_META_BG(
      "resize-inode.with-meta-bg",
      Pass.GROUPS,
      Severity.ERROR,
      "resize_inode and meta_bg exclude each other"),

  JOURNAL_AMBIGUOUS(
      "journal.ambiguous",
      Pass.JOURNAL,
      Severity.ERROR,
      "the superblock names both a journal of its own and one on another device"),
  JOURNAL_EXTERNAL_MISSING(
      "journal.external-missing",
      Pass.JOURNAL,
      Severity.INFO,
      "the journal is on another device that was not given; judged without it"),
  JOURNAL_INODE_INVALID(
      "journal.inode-invalid",
      Pass.JOURNAL,
      Severity.ERROR,
      "the journal inode cannot hold a journal"),
  JOURNAL_INODE_UNUSED_BUT_FILLED(
      "journal.inode-unused-but-filled",
      Pass.JOURNAL,
      Severity.ERROR,
      "inode 8 is filled although no journal uses it"),
  JOURNAL_PRESENT_WITHOUT_FEATURE(
      "journal.present-without-feature",
      Pass.JOURNAL,
      Severity.ERROR,
      "a journal is named although has_journal is off"),
  JOURNAL_RECOVERY_FLAG_STALE(
      "journal.recovery-flag-stale",
      Pass.JOURNAL,
      Severity.WARNING,
      "needs_recovery and the state of the log contradict each other"),
  JOURNAL_SUPERBLOCK_CORRUPT(
      "journal.superblock-corrupt",
      Pass.JOURNAL,
      Severity.ERROR,
      "the journal's superblock is damaged"),
  JOURNAL_TRANSACTION_CORRUPT(
      "journal.transaction-corrupt",
      Pass.JOURNAL,
      Severity.WARNING,
      "a transaction in the log is damaged; recovery will stop before it"),
  JOURNAL_V2_FIELDS_IN_V1(
      "journal.v2-fields-in-v1",
      Pass.JOURNAL,
      Severity.ERROR,
      "a version 1 journal superblock has feature bits set"),
  JOURNAL_UNSUPPORTED_FEATURE(
      "journal.unsupported-feature",
      Pass.JOURNAL,
      Severity.ERROR,
      "the journal uses a feature that is not known"),
  JOURNAL_ERROR_RECORDED(
      "journal.error-recorded", Pass.JOURNAL, Severity.INFO, "the journal has recorded an error"),
  MMP_CHECKSUM(
      "mmp.checksum", Pass.JOURNAL, Severity.ERROR, "the checksum of the MMP block is wrong"),
  MMP_MAGIC("mmp.magic", Pass.JOURNAL, Severity.ERROR, "the MMP block has no magic number"),
  MMP_IN_USE(
      "mmp.in-use",
      Pass.JOURNAL,
      Severity.INFO,
      "the MMP block says that somebody uses the file system"),
  MMP_BLOCK_INVALID(
      "mmp.block-invalid",
      Pass.JOURNAL,
      Severity.ERROR,
      "the MMP block lies where no block can be"),

  INODE_ROOT_NOT_DIRECTORY(
      "inode.root-not-directory", Pass.INODES, Severity.ERROR, "the root inode is not a directory"),
  INODE_ROOT_DELETION_TIME(
      "inode.root-deletion-time",
      Pass.INODES,
      Severity.ERROR,
      "the root inode has a deletion time"),
  INODE_DELETED_ZERO_DTIME(
      "inode.deleted-zero-dtime",
      Pass.INODES,
      Severity.ERROR,
      "an inode without links has no deletion time"),
  INODE_IN_USE_WITH_DTIME(
      "inode.in-use-with-dtime",
      Pass.INODES,
      Severity.ERROR,
      "an inode in use has a deletion time"),
  INODE_ZERO_LENGTH_DIRECTORY(
      "inode.zero-length-directory", Pass.INODES, Severity.ERROR, "a directory has no blocks"),
  INODE_SIZE_WRONG(
      "inode.size-wrong", Pass.INODES, Severity.ERROR, "i_size does not fit what the inode maps"),
  INODE_BLOCK_COUNT_WRONG(
      "inode.block-count-wrong",
      Pass.INODES,
      Severity.ERROR,
      "i_blocks does not count what the inode uses"),
  INODE_CHECKSUM(
      "inode.checksum", Pass.INODES, Severity.ERROR, "the checksum of an inode is wrong"),
  INODE_EXTRA_SIZE(
      "inode.extra-size", Pass.INODES, Severity.ERROR, "i_extra_isize does not fit the inode size"),
  INODE_TIME_OUT_OF_RANGE(
      "inode.time-out-of-range",
      Pass.INODES,
      Severity.ERROR,
      "a time stamp lies beyond the year 2310"),
  INODE_IMAGIC_FLAG(
      "inode.imagic-flag",
      Pass.INODES,
      Severity.ERROR,
      "the imagic flag is set although the feature is off"),
  INODE_COMPRESSION_FLAG(
      "inode.compression-flag",
      Pass.INODES,
      Severity.ERROR,
      "a compression flag is set although the feature is off"),
  INODE_LOOKS_LIKE_DIRECTORY(
      "inode.looks-like-directory",
      Pass.INODES,
      Severity.ERROR,
      "a special file's first block holds a directory"),
  INODE_SPECIAL_FILE_IMMUTABLE(
      "inode.special-file-immutable",
      Pass.INODES,
      Severity.WARNING,
      "a special file is marked immutable or append-only"),
  INODE_SPECIAL_FILE_SIZE(
      "inode.special-file-size", Pass.INODES, Severity.ERROR, "a special file has a size"),
  INODE_TOO_BIG(
      "inode.too-big",
      Pass.INODES,
      Severity.ERROR,
      "an inode maps more blocks than its type can have"),
  INODE_RESERVED_MODE(
      "inode.reserved-mode",
      Pass.INODES,
      Severity.ERROR,
      "a reserved inode has a type it must not have"),
  INODE_FRAGMENT_ADDRESS(
      "inode.fragment-address",
      Pass.INODES,
      Severity.ERROR,
      "the obsolete fragment address is set"),
  INODE_ACL_WITHOUT_FEATURE(
      "inode.acl-without-feature",
      Pass.INODES,
      Severity.ERROR,
      "an attribute block is named although ext_attr is off"),
  INODE_ACL_HIGH_NONZERO(
      "inode.acl-high-nonzero", Pass.INODES, Severity.ERROR, "the upper half of i_file_acl is set"),
  INODE_BLOCKS_HIGH_NONZERO(
      "inode.blocks-high-nonzero",
      Pass.INODES,
      Severity.ERROR,
      "the upper half of i_blocks is set although huge_file is off"),
  INODE_SIZE_HIGH_NONZERO(
      "inode.size-high-nonzero",
      Pass.INODES,
      Severity.ERROR,
      "the upper half of a directory's size is set"),
  INODE_MODE_INVALID(
      "inode.mode-invalid", Pass.INODES, Severity.ERROR, "i_mode names no type of file"),
  INODE_BAD_BLOCK_DEVICE(
      "inode.bad-block-device", Pass.INODES, Severity.ERROR, "the inode is no valid block device"),
  INODE_BAD_CHAR_DEVICE(
      "inode.bad-char-device",
      Pass.INODES,
      Severity.ERROR,
      "the inode is no valid character device"),
  INODE_BAD_FIFO("inode.bad-fifo", Pass.INODES, Severity.ERROR, "the inode is no valid FIFO"),
  INODE_BAD_SOCKET("inode.bad-socket", Pass.INODES, Severity.ERROR, "the inode is no valid socket"),
  INODE_SYMLINK_INVALID(
      "inode.symlink-invalid", Pass.INODES, Severity.ERROR, "a symbolic link is malformed"),
  SB_LARGE_FILE_FLAG_MISSING(
      "sb.large-file-flag-missing",
      Pass.INODES,
      Severity.ERROR,
      "there are files of 2 GiB or more, but large_file is off"),
  ORPHAN_LIST_CORRUPT(
      "orphan.list-corrupt",
      Pass.INODES,
      Severity.ERROR,
      "inodes look like parts of a broken orphan list"),
  ORPHAN_INODE_FROM_CORRUPT_LIST(
      "orphan.inode-from-corrupt-list",
      Pass.INODES,
      Severity.ERROR,
      "an inode's deletion time looks like a link of a broken orphan list"),
  ORPHAN_INODE_PENDING(
      "orphan.inode-pending",
      Pass.INODES,
      Severity.INFO,
      "an inode waits on the orphan list to be deleted or truncated"),
  ORPHAN_INODE_INVALID(
      "orphan.inode-invalid",
      Pass.INODES,
      Severity.ERROR,
      "the orphan list names an inode that cannot be on it"),
  ORPHAN_FILE_INVALID(
      "orphan.file-invalid", Pass.INODES, Severity.ERROR, "the orphan file is malformed"),
  ORPHAN_FILE_BLOCK_CORRUPT(
      "orphan.file-block-corrupt",
      Pass.INODES,
      Severity.ERROR,
      "a block of the orphan file is damaged"),
  ORPHAN_PRESENT_FLAG_BUT_FILE_CLEAN(
      "orphan.present-flag-but-file-clean",
      Pass.INODES,
      Severity.WARNING,
      "orphan_present is set, but the orphan file is empty"),
  BADBLOCKS_INODE_INVALID(
      "badblocks.inode-invalid", Pass.INODES, Severity.ERROR, "the bad-block inode is malformed"),
  BADBLOCKS_BLOCK_OUT_OF_RANGE(
      "badblocks.block-out-of-range",
      Pass.INODES,
      Severity.ERROR,
      "the bad-block list names a block that does not exist"),
  BADBLOCKS_BLOCK_BITMAP_BAD(
      "badblocks.block-bitmap-bad",
      Pass.INODES,
      Severity.ERROR,
      "a block bitmap is on the list of bad blocks"),
  BADBLOCKS_INODE_BITMAP_BAD(
      "badblocks.inode-bitmap-bad",
      Pass.INODES,
      Severity.ERROR,
      "an inode bitmap is on the list of bad blocks"),
  BADBLOCKS_LIST_CONTAINS_ITSELF(
      "badblocks.list-contains-itself",
      Pass.INODES,
      Severity.ERROR,
      "the list of bad blocks names a block it stands in"),
  BADBLOCKS_PRIMARY_BLOCK_BAD(
      "badblocks.primary-block-bad",
      Pass.INODES,
      Severity.ERROR,
      "the superblock or the group descriptors are on the list of bad blocks"),
  BADBLOCKS_PRIMARY_GDT_BAD(
      "badblocks.primary-gdt-bad",
      Pass.INODES,
      Severity.ERROR,
      "the primary group descriptors are on the list of bad blocks"),
  BADBLOCKS_PRIMARY_SUPERBLOCK_BAD(
      "badblocks.primary-superblock-bad",
      Pass.INODES,
      Severity.ERROR,
      "the primary superblock is on the list of bad blocks"),
  BADBLOCKS_UNEXPLAINED_CLAIM(
      "badblocks.unexplained-claim",
      Pass.INODES,
      Severity.ERROR,
      "a block of the list of bad blocks is used by metadata that is not known"),
  CASEFOLD_FLAG_ON_NON_DIRECTORY(
      "casefold.flag-on-non-directory",
      Pass.INODES,
      Severity.ERROR,
      "the casefold flag is set on something that is no directory"),
  CASEFOLD_FLAG_WITHOUT_FEATURE(
      "casefold.flag-without-feature",
      Pass.INODES,
      Severity.ERROR,
      "the casefold flag is set although the feature is off"),
  ENCRYPTION_POLICY_CORRUPT(
      "encryption.policy-corrupt",
      Pass.INODES,
      Severity.ERROR,
      "an encryption policy is malformed"),
  ENCRYPTION_POLICY_MISSING(
      "encryption.policy-missing",
      Pass.INODES,
      Severity.ERROR,
      "an encrypted inode has no encryption policy"),
  EXTENT_BLOCK_CHECKSUM(
      "extent.block-checksum",
      Pass.INODES,
      Severity.ERROR,
      "the checksum of an extent tree block is wrong"),
  EXTENT_DIRECTORY_BLOCK_PAST_HOLE(
      "extent.directory-block-past-hole",
      Pass.INODES,
      Severity.ERROR,
      "a directory's block follows a hole"),
  EXTENT_DIRECTORY_UNWRITTEN(
      "extent.directory-unwritten",
      Pass.INODES,
      Severity.ERROR,
      "a directory has unwritten blocks"),
  EXTENT_END_OUT_OF_BOUNDS(
      "extent.end-out-of-bounds",
      Pass.INODES,
      Severity.ERROR,
      "an extent reaches past the range of its tree node"),
  EXTENT_FLAG_BUT_INLINE_DATA(
      "extent.flag-but-inline-data",
      Pass.INODES,
      Severity.ERROR,
      "the extents flag is set on an inode with inline data"),
  EXTENT_FLAG_MISSING(
      "extent.flag-missing",
      Pass.INODES,
      Severity.ERROR,
      "an extent tree is there, but the extents flag is not"),
  EXTENT_FLAG_ON_FAST_SYMLINK(
      "extent.flag-on-fast-symlink",
      Pass.INODES,
      Severity.ERROR,
      "the extents flag is set on a symbolic link that stands in the inode"),
  EXTENT_FLAG_WITHOUT_FEATURE(
      "extent.flag-without-feature",
      Pass.INODES,
      Severity.ERROR,
      "the extents flag is set although the feature is off"),
  EXTENT_HEADER_MISSING(
      "extent.header-missing",
      Pass.INODES,
      Severity.ERROR,
      "the extents flag is set, but there is no tree"),
  EXTENT_INDEX_START_MISMATCH(
      "extent.index-start-mismatch",
      Pass.INODES,
      Severity.ERROR,
      "an index entry and the first entry of its node start at different blocks"),
  EXTENT_ITERATE_FAILED(
      "extent.iterate-failed", Pass.INODES, Severity.ERROR, "the extent tree could not be walked"),
  EXTENT_LENGTH_PAST_END(
      "extent.length-past-end",
      Pass.INODES,
      Severity.ERROR,
      "an extent reaches past the end of the file system"),
  EXTENT_NODE_INVALID(
      "extent.node-invalid",
      Pass.INODES,
      Severity.ERROR,
      "the header of an extent tree node is malformed"),
  EXTENT_OUT_OF_ORDER(
      "extent.out-of-order", Pass.INODES, Severity.ERROR, "extents are out of order or overlap"),
  EXTENT_PHYSICAL_BLOCK_INVALID(
      "extent.physical-block-invalid",
      Pass.INODES,
      Severity.ERROR,
      "an extent starts at a block that does not exist"),
  EXTENT_SUPERBLOCK_FEATURE_MISSING(
      "extent.superblock-feature-missing",
      Pass.INODES,
      Severity.ERROR,
      "there are extent trees, but the feature is off"),
  EXTENT_TREE_DEEPER_THAN_NEEDED(
      "extent.tree-deeper-than-needed",
      Pass.INODES,
      Severity.INFO,
      "the extent tree is deeper than it ever needs to be"),
  EXTENT_UNREADABLE(
      "extent.unreadable", Pass.INODES, Severity.ERROR, "a block of an extent tree cannot be read"),
  EXTENT_ZERO_LENGTH(
      "extent.zero-length", Pass.INODES, Severity.ERROR, "an extent has length zero"),
  BIGALLOC_INDIRECT_MAPPED_FILE(
      "bigalloc.indirect-mapped-file",
      Pass.INODES,
      Severity.ERROR,
      "a file has an indirect map, which bigalloc does not allow"),
  BIGALLOC_MISALIGNED_CLUSTER(
      "bigalloc.misaligned-cluster",
      Pass.INODES,
      Severity.ERROR,
      "a block stands at another place in its cluster than in the file"),
  INLINE_DATA_FLAG_BUT_EXTENTS(
      "inline-data.flag-but-extents",
      Pass.INODES,
      Severity.ERROR,
      "the inline-data flag is set on an inode with an extent tree"),
  INLINE_DATA_FLAG_WITHOUT_FEATURE(
      "inline-data.flag-without-feature",
      Pass.INODES,
      Severity.ERROR,
      "the inline-data flag is set although the feature is off"),
  INLINE_DATA_FLAGS_AND_GARBAGE(
      "inline-data.flags-and-garbage",
      Pass.INODES,
      Severity.ERROR,
      "inline-data and extents flags are both set, over bytes that are neither"),
  INLINE_DATA_FLAGS_BUT_BLOCK_MAP(
      "inline-data.flags-but-block-map",
      Pass.INODES,
      Severity.ERROR,
      "inline-data and extents flags are both set on a block-mapped inode"),
  INLINE_DATA_NO_XATTR(
      "inline-data.no-xattr",
      Pass.INODES,
      Severity.ERROR,
      "an inode with inline data has no system.data attribute"),
  INLINE_DATA_SUPERBLOCK_FEATURE_MISSING(
      "inline-data.superblock-feature-missing",
      Pass.INODES,
      Severity.ERROR,
      "there is inline data, but the feature is off"),
  HTREE_DEPTH_TOO_BIG(
      "htree.depth-too-big",
      Pass.INODES,
      Severity.ERROR,
      "a hashed directory is deeper than allowed"),
  HTREE_FLAG_ON_NON_DIRECTORY(
      "htree.flag-on-non-directory",
      Pass.INODES,
      Severity.ERROR,
      "the index flag is set on something that is no directory, or without the feature"),
  HTREE_HASH_VERSION(
      "htree.hash-version",
      Pass.INODES,
      Severity.ERROR,
      "a hashed directory names an unknown hash"),
  HTREE_ROOT_FLAGS(
      "htree.root-flags",
      Pass.INODES,
      Severity.ERROR,
      "the root of a hashed directory has unknown flags"),
  HTREE_ROOT_INVALID(
      "htree.root-invalid",
      Pass.INODES,
      Severity.ERROR,
      "the root of a hashed directory is malformed"),
  MAPPING_BLOCK_IN_CRITICAL_METADATA(
      "mapping.block-in-critical-metadata",
      Pass.INODES,
      Severity.ERROR,
      "a block of the map lies inside file-system metadata"),
  MAPPING_BLOCK_OUT_OF_RANGE(
      "mapping.block-out-of-range", Pass.INODES, Severity.ERROR, "a mapped block does not exist"),
  MAPPING_DIRECTORY_OFFSET_TOO_BIG(
      "mapping.directory-offset-too-big",
      Pass.INODES,
      Severity.ERROR,
      "a directory maps a block beyond the largest size of a directory"),
  MAPPING_SYMLINK_OFFSET_TOO_BIG(
      "mapping.symlink-offset-too-big",
      Pass.INODES,
      Severity.ERROR,
      "a symbolic link maps more than one block"),
  MAPPING_ITERATE_FAILED(
      "mapping.iterate-failed", Pass.INODES, Severity.ERROR, "the block map could not be walked"),
  MAPPING_SPECIAL_FILE_MAPPED(
      "mapping.special-file-mapped",
      Pass.INODES,
      Severity.WARNING,
      "a special file has the extents or inline-data flag"),
  MAPPING_TOO_MANY_ILLEGAL_BLOCKS(
      "mapping.too-many-illegal-blocks",
      Pass.INODES,
      Severity.WARNING,
      "an inode has so many illegal blocks that the rest is not told one by one"),
  MAPPING_LOOP(
      "mapping.loop",
      Pass.INODES,
      Severity.ERROR,
      "the block map runs through a block of its own twice"),
  QUOTA_INODE_NUMBER_INVALID(
      "quota.inode-number-invalid",
      Pass.INODES,
      Severity.ERROR,
      "the superblock names a quota inode that cannot be one"),
  QUOTA_INODE_INVALID(
      "quota.inode-invalid", Pass.INODES, Severity.ERROR, "a quota inode is malformed"),
  XATTR_BAD_BLOCK(
      "xattr.bad-block", Pass.INODES, Severity.ERROR, "the attribute block is no attribute block"),
  XATTR_BLOCK_CHECKSUM(
      "xattr.block-checksum",
      Pass.INODES,
      Severity.ERROR,
      "the checksum of an attribute block is wrong"),
  XATTR_BLOCK_NUMBER_INVALID(
      "xattr.block-number-invalid",
      Pass.INODES,
      Severity.ERROR,
      "i_file_acl names a block that does not exist"),
  XATTR_BLOCK_REFCOUNT(
      "xattr.block-refcount",
      Pass.INODES,
      Severity.ERROR,
      "the attribute block counts other users than it has"),
  XATTR_NAME_INVALID(
      "xattr.name-invalid", Pass.INODES, Severity.ERROR, "an attribute has an impossible name"),
  XATTR_VALUE_INVALID(
      "xattr.value-invalid",
      Pass.INODES,
      Severity.ERROR,
      "the value of an attribute stands in an impossible place"),
  XATTR_EA_INODE_FEATURE_MISSING(
      "xattr.ea-inode-feature-missing",
      Pass.INODES,
      Severity.ERROR,
      "an attribute value stands in an inode, but ea_inode is off"),
  XATTR_EA_INODE_FLAG_MISSING(
      "xattr.ea-inode-flag-missing",
      Pass.INODES,
      Severity.ERROR,
      "an attribute value stands in an inode that is not marked for that"),
  XATTR_EA_INODE_INVALID(
      "xattr.ea-inode-invalid",
      Pass.INODES,
      Severity.ERROR,
      "an attribute value names an inode that cannot hold it"),
  XATTR_EA_INODE_NOT_REGULAR(
      "xattr.ea-inode-not-regular",
      Pass.INODES,
      Severity.ERROR,
      "the ea_inode flag is set on something that is no regular file"),
  XATTR_HASH("xattr.hash", Pass.INODES, Severity.ERROR, "the hash of an attribute is wrong"),
  XATTR_MULTI_BLOCK(
      "xattr.multi-block", Pass.INODES, Severity.ERROR, "attribute blocks must come alone"),
  XATTR_OVERLAPPING_ENTRIES(
      "xattr.overlapping-entries",
      Pass.INODES,
      Severity.ERROR,
      "attributes overlap or run out of their area"),
  XATTR_VALUE_SIZE(
      "xattr.value-size",
      Pass.INODES,
      Severity.ERROR,
      "the value of an attribute is larger than its place"),

  DUP_BLOCK_CLAIMED_TWICE(
      "dup.block-claimed-twice",
      Pass.DUPLICATES,
      Severity.ERROR,
      "a block has more than one owner"),
  DUP_FILE_OVERLAPS_METADATA(
      "dup.file-overlaps-metadata",
      Pass.DUPLICATES,
      Severity.ERROR,
      "a file's blocks are file-system metadata"),
  DUP_FILE_SHARES_BLOCKS(
      "dup.file-shares-blocks",
      Pass.DUPLICATES,
      Severity.ERROR,
      "a file shares blocks with others"),

  DIR_BLOCK_CORRUPT(
      "dir.block-corrupt", Pass.DIRECTORIES, Severity.ERROR, "a directory block is malformed"),
  DIR_CHECKSUM(
      "dir.checksum",
      Pass.DIRECTORIES,
      Severity.ERROR,
      "the checksum of a directory block is wrong"),
  DIR_CHECKSUM_TAIL_MISSING(
      "dir.checksum-tail-missing",
      Pass.DIRECTORIES,
      Severity.ERROR,
      "a directory block has no room kept for its checksum"),
  DIR_BLOCK_UNREADABLE(
      "dir.block-unreadable", Pass.DIRECTORIES, Severity.ERROR, "a directory block cannot be read"),
  DIR_DOT_DUPLICATE(
      "dir.dot-duplicate",
      Pass.DIRECTORIES,
      Severity.ERROR,
      "a directory has a second entry \".\""),
  DIR_DOT_INODE_WRONG(
      "dir.dot-inode-wrong",
      Pass.DIRECTORIES,
      Severity.ERROR,
      "the entry \".\" does not name its own directory"),
  DIR_DOT_MISSING(
      "dir.dot-missing", Pass.DIRECTORIES, Severity.ERROR, "a directory has no entry \".\""),
  DIR_DOT_NOT_TERMINATED(
      "dir.dot-not-terminated",
      Pass.DIRECTORIES,
      Severity.ERROR,
      "the name \".\" is not followed by a zero byte"),
  DIR_DOT_RECORD_OVERSIZED(
      "dir.dot-record-oversized",
      Pass.DIRECTORIES,
      Severity.WARNING,
      "the record of \".\" is longer than needed"),
  DIR_DOTDOT_DUPLICATE(
      "dir.dotdot-duplicate",
      Pass.DIRECTORIES,
      Severity.ERROR,
      "a directory has a second entry \"..\""),
  DIR_DOTDOT_MISSING(
      "dir.dotdot-missing", Pass.DIRECTORIES, Severity.ERROR, "a directory has no entry \"..\""),
  DIR_DOTDOT_NOT_TERMINATED(
      "dir.dotdot-not-terminated",
      Pass.DIRECTORIES,
      Severity.ERROR,
      "the name \"..\" is not followed by a zero byte"),
  DIR_DUPLICATE_ENTRY(
      "dir.duplicate-entry", Pass.DIRECTORIES, Severity.ERROR, "a directory holds entries twice"),
  DIR_DUPLICATE_NAME(
      "dir.duplicate-name",
      Pass.DIRECTORIES,
      Severity.ERROR,
      "a name stands twice in one directory"),
  DIR_EMPTY_NAME("dir.empty-name", Pass.DIRECTORIES, Severity.ERROR, "an entry has an empty name"),
  DIR_ENTRY_INODE_IN_BAD_BLOCK(
      "dir.entry-inode-in-bad-block",
      Pass.DIRECTORIES,
      Severity.ERROR,
      "an entry names an inode whose table block is damaged"),
  DIR_ENTRY_INODE_OUT_OF_RANGE(
      "dir.entry-inode-out-of-range",
      Pass.DIRECTORIES,
      Severity.ERROR,
      "an entry names an inode that does not exist"),
  DIR_ENTRY_LINKS_DOT(
      "dir.entry-links-dot", Pass.DIRECTORIES, Severity.ERROR, "an entry names its own directory"),
  DIR_ENTRY_TO_UNUSED_INODE(
      "dir.entry-to-unused-inode",
      Pass.DIRECTORIES,
      Severity.ERROR,
      "an entry names an inode that is not in use"),
  DIR_FILETYPE_UNSET(
      "dir.filetype-unset",
      Pass.DIRECTORIES,
      Severity.ERROR,
      "an entry does not tell the type of its inode"),
  DIR_FILETYPE_WRONG(
      "dir.filetype-wrong",
      Pass.DIRECTORIES,
      Severity.ERROR,
      "an entry tells another type than its inode has"),
  DIR_FIRST_NOT_DOT(
      "dir.first-not-dot",
      Pass.DIRECTORIES,
      Severity.ERROR,
      "the first entry of a directory is not \".\""),
  DIR_HOLE("dir.hole", Pass.DIRECTORIES, Severity.ERROR, "a directory has a hole"),
  DIR_ILLEGAL_NAME(
      "dir.illegal-name", Pass.DIRECTORIES, Severity.ERROR, "a name holds \"/\" or a zero byte"),
  DIR_LAST_RECORD_LENGTH(
      "dir.last-record-length",
      Pass.DIRECTORIES,
      Severity.ERROR,
      "the last record of a directory block does not reach its end"),
  DIR_LINK_TO_ROOT(
      "dir.link-to-root", Pass.DIRECTORIES, Severity.ERROR, "an entry names the root directory"),
  DIR_SECOND_LINK_TO_DIRECTORY(
      "dir.second-link-to-directory",
      Pass.DIRECTORIES,
      Severity.ERROR,
      "a directory has a second name"),
  DIR_SECOND_NOT_DOTDOT(
      "dir.second-not-dotdot",
      Pass.DIRECTORIES,
      Severity.ERROR,
      "the second entry of a directory is not \"..\""),
  CASEFOLD_ILLEGAL_UTF8_NAME(
      "casefold.illegal-utf8-name",
      Pass.DIRECTORIES,
      Severity.ERROR,
      "a name in a casefolded directory is not valid UTF-8"),
  ENCRYPTION_NAME_TOO_SHORT(
      "encryption.name-too-short",
      Pass.DIRECTORIES,
      Severity.ERROR,
      "an encrypted name is too short"),
  ENCRYPTION_PLAIN_INODE_IN_ENCRYPTED_DIR(
      "encryption.plain-inode-in-encrypted-dir",
      Pass.DIRECTORIES,
      Severity.ERROR,
      "an encrypted directory holds something that is not encrypted"),
  ENCRYPTION_POLICY_MISMATCH(
      "encryption.policy-mismatch",
      Pass.DIRECTORIES,
      Severity.ERROR,
      "an encrypted directory holds something of another policy"),
  GDT_INODE_IN_UNINIT_GROUP(
      "gdt.inode-in-uninit-group",
      Pass.DIRECTORIES,
      Severity.ERROR,
      "a name leads to an inode in a group without inodes"),
  GDT_INODE_IN_UNUSED_AREA(
      "gdt.inode-in-unused-area",
      Pass.DIRECTORIES,
      Severity.ERROR,
      "a name leads to an inode that was never used"),
  HTREE_BLOCK_NUMBER_INVALID(
      "htree.block-number-invalid",
      Pass.DIRECTORIES,
      Severity.ERROR,
      "an index entry names a block that the directory does not have"),
  HTREE_BLOCK_REFERENCED_TWICE(
      "htree.block-referenced-twice",
      Pass.DIRECTORIES,
      Severity.ERROR,
      "a directory block is named by two index entries"),
  HTREE_BLOCK_UNREFERENCED(
      "htree.block-unreferenced",
      Pass.DIRECTORIES,
      Severity.ERROR,
      "a directory block is named by no index entry"),
  HTREE_COUNT(
      "htree.count",
      Pass.DIRECTORIES,
      Severity.ERROR,
      "an index node counts more entries than it has room for"),
  HTREE_DEPTH_WRONG(
      "htree.depth-wrong",
      Pass.DIRECTORIES,
      Severity.ERROR,
      "an index node stands at another depth than the root says"),
  HTREE_DIRECTORY_INVALID(
      "htree.directory-invalid",
      Pass.DIRECTORIES,
      Severity.ERROR,
      "the index of a directory is damaged"),
  HTREE_HASH_ORDER(
      "htree.hash-order",
      Pass.DIRECTORIES,
      Severity.ERROR,
      "hashes of an index node are out of order"),
  HTREE_LIMIT(
      "htree.limit",
      Pass.DIRECTORIES,
      Severity.ERROR,
      "an index node has a wrong limit of entries"),
  HTREE_MAX_HASH(
      "htree.max-hash",
      Pass.DIRECTORIES,
      Severity.ERROR,
      "a directory block holds a name with a hash above its range"),
  HTREE_MIN_HASH(
      "htree.min-hash",
      Pass.DIRECTORIES,
      Severity.ERROR,
      "a directory block holds a name with a hash below its range"),
  HTREE_NODE_CHECKSUM(
      "htree.node-checksum",
      Pass.DIRECTORIES,
      Severity.ERROR,
      "the checksum of an index node is wrong"),
  HTREE_ROOT_CHECKSUM(
      "htree.root-checksum",
      Pass.DIRECTORIES,
      Severity.ERROR,
      "the checksum of an index root is wrong"),
  SB_LARGE_DIR_FLAG_MISSING(
      "sb.large-dir-flag-missing",
      Pass.DIRECTORIES,
      Severity.ERROR,
      "a directory is larger than allowed without large_dir"),
  XATTR_EA_INODE_IN_DIRECTORY(
      "xattr.ea-inode-in-directory",
      Pass.DIRECTORIES,
      Severity.ERROR,
      "a name leads to an inode that holds an attribute value"),

  INODE_ROOT_UNALLOCATED(
      "inode.root-unallocated", Pass.CONNECTIVITY, Severity.ERROR, "there is no root directory"),
  DIR_LOST_FOUND_ENCRYPTED(
      "dir.lost-found-encrypted", Pass.CONNECTIVITY, Severity.ERROR, "lost+found is encrypted"),
  DIR_LOST_FOUND_MISSING(
      "dir.lost-found-missing", Pass.CONNECTIVITY, Severity.INFO, "there is no lost+found"),
  DIR_LOST_FOUND_NOT_DIRECTORY(
      "dir.lost-found-not-directory",
      Pass.CONNECTIVITY,
      Severity.INFO,
      "lost+found is not a directory"),
  LINK_DIRECTORY_UNCONNECTED(
      "link.directory-unconnected",
      Pass.CONNECTIVITY,
      Severity.ERROR,
      "a directory cannot be reached from the root"),
  LINK_DOTDOT_WRONG_PARENT(
      "link.dotdot-wrong-parent",
      Pass.CONNECTIVITY,
      Severity.ERROR,
      "\"..\" names another directory than the one that holds this one"),

  LINK_COUNT_OVERFLOW_NEEDLESS(
      "link.count-overflow-needless",
      Pass.LINKS,
      Severity.WARNING,
      "a directory's link count says \"many\" although there are few"),
  LINK_COUNT_WRONG(
      "link.count-wrong", Pass.LINKS, Severity.ERROR, "i_links_count is not the number of names"),
  LINK_INODE_UNATTACHED(
      "link.inode-unattached", Pass.LINKS, Severity.ERROR, "an inode in use has no name"),
  LINK_ZERO_LENGTH_INODE_UNATTACHED(
      "link.zero-length-inode-unattached",
      Pass.LINKS,
      Severity.WARNING,
      "an empty inode in use has no name"),
  SB_DIR_NLINK_FLAG_MISSING(
      "sb.dir-nlink-flag-missing",
      Pass.LINKS,
      Severity.ERROR,
      "a directory has more than 65,000 subdirectories, but dir_nlink is off"),
  XATTR_EA_INODE_REFCOUNT(
      "xattr.ea-inode-refcount",
      Pass.LINKS,
      Severity.ERROR,
      "an attribute value inode counts other users than it has"),
  XATTR_EA_INODE_SPURIOUS_FLAG(
      "xattr.ea-inode-spurious-flag",
      Pass.LINKS,
      Severity.ERROR,
      "an inode is marked as attribute value, but no attribute uses it"),

  BITMAP_BLOCK_CHECKSUM(
      "bitmap.block-checksum",
      Pass.BITMAPS,
      Severity.ERROR,
      "the checksum of a block bitmap is wrong"),
  BITMAP_BLOCK_IN_USE_MARKED_FREE(
      "bitmap.block-in-use-marked-free",
      Pass.BITMAPS,
      Severity.ERROR,
      "blocks in use are marked free"),
  BITMAP_BLOCK_LEAKED(
      "bitmap.block-leaked",
      Pass.BITMAPS,
      Severity.ERROR,
      "blocks are marked in use, but nothing uses them"),
  BITMAP_BLOCK_PADDING(
      "bitmap.block-padding",
      Pass.BITMAPS,
      Severity.ERROR,
      "the bits behind the last block of a group are not all set"),
  BITMAP_INODE_CHECKSUM(
      "bitmap.inode-checksum",
      Pass.BITMAPS,
      Severity.ERROR,
      "the checksum of an inode bitmap is wrong"),
  BITMAP_INODE_IN_USE_MARKED_FREE(
      "bitmap.inode-in-use-marked-free",
      Pass.BITMAPS,
      Severity.ERROR,
      "inodes in use are marked free"),
  BITMAP_INODE_LEAKED(
      "bitmap.inode-leaked", Pass.BITMAPS, Severity.ERROR, "inodes are marked in use, but are not"),
  BITMAP_INODE_PADDING(
      "bitmap.inode-padding",
      Pass.BITMAPS,
      Severity.ERROR,
      "the bits behind the last inode of a group are not all set"),
  BITMAP_UNREADABLE("bitmap.unreadable", Pass.BITMAPS, Severity.ERROR, "a bitmap cannot be read"),
  COUNTS_GROUP_DIRECTORIES(
      "counts.group-directories",
      Pass.BITMAPS,
      Severity.ERROR,
      "a group counts other directories than it has"),
  COUNTS_GROUP_FREE_BLOCKS(
      "counts.group-free-blocks",
      Pass.BITMAPS,
      Severity.ERROR,
      "a group counts other free blocks than its bitmap shows"),
  COUNTS_GROUP_FREE_INODES(
      "counts.group-free-inodes",
      Pass.BITMAPS,
      Severity.ERROR,
      "a group counts other free inodes than its bitmap shows"),
  COUNTS_TOTAL_FREE_BLOCKS(
      "counts.total-free-blocks",
      Pass.BITMAPS,
      Severity.WARNING,
      "the superblock's sum of free blocks is stale"),
  COUNTS_TOTAL_FREE_INODES(
      "counts.total-free-inodes",
      Pass.BITMAPS,
      Severity.WARNING,
      "the superblock's sum of free inodes is stale"),
  GDT_BLOCK_UNINIT_GROUP_IN_USE(
      "gdt.block-uninit-group-in-use",
      Pass.BITMAPS,
      Severity.ERROR,
      "a group without a block bitmap has blocks in use"),
  GDT_INODE_UNINIT_GROUP_IN_USE(
      "gdt.inode-uninit-group-in-use",
      Pass.BITMAPS,
      Severity.ERROR,
      "a group without an inode bitmap has inodes in use"),

  QUOTA_USAGE_WRONG(
      "quota.usage-wrong",
      Pass.QUOTA,
      Severity.ERROR,
      "a quota file counts other usage than there is"),
  QUOTA_FILE_CORRUPT("quota.file-corrupt", Pass.QUOTA, Severity.ERROR, "a quota file is damaged");

  private final String label;
  private final Pass pass;
  private final Severity severity;
  private final String sentence;

  Problem(String label, Pass pass, Severity severity, String sentence) {
    this.label = label;
    this.pass = pass;
    this.severity = severity;
    this.sentence = sentence;
  }

  /** The stable name that people and programs see: {@code "bitmap.block-leaked"}. */
  public String label() {
    return label;
  }

  /** The pass that looks for it. */
  public Pass pass() {
    return pass;
  }

  /** How bad it is. */
  public Severity severity() {
    return severity;
  }

  /** What it means, without the place. */
  public String sentence() {
    return sentence;
  }
}
