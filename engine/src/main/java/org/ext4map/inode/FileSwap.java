package org.ext4map.inode;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import org.ext4map.journal.JournalHandle;
import org.ext4map.model.Mapping;
import org.ext4map.model.NoSpaceException;
import org.ext4map.model.UnsupportedFeatureException;

/**
 * Exchanges space between two files: ext4_move_extents (Linux fs/ext4/move_extent.c), but nothing
 * is copied. The kernel's ioctl copies the one file's bytes into the other's blocks before it swaps
 * them; here the maps alone are exchanged, and the bytes go with them. Whoever moves a file to a
 * better place writes the same bytes to the other file first.
 *
 * <p>Threads: any; takes both inode locks exclusively, by number, waits for direct I/O of each to
 * end and opens its own handles. When a call returns the change is durable: otherwise bytes written
 * afterwards could show up in the wrong file after a crash.
 */
public final class FileSwap {
  /** S_ISUID and S_ISGID. */
  private static final int SET_ID = 06000;

  private final Volume volume;
  private final WriteContext context;
  private final Inode file;
  private final Inode donor;
  private final int blockSize;

  /** Between two inodes of a volume that is open for writing. */
  public FileSwap(Volume volume, Inode file, Inode donor) {
    this.volume = volume;
    this.context = volume.writeContext();
    this.file = file;
    this.donor = donor;
    this.blockSize = volume.geometry().blockSize();
  }

  /**
   * Exchanges the blocks, and what they are: written or unwritten. A hole may stand opposite to a
   * hole alone. One transaction takes a few extents; after a crash all blocks up to one of them are
   * exchanged.
   *
   * @throws IllegalArgumentException if the range is empty or not inside both files, a hole stands
   *     opposite to blocks, or the last block of a file would come to lie where it ends elsewhere
   * @throws UnsupportedFeatureException if a file has block pointers
   * @throws java.nio.file.FileSystemException if one of them may not be changed
   * @throws org.ext4map.model.NoSpaceException if a node is needed and there is no block for it;
   *     what was exchanged so far stays
   */
  public void swap(long lblk, long donorLblk, long blocks) throws IOException {
    if (file == donor) {
      throw new IllegalArgumentException("both are inode " + file.ino() + ", allowed two files");
    }
    Inode first = file.ino() < donor.ino() ? file : donor;
    Inode second = first == file ? donor : file;
    first.lockAlone();
    try {
      second.lockAlone();
      try {
        requireFiles();
        requireInside(file, lblk, blocks);
        requireInside(donor, donorLblk, blocks);
        requireSameEnd(lblk, donorLblk, blocks);
        requireSameHoles(lblk, donorLblk, blocks);
        exchange(lblk, donorLblk, blocks);
      } finally {
        second.unlockAlone();
      }
    } finally {
      first.unlockAlone();
    }
  }

  private void requireFiles() throws IOException {
    for (Inode each : new Inode[] {file, donor}) {
      FileRules.requireChangeable(volume, each, false);
      if (each.layout() != Layout.EXTENTS) {
        throw new UnsupportedFeatureException(
            "extent", "swapping extents", "ino=" + each.ino() + " i_flags");
      }
    }
    if ((donor.record().mode() & SET_ID) != 0) {
      throw new AccessDeniedException(
          "<" + donor.ino() + ">", null, "is set-user-id or set-group-id");
    }
  }

  private static void requireInside(Inode inode, long lblk, long blocks) {
    if (lblk < 0 || blocks < 1 || lblk > inode.sizeBlocks() - blocks) {
      throw new IllegalArgumentException(
          blocks
              + " blocks from "
              + lblk
              + " of inode "
              + inode.ino()
              + ", allowed >= 1 before "
              + inode.sizeBlocks());
    }
  }

  /** Behind the end of a file its last block holds zeros, and has to after the swap. */
  private void requireSameEnd(long lblk, long donorLblk, long blocks) {
    boolean mine = isCut(file, lblk + blocks);
    boolean theirs = isCut(donor, donorLblk + blocks);
    if ((mine || theirs) && (mine != theirs || tail(file) != tail(donor))) {
      throw new IllegalArgumentException(
          "last block used for " + tail(file) + " and " + tail(donor) + " bytes, allowed the same");
    }
  }

  /** True if the block before {@code end} is the last one and not used as a whole. */
  private boolean isCut(Inode inode, long end) {
    return end == inode.sizeBlocks() && tail(inode) != 0;
  }

  private int tail(Inode inode) {
    return (int) (inode.size() % blockSize);
  }

  private void requireSameHoles(long lblk, long donorLblk, long blocks) throws IOException {
    Mapping mine = new Mapping();
    Mapping theirs = new Mapping();
    for (long at = 0; at < blocks; at += Math.min(mine.length(), theirs.length())) {
      int rest = (int) Math.min(Integer.MAX_VALUE, blocks - at);
      file.map(lblk + at, rest, mine);
      donor.map(donorLblk + at, rest, theirs);
      if (mine.state().isMapped() != theirs.state().isMapped()) {
        throw new IllegalArgumentException(
            "inode "
                + file.ino()
                + " has "
                + mine
                + ", inode "
                + donor.ino()
                + " "
                + theirs
                + ", allowed holes opposite to holes");
      }
    }
  }

  private void exchange(long lblk, long donorLblk, long blocks) throws IOException {
    try (JournalHandle handle = context.start(file.creditsForExchange(donor))) {
      stamp(handle, file);
      stamp(handle, donor);
      file.exchange(handle, lblk, donor, donorLblk, blocks);
    } catch (NoSpaceException e) {
      sync();
      throw e;
    }
    sync();
  }

  private void stamp(JournalHandle handle, Inode inode) throws IOException {
    inode.update(
        handle,
        record -> {
          record.setMtime(context.now());
          record.setCtime(context.now());
        });
  }

  private void sync() throws IOException {
    context.journal().sync(Math.max(file.syncTid(), donor.syncTid()));
  }
}
