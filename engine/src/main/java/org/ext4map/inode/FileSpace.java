package org.ext4map.inode;

import java.io.IOException;
import java.time.Instant;
import org.ext4map.journal.JournalHandle;
import org.ext4map.model.FallocateMode;
import org.ext4map.model.MapIntent;
import org.ext4map.model.Mapping;
import org.ext4map.model.NoSpaceException;
import org.ext4map.model.UnsupportedFeatureException;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.InodeRecord;

/**
 * Gives and takes a file's space: ext4_truncate, ext4_fallocate (Linux fs/ext4/extents.c, inode.c).
 *
 * <p>Threads: any; every public method takes the inode lock exclusively, waits for direct I/O to
 * end and opens its own handles. After a crash: an operation that fits one transaction has happened
 * or not. One that needs more is finished at the next opening if it truncates; otherwise it may
 * stay half done, as the kernel's: allocated, zeroed or punched from one end, collapsed or with a
 * hole inserted up to some block, where the gap then is.
 */
public final class FileSpace {
  /** The kernel rounds the end of a hole behind the end of the file up to a page. */
  private static final int PAGE_BYTES = 4096;

  private final Volume volume;
  private final WriteContext context;
  private final Inode inode;
  private final int blockSize;

  /** Of {@code inode}, on a volume that is open for writing. */
  public FileSpace(Volume volume, Inode inode) {
    this.volume = volume;
    this.context = volume.writeContext();
    this.inode = inode;
    this.blockSize = volume.geometry().blockSize();
  }

  // ---- truncate --------------------------------------------------------------------------------

  /**
   * Sets the size. Shorter: what was behind it is gone, space kept behind the end too. Longer: the
   * new bytes are zeros without space.
   *
   * @throws java.nio.file.FileSystemException if the file may not be changed, or is too large
   */
  public void truncate(long size) throws IOException {
    inode.lockAlone();
    try {
      FileRules.requireChangeable(volume, inode, false);
      FileRules.requireReach(volume, inode, size, 0);
      if (size > inode.size()) {
        new PartialBlocks(volume, inode).zeroTail(inode.size());
        try (JournalHandle handle = context.start(1)) {
          setSize(handle, size);
        }
        return;
      }
      try (JournalHandle handle = context.start(1 + OrphanList.CREDITS)) {
        context.orphans().add(handle, inode);
        setSize(handle, size);
      }
      cutAtSize();
    } finally {
      inode.unlockAlone();
    }
  }

  /** For an orphan with links: what is behind its size goes. */
  void finishTruncate() throws IOException {
    inode.lockAlone();
    try {
      cutAtSize();
    } finally {
      inode.unlockAlone();
    }
  }

  private void cutAtSize() throws IOException {
    new PartialBlocks(volume, inode).zeroTail(inode.size());
    try (JournalHandle handle = context.start(inode.creditsForRemoval() + OrphanList.CREDITS)) {
      inode.removeBlocks(handle, inode.sizeBlocks(), Geometry.maxLogicalBlocks());
      context.orphans().removeIfLinked(handle, inode);
    }
  }

  private void setSize(JournalHandle handle, long size) throws IOException {
    inode.update(
        handle,
        record -> {
          record.setSize(size);
          stamp(record);
        });
  }

  private void stamp(InodeRecord record) {
    Instant now = context.now();
    record.setMtime(now);
    record.setCtime(now);
  }

  // ---- fallocate -------------------------------------------------------------------------------

  /**
   * Changes the space of {@code [offset, offset + length)}, in bytes.
   *
   * @throws IllegalArgumentException if the range is empty, or one that the mode does not allow:
   *     {@code COLLAPSE_RANGE} and {@code INSERT_RANGE} want whole blocks inside the file
   * @throws UnsupportedFeatureException if the file has block pointers; they allow holes alone
   * @throws org.ext4map.model.NoSpaceException if space is lacking; what was allocated so far stays
   * @throws java.nio.file.FileSystemException if the file may not be changed, or is too large
   */
  public void fallocate(FallocateMode mode, long offset, long length) throws IOException {
    if (offset < 0 || length <= 0) {
      throw new IllegalArgumentException("fallocate of " + length + " bytes at " + offset);
    }
    inode.lockAlone();
    try {
      FileRules.requireChangeable(volume, inode, false);
      FileRules.requireReach(volume, inode, offset, length);
      if (inode.layout() != Layout.EXTENTS && mode != FallocateMode.PUNCH_HOLE) {
        throw new UnsupportedFeatureException(
            "extent", "fallocate " + mode, "ino=" + inode.ino() + " i_flags");
      }
      long end = offset + length;
      switch (mode) {
        case ALLOCATE -> allocate(offset, end, end);
        case KEEP_SIZE -> allocate(offset, end, 0);
        case PUNCH_HOLE -> punch(offset, end);
        case ZERO_RANGE -> zero(offset, end, end);
        case ZERO_RANGE_KEEP_SIZE -> zero(offset, end, 0);
        case COLLAPSE_RANGE -> collapse(offset, end);
        case INSERT_RANGE -> insert(offset, length);
        case UNSHARE_RANGE -> {}
      }
    } finally {
      inode.discardUnlessOpen();
      inode.unlockAlone();
    }
  }

