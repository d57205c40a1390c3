package org.ext4map.inode;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.OptionalLong;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.ExtentState;
import org.ext4map.model.Mapping;
import org.ext4map.model.UnsupportedFeatureException;
import org.ext4map.ondisk.FileType;
import org.ext4map.ondisk.InodeRecord;

/**
 * The bytes of one file: what is written comes from the device, all else is zero, and the device is
 * asked only for what is written. Runs that lie side by side on the device are read in one request.
 *
 * <p>Units: bytes. Threads: any. Reading takes the inode lock, shared.
 */
public final class FileReader {
  /** Blocks asked of the mapper at once; an answer is never longer. */
  private static final int MAX_RUN = 1 << 30;

  private final Volume volume;
  private final Inode inode;
  private final int blockSize;

  /**
   * A reader of {@code inode}.
   *
   * @throws UnsupportedFeatureException if the contents are encrypted
   * @throws CorruptionException if i_size goes beyond what the map can reach
   */
  public FileReader(Volume volume, Inode inode) throws IOException {
    this.volume = volume;
    this.inode = inode;
    this.blockSize = volume.geometry().blockSize();
    InodeRecord record = inode.record();
    if (record.hasFlag(InodeRecord.ENCRYPT_FL) && record.type() != FileType.DIRECTORY) {
      throw new UnsupportedFeatureException(
          "encrypt", "reading the contents", "ino=" + inode.ino());
    }
    long reach = inode.layout() == Layout.NONE ? 0 : inode.maxBlocks() * blockSize;
    if (inode.layout() != Layout.INLINE && inode.size() > reach) {
      throw CorruptionException.of(
          "inode", "i_size", inode.size(), "<= " + reach, "ino=" + inode.ino());
    }
  }

  /**
   * Fills {@code target} from its position on with the bytes at {@code position}.
   *
   * @return bytes read; fewer than asked only at the end of the file; −1 at or behind it
   */
  public int read(long position, ByteBuffer target) throws IOException {
    inode.lock().readLock().lock();
    try {
      return readLocked(position, target);
    } finally {
      inode.lock().readLock().unlock();
    }
  }

  private int readLocked(long position, ByteBuffer target) throws IOException {
    if (position >= inode.size()) {
      return target.hasRemaining() ? -1 : 0;
    }
    int count = (int) Math.min(target.remaining(), inode.size() - position);
    ByteBuffer window = target.slice(target.position(), count);
    if (inode.layout() == Layout.INLINE) {
      window.put(InlineData.read(volume.geometry(), inode), (int) position, count);
    } else {
      readMapped(position, window);
    }
    target.position(target.position() + count);
    return count;
  }

  private void readMapped(long position, ByteBuffer window) throws IOException {
    Mapping mapping = new Mapping();
    long deviceStart = 0;
    int pending = 0;
    while (window.position() + pending < window.limit()) {
      long at = position + window.position() + pending;
      int wanted = window.limit() - window.position() - pending;
      int within = (int) (at % blockSize);
      int blocks = (int) Math.min(MAX_RUN, ((long) within + wanted + blockSize - 1) / blockSize);
      inode.map(at / blockSize, blocks, mapping);
      int bytes = (int) Math.min(wanted, (long) mapping.length() * blockSize - within);
      long deviceAt = mapping.pblk() * blockSize + within;
      boolean written = mapping.state() == ExtentState.WRITTEN;
      if (pending > 0 && written && deviceAt == deviceStart + pending) {
        pending += bytes;
        continue;
      }
      transfer(deviceStart, pending, window);
      if (written) {
        deviceStart = deviceAt;
        pending = bytes;
      } else {
        pending = 0;
        zero(window, bytes);
      }
    }
    transfer(deviceStart, pending, window);
  }

  private void transfer(long deviceStart, int bytes, ByteBuffer window) throws IOException {
    if (bytes > 0) {
      volume.device().read(deviceStart, window.slice(window.position(), bytes));
      window.position(window.position() + bytes);
    }
  }

  private static void zero(ByteBuffer window, int bytes) {
    for (int i = 0; i < bytes; i++) {
      window.put((byte) 0);
    }
  }

  /**
   * SEEK_DATA: the first byte at or behind {@code position} that is written.
   *
   * @return empty if there is none before the end of the file (ENXIO)
   */
  public OptionalLong seekData(long position) throws IOException {
    return seek(position, true);
  }

  /**
   * SEEK_HOLE: the first byte at or behind {@code position} that is not written; the end of the
   * file counts as one. Unwritten space is a hole, as for the kernel when nothing is cached.
   *
   * @return empty if {@code position} is at or behind the end of the file (ENXIO)
   */
  public OptionalLong seekHole(long position) throws IOException {
    OptionalLong hole = seek(position, false);
    boolean inside = position >= 0 && position < inode.size();
    return inside && hole.isEmpty() ? OptionalLong.of(inode.size()) : hole;
  }

  private OptionalLong seek(long position, boolean forWritten) throws IOException {
    if (position < 0 || position >= inode.size()) {
      return OptionalLong.empty();
    }
    if (inode.layout() == Layout.INLINE) {
      return forWritten ? OptionalLong.of(position) : OptionalLong.empty();
    }
    Mapping mapping = new Mapping();
    long end = (inode.size() + blockSize - 1) / blockSize;
    for (long lblk = position / blockSize; lblk < end; lblk += mapping.length()) {
      inode.map(lblk, (int) Math.min(MAX_RUN, end - lblk), mapping);
      if ((mapping.state() == ExtentState.WRITTEN) == forWritten) {
        return OptionalLong.of(Math.max(position, lblk * blockSize));
      }
    }
    return OptionalLong.empty();
  }
}
