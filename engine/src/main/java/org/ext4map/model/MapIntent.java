package org.ext4map.model;

/**
 * What a caller of {@code mapBlocks} wants: the legal combinations of the kernel's
 * EXT4_GET_BLOCKS_* flags, and no others.
 */
public enum MapIntent {
  /** Only look: flags 0. */
  LOOKUP,
  /** Allocate holes as written, turn unwritten blocks written: EXT4_GET_BLOCKS_CREATE. */
  CREATE,
  /** Allocate holes as unwritten, leave the rest (fallocate): EXT4_GET_BLOCKS_CREATE_UNWRIT_EXT. */
  CREATE_UNWRITTEN,
  /**
   * Before a direct write: allocate as unwritten, or split so that the range is an extent of its
   * own: EXT4_GET_BLOCKS_IO_CREATE_EXT.
   */
  PREPARE_DIO,
  /** After the data is on the device: unwritten becomes written: EXT4_GET_BLOCKS_IO_CONVERT_EXT. */
  CONVERT_DIO,
  /**
   * Zero range: written becomes unwritten: EXT4_GET_BLOCKS_CONVERT_UNWRITTEN with
   * CREATE_UNWRIT_EXT.
   */
  TO_UNWRITTEN;

  /** True if the intent can change the tree, so that it needs an open journal handle. */
  public boolean mayModify() {
    return this != LOOKUP;
  }
}
