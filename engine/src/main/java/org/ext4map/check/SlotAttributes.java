package org.ext4map.check;

import org.ext4map.ondisk.InodeWords;

/**
 * Looks at the attributes behind the fields of an inode's slot: labels, access lists and the like,
 * as most systems give them to every file. {@link XattrCheck} has the rules; what this class does
 * not know to be sound is left to it. Not thread-safe.
 */
final class SlotAttributes {
  private static final int ENTRY_BYTES = 16;
  private static final int INDEX_SYSTEM = 7;
  private static final int INDEX_ENCRYPTION = 9;

  private final int end;
  private int start;

  /** A bit for each word of the area that an entry or a value has. */
  private long taken;

  /** For slots that end at byte {@code end}. */
  SlotAttributes(int end) {
    this.end = end;
  }

  /**
   * True if the area whose magic number stands at byte {@code magicAt} of {@code slot} holds
   * nothing but sound attributes that say nothing about how the inode is stored.
   */
  boolean arePlain(InodeWords slot, int magicAt) {
    start = magicAt + Integer.BYTES;
    taken = 0;
    int room = end - start;
    if (room / Integer.BYTES > Long.SIZE) {
      return false;
    }
    int at = start;
    int remain = room;
    while (remain >= ENTRY_BYTES && slot.at(at) != 0) {
      int nameLength = slot.at(at) & 0xFF;
      int index = slot.at(at) >>> 8 & 0xFF;
      int bytes = (ENTRY_BYTES + nameLength + 3) & ~3;
      int size = slot.at(at + 8);
      remain -= bytes;
      if (remain < 0
          || !take(at, bytes)
          || index == 0
          || index == INDEX_SYSTEM
          || index == INDEX_ENCRYPTION
          || slot.at(at + 4) != 0
          || size < 0
          || size > remain) {
        return false;
      }
      int offset = start + (slot.at(at) >>> 16);
      if (size > 0 && (offset % Integer.BYTES != 0 || !take(offset, (size + 3) & ~3))) {
        return false;
      }
      int hash = slot.at(at + 12);
      if (hash != 0 && hash != hash(slot, at, nameLength, offset, size)) {
        return false;
      }
      remain -= size;
      at += bytes;
    }
    return take(at, Integer.BYTES) && slot.at(at) == 0;
  }

  private boolean take(int from, int bytes) {
    if (from + bytes > end) {
      return false;
    }
    long mask = (-1L >>> (Long.SIZE - bytes / Integer.BYTES)) << ((from - start) / Integer.BYTES);
    boolean free = (taken & mask) == 0;
    taken |= mask;
    return free;
  }

  /** By the unsigned letters of the name; who wrote signed ones is judged elsewhere. */
  private static int hash(InodeWords slot, int at, int nameLength, int offset, int size) {
    int hash = 0;
    for (int i = at + ENTRY_BYTES; i < at + ENTRY_BYTES + nameLength; i++) {
      hash = Integer.rotateLeft(hash, 5) ^ (slot.at(i & ~3) >>> (8 * (i & 3)) & 0xFF);
    }
    for (int i = offset; i < offset + size; i += Integer.BYTES) {
      hash = Integer.rotateLeft(hash, 16) ^ slot.at(i);
    }
    return hash;
  }
}
