package org.ext4map.load;

/** What a job's file is made of before the clock starts. */
public enum Preallocation {
  /** Unwritten extents: every first write has to be converted. */
  UNWRITTEN,
  /** Written once from end to end: every write is a pure overwrite. */
  WRITTEN,
  /** A hole of the file's size: every first write allocates and is converted. */
  NONE
}
