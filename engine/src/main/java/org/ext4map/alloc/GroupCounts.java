package org.ext4map.alloc;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Numbers of every group in memory, so that a search looks only into groups that can help: 16 bytes
 * a group. Changed under the group's lock; read by anybody, for an estimate.
 */
final class GroupCounts {
  private final AtomicIntegerArray freeBlocks;
  private final AtomicIntegerArray longestRun;
  private final AtomicIntegerArray freeInodes;
  private final AtomicIntegerArray directories;
  private final AtomicLong allFreeBlocks = new AtomicLong();
  private final AtomicLong allFreeInodes = new AtomicLong();
  private final AtomicLong allDirectories = new AtomicLong();

  GroupCounts(int groups) {
    freeBlocks = new AtomicIntegerArray(groups);
    longestRun = new AtomicIntegerArray(groups);
    freeInodes = new AtomicIntegerArray(groups);
    directories = new AtomicIntegerArray(groups);
  }

  int groups() {
    return freeBlocks.length();
  }

  /** Blocks that the bitmap has as free, hidden ones among them. */
  int freeBlocks(long group) {
    return freeBlocks.get((int) group);
  }

  /** No run of free blocks in the group is longer than this; 0 for a group not to be used. */
  int longestRunAtMost(long group) {
    return longestRun.get((int) group);
  }

  int freeInodes(long group) {
    return freeInodes.get((int) group);
  }

  int directories(long group) {
    return directories.get((int) group);
  }

  long allFreeBlocks() {
    return allFreeBlocks.get();
  }

  long allFreeInodes() {
    return allFreeInodes.get();
  }

  long allDirectories() {
    return allDirectories.get();
  }

  /** Adds to the free blocks; blocks that become free may join runs on both sides. */
  void addFreeBlocks(long group, int change) {
    freeBlocks.addAndGet((int) group, change);
    allFreeBlocks.addAndGet(change);
  }

  /** Blocks that can be given again have come up. */
  void raiseLongestRun(long group, int length) {
    long joined = 2L * longestRun.get((int) group) + length;
    longestRun.set((int) group, (int) Math.min(joined, freeBlocks(group)));
  }

  /** What a look at the whole bitmap has found. */
  void setLongestRun(long group, int length) {
    longestRun.set((int) group, length);
  }

  void addInodes(long group, int free, int directoriesMore) {
    freeInodes.addAndGet((int) group, free);
    directories.addAndGet((int) group, directoriesMore);
    allFreeInodes.addAndGet(free);
    allDirectories.addAndGet(directoriesMore);
  }
}
