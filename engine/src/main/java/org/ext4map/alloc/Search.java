package org.ext4map.alloc;

import java.io.IOException;
import org.ext4map.model.BlockRange;
import org.ext4map.model.NoSpaceException;
import org.ext4map.ondisk.Geometry;
import org.jspecify.annotations.Nullable;

/**
 * One search for a run: at the goal; then, from the goal's group on, any group with a run that is
 * long enough; then groups with at least half of that, a quarter, and so on: ext4's criteria from
 * "whole length" to "any free block". A group that was looked into is known exactly from then on,
 * so that no group is read twice for nothing.
 */
final class Search {
  private final GroupSpace space;
  private final Geometry geometry;
  private final AllocationRequest request;
  private final int asked;
  private final Window window;

  /** Where the first block of the window should be. */
  private final long goal;

  private @Nullable IOException lastError;

  /**
   * A search, to be run once or more often.
   *
   * @param asked blocks of the request, from its first one on, that are wanted now
   * @param window what else would be welcome
   */
  Search(GroupSpace space, AllocationRequest request, int asked, Window window) {
    this.space = space;
    this.geometry = space.geometry;
    this.request = request;
    this.asked = asked;
    this.window = window;
    goal = request.goal() - (request.lblk() - window.start());
  }

  /**
   * What was found.
   *
   * @param run hidden blocks, at most as many as the window has
   * @param lblk the logical block that the first of them is for
   */
  record Found(BlockRange run, long lblk) {}

  /** Hidden blocks for at least the first block of the request; null if nothing is free. */
  @Nullable Found run() {
    Found found = at(goal, window.start(), window.length());
    if (found == null) {
      found = at(request.goal(), request.lblk(), asked);
    }
    for (int least = window.length(); found == null && least > 0; least /= 2) {
      BlockRange run = inGroups(least);
      if (run != null) {
        found = new Found(run, window.firstLblk(request.lblk(), asked, run.length()));
      }
    }
    return found;
  }

  private boolean isOurs(long pblk) {
    return geometry.contains(pblk, 1) && pblk < request.limit();
  }

  /** What is free from {@code pblk} on, if that holds all of the request. */
  private @Nullable Found at(long pblk, long lblk, int want) {
    int least = (int) (request.lblk() - lblk) + asked;
    if (!isOurs(pblk) || pblk + least > request.limit()) {
      return null;
    }
    long group = geometry.groupOf(pblk);
    if (space.counts.longestRunAtMost(group) < least) {
      return null;
    }
    try {
      int most = (int) Math.min(want, request.limit() - pblk);
      BlockRange run = space.chooseAt(pblk, most, least, request.ino());
      return run == null ? null : new Found(run, lblk);
    } catch (IOException e) {
      failed(group, e);
      return null;
    }
  }

  private @Nullable BlockRange inGroups(int least) {
    long groups = geometry.groupCount();
    long start = isOurs(request.goal()) ? geometry.groupOf(request.goal()) : 0;
    for (long i = 0; i < groups; i++) {
      long group = (start + i) % groups;
      if (space.counts.longestRunAtMost(group) >= least) {
        BlockRange found = inGroup(group, least);
        if (found != null) {
          return found;
        }
      }
    }
    return null;
  }

  private @Nullable BlockRange inGroup(long group, int least) {
    long first = geometry.firstBlockOf(group);
    long useful = Math.min(geometry.blocksIn(group), request.limit() - first);
    if (useful < least) {
      return null;
    }
    int from = goal >= first && goal < first + useful ? (int) (goal - first) : 0;
    try {
      return space.choose(group, from, window.length(), least, (int) useful, request.ino());
    } catch (IOException e) {
      failed(group, e);
      return null;
    }
  }

  private void failed(long group, IOException e) {
    lastError = e;
    space.skip(group, e);
  }

  /** True if a group could not be read, which may be why nothing was found. */
  boolean hasFailed() {
    return lastError != null;
  }

  /** Why nothing was found: the device's error if there was one. */
  IOException failure(long available, long pendingBlocks) {
    if (lastError != null) {
      return lastError;
    }
    return new NoSpaceException(
        "no free block found for ino="
            + request.ino()
            + ": available="
            + available
            + ", freed but not committed="
            + pendingBlocks);
  }
}
