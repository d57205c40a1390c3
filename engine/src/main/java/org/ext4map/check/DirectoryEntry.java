package org.ext4map.check;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * One entry of a directory block whose record fits into the block.
 *
 * @param block the block
 * @param at where the record starts
 * @param ino the inode it names; 0 for an empty record
 * @param length bytes of the record
 * @param nameLength bytes of the name
 * @param place 1 and 2 where the dots should be, more for all others
 */
record DirectoryEntry(ByteBuffer block, int at, long ino, int length, int nameLength, int place) {
  private static final int HEADER_BYTES = 8;

  int typeCode() {
    return Byte.toUnsignedInt(block.get(at + 7));
  }

  byte[] name() {
    byte[] name = new byte[nameLength];
    block.get(at + HEADER_BYTES, name);
    return name;
  }

  /** The name for people; bytes that are not UTF-8 appear as U+FFFD. */
  String text() {
    return new String(name(), StandardCharsets.UTF_8);
  }

  /** True if the name is {@code dots} dots. */
  boolean isDots(int dots) {
    if (nameLength != dots) {
      return false;
    }
    for (int i = 0; i < dots; i++) {
      if (block.get(at + HEADER_BYTES + i) != '.') {
        return false;
      }
    }
    return true;
  }

  /** True if a zero byte follows the name, or the record ends there. */
  boolean isTerminated() {
    return nameLength + HEADER_BYTES >= length || block.get(at + HEADER_BYTES + nameLength) == 0;
  }
}
