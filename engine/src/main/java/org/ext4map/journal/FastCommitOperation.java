package org.ext4map.journal;

import org.ext4map.model.Extent;

/**
 * One step of a fast commit, decoded but not yet checked against the file system: what Linux'
 * ext4_fc_replay does step by step after the ordinary replay. Names and inodes are copies.
 */
public sealed interface FastCommitOperation {
  /** The inode that the step is about. */
  long ino();

  /**
   * The range is mapped so.
   *
   * @param ino of the file
   * @param extent written or unwritten
   */
  record AddRange(long ino, Extent extent) implements FastCommitOperation {}

  /**
   * The range is not mapped.
   *
   * @param ino of the file
   * @param lblk first block
   * @param length blocks
   */
  record DeleteRange(long ino, long lblk, long length) implements FastCommitOperation {}

  /** What happened to a name. */
  enum NameChange {
    /** The inode is new. */
    CREATE,
    /** One more name for the inode. */
    LINK,
    /** One name less. */
    UNLINK
  }

  /**
   * A name in a directory changed.
   *
   * @param change how
   * @param parent inode of the directory
   * @param ino the name's inode
   * @param name 1 … 255 bytes, not to be changed
   */
  @SuppressWarnings("ArrayRecordComponent") // identity is enough, nobody compares steps
  record Name(NameChange change, long parent, long ino, byte[] name)
      implements FastCommitOperation {}

  /**
   * The inode's fields are these, its block map excepted.
   *
   * @param ino of the inode
   * @param raw as on disk, 128 … s_inode_size bytes, not to be changed
   */
  @SuppressWarnings("ArrayRecordComponent") // identity is enough, nobody compares steps
  record Inode(long ino, byte[] raw) implements FastCommitOperation {}
}
