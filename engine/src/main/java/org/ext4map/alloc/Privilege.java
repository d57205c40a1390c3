package org.ext4map.alloc;

/** How deep into the last free blocks a request may reach. */
public enum Privilege {
  /** Leaves the super-user's blocks and the pool alone. */
  ORDINARY,
  /** May take the super-user's blocks: s_r_blocks_count. */
  SUPER_USER,
  /**
   * May take everything: tree blocks for conversions, which must not fail. EXT4_MB_USE_RESERVED.
   */
  RESERVED_POOL
}
