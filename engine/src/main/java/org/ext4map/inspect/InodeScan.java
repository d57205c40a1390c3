package org.ext4map.inspect;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.ext4map.Ext4File;
import org.ext4map.Ext4Image;
import org.ext4map.model.Ext4Exception;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.GroupDescriptor;
import org.ext4map.ondisk.InodeRecord;

/**
 * All inodes in use, in the order of their numbers. In use is what has a link or is marked in the
 * bitmap. Reads the tables in large pieces, and not the parts that were never used.
 */
final class InodeScan {
  private static final int CHUNK_BYTES = 1 << 18;

  private final Ext4Image image;
  private final Geometry geometry;
  private final Progress progress;
  private final Unread unread = new Unread();

  /** Is shown an inode; answers false to end the scan. */
  @FunctionalInterface
  interface Visitor {
    /** An {@link Ext4Exception} thrown here counts as an inode that could not be read. */
    boolean visit(Ext4File file) throws IOException;
  }

  InodeScan(Ext4Image image, Progress progress) {
    this.image = image;
    this.geometry = image.geometry();
    this.progress = progress;
  }

  /** Shows every inode to {@code visitor}; answers what could not be read. */
  Unread run(Visitor visitor) throws IOException {
    boolean goOn = true;
    for (long group = 0; goOn && group < geometry.groupCount(); group++) {
      progress.step("block groups", group, geometry.groupCount());
      try {
        goOn = visitGroup(image.group(group), visitor);
      } catch (Ext4Exception broken) {
        unread.add(String.valueOf(broken.getMessage()));
      }
    }
    return unread;
  }

  /** True if {@code file} has a link or is marked in the bitmap. */
  static boolean isInUse(Ext4Image image, Ext4File file) throws IOException {
    InodeRecord record = file.record();
    if (record.linksCount() > 0 || record.mode() == 0) {
      return record.linksCount() > 0;
    }
    Geometry geometry = image.geometry();
    GroupDescriptor group = image.group(geometry.groupOfInode(file.ino()));
    return Blocks.bit(Blocks.read(image, group.inodeBitmap()), geometry.indexInGroup(file.ino()));
  }

  /** Inodes of the group that may be in use. */
  static long slotsToRead(Geometry geometry, GroupDescriptor group) {
    if (group.isInodeTableUninit()) {
      return 0;
    }
    if (!geometry.features().hasGroupChecksums()) {
      return geometry.inodesPerGroup();
    }
    long unused = Integer.toUnsignedLong(group.itableUnused());
    return Math.max(0, geometry.inodesPerGroup() - unused);
  }

  private boolean visitGroup(GroupDescriptor group, Visitor visitor) throws IOException {
    long slots = slotsToRead(geometry, group);
    long table = group.inodeTable() * geometry.blockSize();
    long first = group.group() * geometry.inodesPerGroup() + 1;
    int perChunk = CHUNK_BYTES / geometry.inodeSize();
    ByteBuffer chunk = ByteBuffer.allocate(perChunk * geometry.inodeSize());
    InodeBits bits = new InodeBits(group.inodeBitmap());
    for (long done = 0; done < slots; done += perChunk) {
      int count = (int) Math.min(perChunk, slots - done);
      image
          .device()
          .read(
              table + done * geometry.inodeSize(),
              chunk.clear().limit(count * geometry.inodeSize()));
      chunk.clear();
      for (int i = 0; i < count; i++) {
        InodeRecord record = new InodeRecord(geometry, chunk, i * geometry.inodeSize());
        if (bits.isInUse(record, done + i) && !visit(first + done + i, visitor)) {
          return false;
        }
      }
    }
    return true;
  }

  private boolean visit(long ino, Visitor visitor) throws IOException {
    try {
      return visitor.visit(image.inode(ino));
    } catch (Ext4Exception broken) {
      unread.add(String.valueOf(broken.getMessage()));
      return true;
    }
  }

  /** The inode bitmap of one group, read when first asked for. */
  private final class InodeBits {
    private final long pblk;
    private Optional<ByteBuffer> bitmap = Optional.empty();

    InodeBits(long pblk) {
      this.pblk = pblk;
    }

    boolean isInUse(InodeRecord record, long index) throws IOException {
      if (record.linksCount() > 0) {
        return true;
      }
      if (record.mode() == 0) {
        return false;
      }
      if (bitmap.isEmpty()) {
        bitmap = Optional.of(Blocks.read(image, pblk));
      }
      return Blocks.bit(bitmap.get(), index);
    }
  }
}
