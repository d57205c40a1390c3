package org.ext4map.check;

import java.util.HashMap;
import java.util.Map;

/** Space and inodes in use by user, group and project, as far as the image keeps quota of them. */
final class OwnerUsage {
  /** Whose use is counted, in the order of the superblock's quota inodes. */
  enum Kind {
    USER(3, 0xD9C01F11),
    GROUP(4, 0xD9C01927),
    PROJECT(0, 0xD9C03F14);

    private final long reservedInode;
    private final int magic;

    Kind(long reservedInode, int magic) {
      this.reservedInode = reservedInode;
      this.magic = magic;
    }

    /** The inode that its quota file must be; 0 if it may be any. */
    long reservedInode() {
      return reservedInode;
    }

    /** The first four bytes of its quota file. */
    int magic() {
      return magic;
    }
  }

  /** Bytes and inodes of one owner. */
  static final class Use {
    private long bytes;
    private long inodes;

    long bytes() {
      return bytes;
    }

    long inodes() {
      return inodes;
    }
  }

  /** True if {@code ino} is one of the numbers that only quota files may have. */
  static boolean isReserved(long ino) {
    for (Kind kind : Kind.values()) {
      if (kind.reservedInode() == ino) {
        return true;
      }
    }
    return false;
  }

  private final Map<Kind, Map<Long, Use>> uses = new HashMap<>();

  /** From now on {@code kind} is counted. */
  void count(Kind kind) {
    uses.put(kind, new HashMap<>());
  }

  void add(Kind kind, long owner, long bytes, long inodes) {
    Map<Long, Use> owners = uses.get(kind);
    if (owners != null) {
      Use use = owners.computeIfAbsent(owner, key -> new Use());
      use.bytes += bytes;
      use.inodes += inodes;
    }
  }

  /** All owners of {@code kind}; empty if it is not counted. */
  Map<Long, Use> of(Kind kind) {
    return uses.getOrDefault(kind, Map.of());
  }
}
