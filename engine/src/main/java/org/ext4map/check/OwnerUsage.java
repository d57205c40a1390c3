package org.ext4map.check;

import java.util.HashMap;
import java.util.Map;

/** Space and inodes in use by user, group and project, as far as the image keeps quota of them. */
final class OwnerUsage {
  /** Whose use is counted, in the order of the superblock's quota inodes. */
  enum Kind {
    USER,
    GROUP,
    PROJECT
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

  private final Map<Kind, Map<Long, Use>> uses = new HashMap<>();

  /** From now on {@code kind} is counted. */
  void count(Kind kind) {
    uses.put(kind, new HashMap<>());
  }

  void add(Kind kind, long owner, long bytes) {
    Map<Long, Use> owners = uses.get(kind);
    if (owners != null) {
      Use use = owners.computeIfAbsent(owner, key -> new Use());
      use.bytes += bytes;
      use.inodes++;
    }
  }

  /** All owners of {@code kind}; empty if it is not counted. */
  Map<Long, Use> of(Kind kind) {
    return uses.getOrDefault(kind, Map.of());
  }
}
