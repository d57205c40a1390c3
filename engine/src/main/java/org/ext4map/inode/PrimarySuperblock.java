package org.ext4map.inode;

import java.io.IOException;
import java.util.function.Consumer;
import org.ext4map.buffer.BufferCache;
import org.ext4map.buffer.MetaBlock;
import org.ext4map.journal.JournalHandle;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.Superblock;

/** The primary superblock in its block, changed under handles. Threads: any, its monitor guards. */
public final class PrimarySuperblock {
  private final MetaBlock block;
  private final Superblock superblock;

  PrimarySuperblock(Geometry geometry, BufferCache buffers) throws IOException {
    int blockSize = geometry.blockSize();
    int base = (int) (Superblock.OFFSET_BYTES % blockSize);
    this.block = buffers.read(Superblock.OFFSET_BYTES / blockSize);
    this.superblock = new Superblock(block.bytes(), base);
    block.sealWith(bytes -> new Superblock(bytes, base).seal());
  }

  /** Changes fields; takes one credit. The checksum is made when the block is written. */
  public synchronized void change(JournalHandle handle, Consumer<Superblock> change)
      throws IOException {
    handle.getWriteAccess(block);
    change.accept(superblock);
    handle.markDirty(block);
  }

  /** The fields as they are now; not to be written to. */
  public synchronized Superblock now() {
    return superblock;
  }
}
