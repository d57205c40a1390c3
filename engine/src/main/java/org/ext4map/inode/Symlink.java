package org.ext4map.inode;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.ExtentState;
import org.ext4map.model.Mapping;
import org.ext4map.model.UnsupportedFeatureException;
import org.ext4map.ondisk.FileType;
import org.ext4map.ondisk.InodeRecord;

/** Where a symbolic link points: in i_block if it fits, else contents like a small file's. */
public final class Symlink {
  /** PATH_MAX: no call ever stored a longer one. */
  private static final int MAX_BYTES = 4096;

  private Symlink() {}

  /**
   * The target of {@code link}, at least one byte; no terminator. Takes the inode lock, shared.
   *
   * @throws NoSuchFileException if it has been deleted since it was asked for
   * @throws CorruptionException if its length is none that a target can have, or inline data is not
   *     there
   * @throws UnsupportedFeatureException if the target is encrypted
   */
  public static byte[] read(Volume volume, Inode link) throws IOException {
    link.lock().readLock().lock();
    try {
      boolean isEmptied = link.record().linksCount() == 0 && link.size() == 0;
      if (link.isDeleted() || isEmptied) {
        throw new NoSuchFileException("<" + link.ino() + ">", null, "is deleted");
      }
      return readLocked(volume, link);
    } finally {
      link.lock().readLock().unlock();
    }
  }

  private static byte[] readLocked(Volume volume, Inode link) throws IOException {
    if (link.type() != FileType.SYMLINK) {
      throw new IllegalArgumentException("inode " + link.ino() + " is a " + link.type());
    }
    InodeRecord record = link.record();
    if (record.hasFlag(InodeRecord.ENCRYPT_FL)) {
      throw new UnsupportedFeatureException("encrypt", "reading the contents", "ino=" + link.ino());
    }
    boolean fast = link.layout() == Layout.NONE;
    int most =
        fast ? InodeRecord.I_BLOCK_BYTES - 1 : Math.min(volume.geometry().blockSize(), MAX_BYTES);
    if (link.size() < 1 || link.size() > most) {
      throw CorruptionException.of(
          "symlink", "i_size", link.size(), "1 … " + most, "ino=" + link.ino());
    }
    ByteBuffer target = ByteBuffer.allocate((int) link.size());
    if (fast) {
      target.put(0, link.iBlock(), 0, target.capacity());
    } else if (link.layout() == Layout.INLINE) {
      target.put(0, InlineData.read(volume.geometry(), link), 0, target.capacity());
    } else {
      readBlock(volume, link, target);
    }
    return target.array();
  }

  /** The target's block is metadata, whose newest bytes may not be on the device yet. */
  private static void readBlock(Volume volume, Inode link, ByteBuffer target) throws IOException {
    Mapping mapping = new Mapping();
    link.map(0, 1, mapping);
    if (mapping.state() == ExtentState.WRITTEN) {
      target.put(0, volume.buffers().read(mapping.pblk()).bytes(), 0, target.capacity());
    }
  }
}
