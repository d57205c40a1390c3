package org.ext4map.ondisk;

import org.ext4map.model.FileName;

/**
 * One extended attribute as its entry tells it: {@code struct ext4_xattr_entry}. Immutable.
 *
 * @param nameIndex e_name_index: which prefix the name has
 * @param suffix the name after the prefix
 * @param valueOffset where the value starts in the buffer the entry was read from; meaningless if
 *     {@code valueInode} is not 0
 * @param valueBytes e_value_size
 * @param valueInode e_value_inum: the EA inode whose contents are the value; 0 for none
 * @param hash e_hash
 */
public record XattrEntry(
    int nameIndex, FileName suffix, int valueOffset, int valueBytes, long valueInode, int hash) {

  /** e_name_index of {@code system.data}, the attribute that holds inline data. */
  public static final int SYSTEM = 7;

  /** e_name_index of {@code system.posix_acl_access}. */
  public static final int POSIX_ACL_ACCESS = 2;

  /** e_name_index of {@code system.posix_acl_default}. */
  public static final int POSIX_ACL_DEFAULT = 3;

  private static final FileName DATA = FileName.of("data");

  /** True if this is the part of inline data that i_block has no room for. */
  public boolean isInlineData() {
    return nameIndex == SYSTEM && suffix.equals(DATA);
  }

  /** True if the value is an access control list in ext4's own form. */
  public boolean isPosixAcl() {
    return nameIndex == POSIX_ACL_ACCESS || nameIndex == POSIX_ACL_DEFAULT;
  }

  /** The whole name as the system calls spell it; an index without a name shows as its number. */
  public String name() {
    return prefix() + suffix;
  }

  private String prefix() {
    return switch (nameIndex) {
      case 0 -> "";
      case 1 -> "user.";
      case POSIX_ACL_ACCESS -> "system.posix_acl_access";
      case POSIX_ACL_DEFAULT -> "system.posix_acl_default";
      case 4 -> "trusted.";
      case 5 -> "lustre.";
      case 6 -> "security.";
      case SYSTEM -> "system.";
      case 8 -> "system.richacl";
      case 9 -> "encryption.";
      case 10 -> "gnu.";
      default -> nameIndex + ".";
    };
  }
}
