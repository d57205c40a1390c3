package org.ext4map.dir;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.ext4map.buffer.MetaBlock;
import org.ext4map.inode.Inode;
import org.ext4map.inode.Volume;
import org.ext4map.inode.WriteContext;
import org.ext4map.journal.JournalHandle;
import org.ext4map.model.MapIntent;
import org.ext4map.model.Mapping;

/**
 * The blocks of a directory under one journal handle; those of a symbolic link too: ext4_append.
 */
final class JournalledBlocks extends InodeBlocks implements EditableBlocks {
  /** New blocks of one insertion: a leaf, and an index block on each level. */
  private static final int MOST_NEW_BLOCKS = 4;

  private final JournalHandle handle;
  private final Inode inode;
  private final WriteContext context;

  JournalledBlocks(Volume volume, Inode inode, JournalHandle handle) {
    super(volume, inode);
    this.inode = inode;
    this.context = volume.writeContext();
    this.handle = handle;
  }

  /** Credits for all that one call of {@link DirectoryEditor} appends to {@code inode}. */
  static int creditsForAppends(Inode inode) throws IOException {
    return MOST_NEW_BLOCKS * (1 + inode.creditsForChange()) + inode.creditsForRemoval();
  }

  /** Credits for the first block of an inode that is made beside {@code inode}. */
  static int creditsForFirst(Inode inode) throws IOException {
    return 1 + inode.creditsForChange() + inode.creditsForRemoval();
  }

  @Override
  public void willChange(MetaBlock block) throws IOException {
    handle.getWriteAccess(block);
  }

  @Override
  public void changed(MetaBlock block) throws IOException {
    handle.markDirty(block);
  }

  @Override
  public List<MetaBlock> append(int number) throws IOException {
    long first = count();
    long next = first;
    List<MetaBlock> fresh = new ArrayList<>(number);
    Mapping mapping = new Mapping();
    try {
      while (fresh.size() < number) {
        inode.mapBlocks(handle, MapIntent.CREATE, next, 1, mapping);
        next++;
        fresh.add(handle.create(mapping.pblk()));
      }
      setSize(next * geometry().blockSize());
      return fresh;
    } catch (IOException e) {
      takeBack(first, next, e);
      throw e;
    }
  }

  private void takeBack(long from, long to, IOException cause) {
    try {
      context.orAbort(
          () -> {
            for (long lblk = from; lblk < to; lblk++) {
              inode.removeBlock(handle, lblk);
            }
          });
    } catch (IOException worse) {
      cause.addSuppressed(worse);
    }
  }

  /** Stores i_size; of a symbolic link it is the length of the target. */
  void setSize(long sizeBytes) throws IOException {
    inode.update(handle, record -> record.setSize(sizeBytes));
  }

  @Override
  public void setFlags(int flags) throws IOException {
    inode.update(handle, record -> record.setFlags(flags));
  }
}
