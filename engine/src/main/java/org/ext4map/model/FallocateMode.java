package org.ext4map.model;

/** What {@code fallocate} does with a range of bytes: FALLOC_FL_*. */
public enum FallocateMode {
  /** Every block gets space, unwritten where there was none; the file may grow: 0. */
  ALLOCATE,
  /** As {@link #ALLOCATE}, but the size stays: FALLOC_FL_KEEP_SIZE. */
  KEEP_SIZE,
  /** Space goes, zeros are read; the size stays: FALLOC_FL_PUNCH_HOLE. */
  PUNCH_HOLE,
  /** Zeros are read, from unwritten space where possible; the file may grow: _ZERO_RANGE. */
  ZERO_RANGE,
  /** As {@link #ZERO_RANGE}, but the size stays. */
  ZERO_RANGE_KEEP_SIZE,
  /** The range goes, what follows takes its place: FALLOC_FL_COLLAPSE_RANGE. */
  COLLAPSE_RANGE,
  /** A hole comes, what followed moves behind it: FALLOC_FL_INSERT_RANGE. */
  INSERT_RANGE,
  /** Nothing is shared here, so nothing happens: FALLOC_FL_UNSHARE_RANGE. */
  UNSHARE_RANGE
}
