package org.ext4map.cli;

import org.ext4map.inspect.BlockRole;

/** What a block is for, in words. */
final class Roles {
  private Roles() {}

  /** For JSON. */
  static String word(BlockRole role) {
    if (role instanceof BlockRole.Fixed fixed) {
      return Words.of(fixed.structure());
    }
    if (role instanceof BlockRole.MapNode node) {
      return node.extents() ? "extent_node" : "pointer_block";
    }
    if (role instanceof BlockRole.Contents contents) {
      return Words.of(contents.purpose());
    }
    return "attributes";
  }

  /** For people, without the owner's name: {@code inode table of group 0, inodes 1-16}. */
  static String words(BlockRole role) {
    if (role instanceof BlockRole.Fixed fixed) {
      return words(fixed);
    }
    if (role instanceof BlockRole.MapNode node) {
      return (node.extents() ? "extent node" : "block of pointers")
          + " of inode "
          + node.ino()
          + ", level "
          + node.level()
          + ", for file blocks from "
          + node.lblk();
    }
    if (role instanceof BlockRole.Contents contents) {
      return words(contents);
    }
    return "extended attributes of inode " + ((BlockRole.Attributes) role).ino();
  }

  private static String words(BlockRole.Fixed role) {
    String ofGroup = " of group " + role.group();
    boolean first = role.group() == 0;
    return switch (role.structure()) {
      case BOOT_BLOCK -> "boot block";
      case SUPERBLOCK -> first ? "superblock" : "backup superblock in group " + role.group();
      case GROUP_DESCRIPTORS ->
          (first ? "descriptors" : "descriptors in group " + role.group())
              + (role.first() == role.last()
                  ? " of group " + role.first()
                  : " of groups " + role.first() + "-" + role.last());
      case RESERVED_DESCRIPTORS -> "room for more descriptors in group " + role.group();
      case BLOCK_BITMAP -> "block bitmap" + ofGroup;
      case INODE_BITMAP -> "inode bitmap" + ofGroup;
      case INODE_TABLE -> "inode table" + ofGroup + ", inodes " + role.first() + "-" + role.last();
      case MULTIPLE_MOUNT_PROTECTION -> "multiple mount protection";
    };
  }

  private static String words(BlockRole.Contents role) {
    String what =
        switch (role.purpose()) {
          case FILE -> "file data";
          case DIRECTORY -> "directory block";
          case SYMLINK -> "target of a symbolic link";
          case JOURNAL -> "journal";
          case QUOTA -> "quota file";
          case ORPHAN_FILE -> "orphan file";
          case RESIZE -> "resize inode";
          case ATTRIBUTE_VALUE -> "value of an extended attribute";
          case BAD_BLOCKS -> "bad block";
          case UNKNOWN -> "contents of an inode without a type";
        };
    return what + ", block " + role.lblk() + " of inode " + role.ino();
  }
}
