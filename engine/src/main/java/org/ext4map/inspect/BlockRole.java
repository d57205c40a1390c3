package org.ext4map.inspect;

import java.util.OptionalLong;
import org.ext4map.model.Extent;

/** What a block is for. A sound image gives each block one role at most. */
public sealed interface BlockRole {
  /** The inode that the block belongs to; empty if it is at a fixed place. */
  OptionalLong inode();

  /** Structures whose places follow from superblock and group descriptors. */
  enum Structure {
    /** Block 0 of a file system that starts in block 1: room for a boot loader. */
    BOOT_BLOCK,
    /** The primary superblock (group 0) or a copy. */
    SUPERBLOCK,
    /** Group descriptors, the ones in use or a copy. */
    GROUP_DESCRIPTORS,
    /** Set aside for more descriptors when the file system grows. */
    RESERVED_DESCRIPTORS,
    /** Which blocks of a group are in use. */
    BLOCK_BITMAP,
    /** Which inodes of a group are in use. */
    INODE_BITMAP,
    /** Slots of inodes. */
    INODE_TABLE,
    /** Who has the file system mounted. */
    MULTIPLE_MOUNT_PROTECTION
  }

  /** What an inode's contents are. */
  enum Purpose {
    /** A file's bytes. */
    FILE,
    /** Names. */
    DIRECTORY,
    /** Where a symbolic link points. */
    SYMLINK,
    /** The log. */
    JOURNAL,
    /** Limits and use by owner. */
    QUOTA,
    /** Inodes to be freed after a crash. */
    ORPHAN_FILE,
    /** Room for group descriptors. */
    RESIZE,
    /** A large extended attribute's value. */
    ATTRIBUTE_VALUE,
    /** Blocks that the device cannot keep. */
    BAD_BLOCKS,
    /** None that is known: an inode of no type. */
    UNKNOWN
  }

  /**
   * At a fixed place.
   *
   * @param structure what
   * @param group where it stands, for bitmaps and inode tables the group that they describe
   * @param first the first inode of an inode table's block, the first group of a descriptor block;
   *     else the group
   * @param last the last one
   */
  record Fixed(Structure structure, long group, long first, long last) implements BlockRole {
    @Override
    public OptionalLong inode() {
      return OptionalLong.empty();
    }
  }

  /**
   * A node of an inode's map: of its extent tree, or a block of pointers.
   *
   * @param ino the inode
   * @param level 1 for a node that the inode points to, one more for each level below
   * @param lblk the first logical block it answers for
   * @param extents true if the map is an extent tree
   */
  record MapNode(long ino, int level, long lblk, boolean extents) implements BlockRole {
    @Override
    public OptionalLong inode() {
      return OptionalLong.of(ino);
    }
  }

  /**
   * Contents of an inode.
   *
   * @param ino the inode
   * @param purpose what they are
   * @param lblk which block of the contents
   * @param extent the entry of the map that says so
   */
  record Contents(long ino, Purpose purpose, long lblk, Extent extent) implements BlockRole {
    @Override
    public OptionalLong inode() {
      return OptionalLong.of(ino);
    }
  }

  /**
   * The extended attributes of an inode; inodes may share one block.
   *
   * @param ino the inode
   */
  record Attributes(long ino) implements BlockRole {
    @Override
    public OptionalLong inode() {
      return OptionalLong.of(ino);
    }
  }
}
