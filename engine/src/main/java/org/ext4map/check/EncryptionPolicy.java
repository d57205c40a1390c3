package org.ext4map.check;

import java.nio.ByteBuffer;
import java.util.HexFormat;

/** The contents of the attribute that says how an inode is encrypted: fscrypt's context. */
final class EncryptionPolicy {
  private static final int V1 = 1;
  private static final int V1_BYTES = 28;
  private static final int V1_POLICY_BYTES = 12;
  private static final int V2 = 2;
  private static final int V2_BYTES = 40;
  private static final int V2_POLICY_BYTES = 24;

  private EncryptionPolicy() {}

  /** What two inodes of one policy have in common; empty if the context is malformed. */
  static String read(ByteBuffer bytes, int offset, int size) {
    int version = size == 0 ? 0 : bytes.get(offset);
    if (version == V1 && size == V1_BYTES) {
      return hex(bytes, offset, V1_POLICY_BYTES);
    }
    if (version == V2 && size == V2_BYTES) {
      return hex(bytes, offset, V2_POLICY_BYTES);
    }
    return "";
  }

  private static String hex(ByteBuffer bytes, int offset, int length) {
    byte[] raw = new byte[length];
    bytes.get(offset, raw);
    return HexFormat.of().formatHex(raw);
  }
}