  private void allocate(long offset, long end, long newSize) throws IOException {
    if (newSize > inode.size()) {
      new PartialBlocks(volume, inode).zeroTail(inode.size());
    }
    mapAll(MapIntent.CREATE_UNWRITTEN, offset / blockSize, blocksFor(end), newSize);
  }

  /** ext4_alloc_file_blocks: the size follows step by step, up to {@code newSize}. */
  private void mapAll(MapIntent intent, long from, long to, long newSize) throws IOException {
    Mapping done = new Mapping();
    for (long lblk = from; lblk < to; lblk += done.length()) {
      long at = lblk;
      context.retryingForSpace(() -> mapStep(intent, at, to, newSize, done));
    }
  }

  private void mapStep(MapIntent intent, long lblk, long to, long newSize, Mapping done)
      throws IOException {
    try (JournalHandle handle = context.start(inode.creditsForChange())) {
      int wanted = (int) Math.min(Integer.MAX_VALUE, to - lblk);
      inode.mapBlocksOnly(handle, intent, lblk, wanted, done);
      long reached = Math.min(newSize, (lblk + done.length()) * blockSize);
      inode.updateWithMap(
          handle,
          record -> {
            record.setSize(Math.max(record.size(), reached));
            stamp(record);
          });
    }
  }

  private long blocksFor(long bytes) {
    return bytes / blockSize + (bytes % blockSize == 0 ? 0 : 1);
  }

  /** ext4_zero_range: whole blocks become unwritten, parts of blocks get zeros. */
  private void zero(long offset, long end, long newSize) throws IOException {
    allocate(offset, end, newSize);
    long first = blocksFor(offset);
    long last = end / blockSize;
    if (first < last) {
      mapAll(MapIntent.TO_UNWRITTEN, first, last, 0);
    }
    new PartialBlocks(volume, inode).zeroEdges(offset, end);
  }

  private void punch(long offset, long end) throws IOException {
    if (offset >= inode.size()) {
      return;
    }
    long page = (inode.size() + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
    long reach = inode.maxBlocks() * blockSize;
    long stop = end > inode.size() ? Math.min(page, reach) : end;
    new PartialBlocks(volume, inode).zeroEdges(offset, stop);
    try (JournalHandle handle = context.start(inode.creditsForRemoval())) {
      long first = blocksFor(offset);
      if (first < stop / blockSize) {
        inode.removeBlocksOnly(handle, first, stop / blockSize);
      }
      inode.updateWithMap(handle, this::stamp);
    }
  }

  private void collapse(long offset, long end) throws IOException {
    requireWholeBlocks(offset, end - offset);
    if (end >= inode.size()) {
      throw new IllegalArgumentException(
          "collapse up to " + end + ", allowed before the end, " + inode.size());
    }
    long from = offset / blockSize;
    long to = end / blockSize;
    try (JournalHandle handle = context.start(inode.creditsForShift(from, to))) {
      inode.collapse(handle, from, to);
      setSize(handle, inode.size() - (end - offset));
    }
  }

  private void insert(long offset, long length) throws IOException {
    requireWholeBlocks(offset, length);
    long size = inode.size();
    if (offset >= size) {
      throw new IllegalArgumentException(
          "insert at " + offset + ", allowed before the end, " + size);
    }
    FileRules.requireReach(volume, inode, size, length);
    long from = offset / blockSize;
    try (JournalHandle handle = context.start(inode.creditsForShift(from, from))) {
      setSize(handle, size + length); // first, so that nothing is ever behind the end
      try {
        inode.insertHole(handle, from, length / blockSize);
      } catch (IllegalArgumentException | NoSpaceException e) {
        setSize(handle, size);
        throw e;
      }
    }
  }

  private void requireWholeBlocks(long offset, long length) {
    if (offset % blockSize != 0 || length % blockSize != 0) {
      throw new IllegalArgumentException(
          length + " bytes at " + offset + ", allowed whole blocks of " + blockSize);
    }
  }
}
