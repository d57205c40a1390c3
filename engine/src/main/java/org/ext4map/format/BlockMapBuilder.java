package org.ext4map.format;

import java.io.IOException;
import java.util.List;
import org.ext4map.model.BlockRange;
import org.ext4map.ondisk.InodeRecord;

/** Lays out a file without holes: its i_block and the blocks that i_block needs below it. */
interface BlockMapBuilder {
  /**
   * Maps the blocks of {@code runs}, in their order, from logical block 0 on. Sets i_block and
   * i_flags; takes and writes the blocks of the map.
   *
   * @return blocks that the map takes itself
   */
  int map(long ino, InodeRecord inode, List<BlockRange> runs) throws IOException;

  /** The most blocks that the map of a file of {@code blocks} blocks may take itself. */
  long mapBlocksAtMost(long blocks);
}
