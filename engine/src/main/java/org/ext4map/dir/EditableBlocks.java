package org.ext4map.dir;

import java.io.IOException;
import java.util.List;
import org.ext4map.buffer.MetaBlock;
import org.ext4map.model.NoSpaceException;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.HashTreeNode;

/**
 * The blocks of one directory under one open journal handle. One thread, which holds the inode's
 * lock exclusively.
 */
interface EditableBlocks extends DirectoryBlocks {
  /** What i_size can say without the largedir feature. */
  long MAX_SIZE_BYTES = 0xFFFFFFFFL;

  /** The bytes of {@code block} are about to change: jbd2_journal_get_write_access. */
  void willChange(MetaBlock block) throws IOException;

  /** The bytes of {@code block} have changed: jbd2_journal_dirty_metadata. */
  void changed(MetaBlock block) throws IOException;

  /**
   * Adds {@code number} blocks at the end, all or none; i_size grows.
   *
   * @return the blocks in order, all zeros, announced to the journal
   * @throws NoSpaceException if there are not as many; nothing has changed
   */
  List<MetaBlock> append(int number) throws IOException;

  /**
   * As {@link #append}, within what i_size and the index can say.
   *
   * @throws NoSpaceException also if the directory would become too large
   */
  default List<MetaBlock> grow(int number) throws IOException {
    long most = MAX_SIZE_BYTES / geometry().blockSize();
    long limit = geometry().has(Feature.LARGEDIR) ? HashTreeNode.MAX_BLOCKS : most;
    if (count() + number > Math.min(limit, HashTreeNode.MAX_BLOCKS)) {
      throw new NoSpaceException("directory ino=" + ino() + " has " + count() + " blocks");
    }
    return append(number);
  }

  /** Stores i_flags. */
  void setFlags(int flags) throws IOException;
}
