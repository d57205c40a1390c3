package org.ext4map.tree;

import java.io.IOException;
import org.ext4map.buffer.MetaBlock;

/**
 * What a tree says to the journal: one open handle. Called with dataSem held exclusively. A block
 * that was announced stays in memory until the transaction is done with it.
 */
public interface TreeJournal {
  /** The bytes of {@code block} are about to change: jbd2_journal_get_write_access. */
  void willChange(MetaBlock block) throws IOException;

  /**
   * Block {@code pblk}, just allocated, is about to be filled: its old contents do not matter and
   * are not read: jbd2_journal_get_create_access.
   *
   * @return the block, all zeros
   */
  MetaBlock create(long pblk) throws IOException;

  /** The bytes of {@code block} have changed: jbd2_journal_dirty_metadata. */
  void changed(MetaBlock block) throws IOException;

  /** {@code block} is no longer part of the tree: jbd2_journal_forget, with a revoke. */
  void forget(MetaBlock block) throws IOException;

  /** The 60 bytes of i_block have changed: the inode is to be written. */
  void rootChanged() throws IOException;

  /**
   * Sees to it that {@code blocks} more blocks can be changed under this handle.
   *
   * @return false if they cannot; then the caller has to stop at a consistent point, and go on with
   *     a new handle
   */
  boolean extend(int blocks) throws IOException;
}
