package org.ext4map.inode;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.ext4map.journal.JournalHandle;
import org.ext4map.model.ExtentState;
import org.ext4map.model.MapIntent;
import org.ext4map.model.Mapping;
import org.ext4map.model.NoSpaceException;
import org.ext4map.ondisk.Geometry;

/**
 * Writes bytes into one file, synchronously: when a call returns, the bytes are on the device,
 * though durable only after fsync.
 *
 * <pre>
 *   hole, unwritten:  handle: allocate unwritten  ─▶  device: data, zeros around it
 *                                                 ─▶  handle: convert, size, times
 *   written:          device: data                ─▶  handle: times
 * </pre>
 *
 * So no block becomes readable before its bytes are there. In a file with block pointers, which
 * have no unwritten state, blocks are zeroed before they are linked. A file that grows is on the
 * orphan list meanwhile: a crash cuts it back to its old size.
 *
 * <p>Threads: any; takes the inode lock exclusively and waits for direct I/O to end. No handle is
 * open during device I/O.
 */
public final class FileWriter {
  /** Blocks mapped at once. */
  private static final int MAX_RUN = 1 << 13;

  private final Volume volume;
  private final WriteContext context;
  private final Inode inode;
  private final int blockSize;
  private final MapIntent allocation;

  /** A writer of {@code inode}, on a volume that is open for writing. */
  public FileWriter(Volume volume, Inode inode) {
    this.volume = volume;
    this.context = volume.writeContext();
    this.inode = inode;
    this.blockSize = volume.geometry().blockSize();
    this.allocation =
        inode.layout() == Layout.INDIRECT ? MapIntent.CREATE : MapIntent.CREATE_UNWRITTEN;
  }

  /**
   * Writes the rest of {@code source} at {@code position}.
   *
   * @return bytes written: fewer than asked only if there is no space for more
   * @throws NoSpaceException if there is no space at all
   * @throws java.nio.file.FileSystemException if the file may not be changed, or is too large
   * @throws IOException if the device or the journal fails; a part of the range may be written
   */
  public int write(long position, ByteBuffer source) throws IOException {
    inode.lockAlone();
    try {
      FileRules.requireChangeable(volume, inode, position == inode.size());
      FileRules.requireReach(volume, inode, position, source.remaining());
      return source.hasRemaining() ? writeLocked(position, source) : 0;
    } finally {
      inode.unlockAlone();
    }
  }

  /** Writes the rest of {@code source} behind the last byte: O_APPEND. */
  public int append(ByteBuffer source) throws IOException {
    inode.lockAlone();
    try {
      return write(inode.size(), source);
    } finally {
      inode.unlockAlone();
    }
  }

  private int writeLocked(long position, ByteBuffer source) throws IOException {
    int start = source.position();
    boolean grows = position + source.remaining() > inode.size();
    if (position > inode.size()) {
      new PartialBlocks(volume, inode).zeroTail(inode.size());
    }
    try {
      while (source.hasRemaining()) {
        writeRun(position + source.position() - start, source, grows);
      }
    } catch (NoSpaceException e) {
      if (source.position() == start) {
        cutBack(grows, e);
        throw e;
      }
    } catch (IOException | RuntimeException e) {
      cutBack(grows, e);
      throw e;
    }
    finish(position + source.position() - start);
    return source.position() - start;
  }

  private void writeRun(long position, ByteBuffer source, boolean grows) throws IOException {
    long lblk = position / blockSize;
    int within = (int) (position % blockSize);
    int blocks = (int) Math.min(MAX_RUN, blocksFor((long) within + source.remaining()));
    Mapping run = new Mapping();
    inode.map(lblk, blocks, run);
    if (run.state() == ExtentState.HOLE) {
      context.retryingForSpace(() -> allocate(lblk, blocks, grows, run));
    }
    int bytes = (int) Math.min(source.remaining(), (long) run.length() * blockSize - within);
    ByteBuffer data = source.slice(source.position(), bytes);
    if (run.state() == ExtentState.WRITTEN) {
      volume.device().write(run.pblk() * blockSize + within, data);
    } else {
      fill(run.pblk() * blockSize, within, data);
      convert(lblk, (int) blocksFor((long) within + bytes), position + bytes);
    }
    source.position(source.position() + bytes);
  }

  private long blocksFor(long bytes) {
    return (bytes + blockSize - 1) / blockSize;
  }

  private void allocate(long lblk, int blocks, boolean grows, Mapping run) throws IOException {
    try (JournalHandle handle = context.start(inode.creditsForChange() + OrphanList.CREDITS)) {
      if (grows) {
        context.orphans().add(handle, inode);
      }
      inode.mapBlocks(handle, allocation, lblk, blocks, run);
    }
  }

  /** Writes {@code data} and, in its first and last block, zeros where it leaves something out. */
  private void fill(long start, int within, ByteBuffer data) throws IOException {
    long end = start + within + data.remaining();
    if (within > 0) {
      volume.device().write(start, ByteBuffer.allocate(within));
    }
    volume.device().write(start + within, data);
    int rest = (int) (-end & (blockSize - 1));
    if (rest > 0) {
      volume.device().write(end, ByteBuffer.allocate(rest));
    }
  }

  /**
   * The data is on the device: ext4_convert_unwritten_extents. The size follows in the same handle,
   * so that at no time written blocks lie behind it.
   */
  private void convert(long from, int count, long end) throws IOException {
    Mapping done = new Mapping();
    for (long lblk = from; lblk < from + count; lblk += done.length()) {
      try (JournalHandle handle = context.start(inode.creditsForChange())) {
        int rest = (int) (from + count - lblk);
        inode.mapBlocks(handle, MapIntent.CONVERT_DIO, lblk, rest, done);
        long reached = Math.min(end, (lblk + done.length()) * blockSize);
        if (reached > inode.size()) {
          inode.update(handle, record -> record.setSize(reached));
        }
      }
    }
  }

  /** Size, times and the end of the orphan record in one handle. */
  private void finish(long end) throws IOException {
    try (JournalHandle handle = context.start(1 + OrphanList.CREDITS)) {
      inode.update(
          handle,
          record -> {
            record.setSize(Math.max(record.size(), end));
            record.setMtime(context.now());
            record.setCtime(context.now());
          });
      context.orphans().removeIfLinked(handle, inode);
    }
  }

  /** After a failure nothing is left behind the end: ext4_truncate_failed_write. */
  private void cutBack(boolean grows, Exception cause) {
    if (!grows) {
      return;
    }
    try (JournalHandle handle = context.start(inode.creditsForRemoval() + OrphanList.CREDITS)) {
      inode.removeBlocks(handle, inode.sizeBlocks(), Geometry.maxLogicalBlocks());
      context.orphans().removeIfLinked(handle, inode);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }
}
