package org.ext4map.check;

import static org.ext4map.ondisk.LittleEndian.u32;

import java.nio.ByteBuffer;

/** What the first block of an indexed directory says of the index: {@code struct dx_root_info}. */
final class IndexRoot {
  /** The greatest hash version that a root may hold without a key: TEA. */
  static final int LAST_STORED_HASH = 2;

  /** Levels of index nodes below the root at most, without large_dir. */
  static final int MAX_LEVELS = 2;

  private static final int INFO = 24;
  private static final int INFO_BYTES = 8;

  private IndexRoot() {}

  /** hash_version. */
  static int version(ByteBuffer root) {
    return Byte.toUnsignedInt(root.get(INFO + 4));
  }

  /** info_length. */
  static int infoLength(ByteBuffer root) {
    return Byte.toUnsignedInt(root.get(INFO + 5));
  }

  /** indirect_levels. */
  static int levels(ByteBuffer root) {
    return Byte.toUnsignedInt(root.get(INFO + 6));
  }

  /** unused_flags. */
  static int flags(ByteBuffer root) {
    return Byte.toUnsignedInt(root.get(INFO + 7));
  }

  /** True if the reserved field is zero and the rest of the info is there. */
  static boolean hasInfo(ByteBuffer root) {
    return u32(root, INFO) == 0 && infoLength(root) >= INFO_BYTES;
  }

  /** True if there is nothing to say about the root of a directory without key or large_dir. */
  static boolean isPlain(ByteBuffer root) {
    return hasInfo(root)
        && version(root) <= LAST_STORED_HASH
        && (flags(root) & 1) == 0
        && levels(root) <= MAX_LEVELS;
  }
}
