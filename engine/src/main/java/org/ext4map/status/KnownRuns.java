package org.ext4map.status;

import org.ext4map.model.ExtentState;

/**
 * The runs of one leaf of a file's tree, as {@link ExtentStatusCache#fill} wants to read them: in
 * order, none empty, none overlapping another. Between them are holes.
 */
public interface KnownRuns {
  /** How many there are. */
  int count();

  /** The first logical block of run {@code i}. */
  long lblk(int i);

  /** Blocks of run {@code i}, at least 1. */
  long length(int i);

  /** The first physical block of run {@code i}. */
  long pblk(int i);

  /** Written or unwritten. */
  ExtentState state(int i);
}
