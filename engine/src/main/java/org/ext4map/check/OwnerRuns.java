package org.ext4map.check;

import org.ext4map.ondisk.InodeWords;

/**
 * What the ordinary inodes of one piece of a table use, by owner: neighbours of the same owners are
 * one run, for most belong to few. Not thread-safe.
 */
final class OwnerRuns {
  private final int[] users;
  private final int[] groups;
  private final int[] projects;
  private final int[] inodes;
  private final long[] bytes;
  private int count;

  /** For pieces of at most {@code most} inodes; 0 if nobody asks for the use. */
  OwnerRuns(int most) {
    users = new int[most];
    groups = new int[most];
    projects = new int[most];
    inodes = new int[most];
    bytes = new long[most];
  }

  void clear() {
    count = 0;
  }

  /** Adds the inode that {@code slot} looks at, which uses {@code used} bytes. */
  void add(InodeWords slot, long used) {
    if (users.length == 0) {
      return;
    }
    int user = slot.uid();
    int group = slot.gid();
    int project = slot.projectId();
    int last = count - 1;
    if (last < 0 || users[last] != user || groups[last] != group || projects[last] != project) {
      last = count++;
      users[last] = user;
      groups[last] = group;
      projects[last] = project;
      inodes[last] = 0;
      bytes[last] = 0;
    }
    inodes[last]++;
    bytes[last] += used;
  }

  /** Adds all of it to what the owners use. */
  void addTo(OwnerUsage usage) {
    for (int i = 0; i < count; i++) {
      usage.add(OwnerUsage.Kind.USER, Integer.toUnsignedLong(users[i]), bytes[i], inodes[i]);
      usage.add(OwnerUsage.Kind.GROUP, Integer.toUnsignedLong(groups[i]), bytes[i], inodes[i]);
      usage.add(OwnerUsage.Kind.PROJECT, Integer.toUnsignedLong(projects[i]), bytes[i], inodes[i]);
    }
  }
}
