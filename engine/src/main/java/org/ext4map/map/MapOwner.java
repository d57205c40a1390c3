package org.ext4map.map;

import java.io.IOException;
import org.ext4map.alloc.FilePreallocation;
import org.ext4map.journal.JournalHandle;

/** The inode, as far as changes of its map concern it. Called with dataSem held exclusively. */
public interface MapOwner {
  /** Its number. */
  long ino();

  /**
   * True if its blocks hold what users write; false if they hold metadata, of which the journal may
   * have copies: directories, symbolic links.
   */
  boolean isRegularFile();

  /** Blocks that its size on disk covers, the last one perhaps in part. */
  long sizeBlocks();

  /**
   * False if data may be on its way to blocks of the inode other than those that change: zeros must
   * not be written beside them then. Asked when the cache has forgotten the blocks.
   */
  boolean mayZeroBeside();

  /** What is set aside for it. */
  FilePreallocation preallocation();

  /**
   * The map has changed under {@code handle}, and the inode has {@code blocks} more blocks than
   * before.
   *
   * @param rootChanged true if i_block is not as it was
   * @param save true if the slot is to be written now, which takes one credit; otherwise that is
   *     done before the handle ends
   */
  void mapChanged(JournalHandle handle, long blocks, boolean rootChanged, boolean save)
      throws IOException;
}
