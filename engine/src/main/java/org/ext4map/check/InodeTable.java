package org.ext4map.check;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.InodeRecord;
import org.jspecify.annotations.Nullable;

/**
 * Reads inodes: one by number, or a whole group in large requests. Keeps the last piece it read, so
 * that neighbours cost one request.
 */
final class InodeTable {
  private static final int PIECE_BYTES = 1 << 15;

  private final Geometry geometry;
  private final ImageBlocks image;
  private final Groups groups;
  private long pieceStart = -1;
  private @Nullable ByteBuffer piece;

  InodeTable(Geometry geometry, ImageBlocks image, Groups groups) {
    this.geometry = geometry;
    this.image = image;
    this.groups = groups;
  }

  /** Forgets what was read, because the image is seen another way now. */
  void forget() {
    pieceStart = -1;
    piece = null;
  }

  /** True if {@code ino} is a number that an inode can have. */
  boolean exists(long ino) {
    return ino >= 1 && ino <= geometry.inodesCount();
  }

  /**
   * Inode {@code ino}; null if its place in the table cannot be read. The record is valid until the
   * next call.
   */
  @Nullable InodeRecord read(long ino) throws IOException {
    long group = geometry.groupOfInode(ino);
    if (!groups.hasTable(group)) {
      return null;
    }
    long offset = geometry.indexInGroup(ino) * geometry.inodeSize();
    int blockSize = geometry.blockSize();
    int perPiece = Math.max(1, PIECE_BYTES / blockSize);
    long blockInTable = offset / blockSize;
    long firstOfPiece = blockInTable / perPiece * perPiece;
    long start = groups.get(group).inodeTable() + firstOfPiece;
    if (piece == null || start != pieceStart) {
      long count = Math.min(perPiece, geometry.inodeTableBlocks() - firstOfPiece);
      piece = image.readRun(start, count);
      pieceStart = start;
    }
    if (piece == null) {
      return null;
    }
    long base = offset - firstOfPiece * blockSize;
    if (base + geometry.inodeSize() > piece.capacity()) {
      return null;
    }
    return new InodeRecord(geometry, piece, (int) base);
  }

  /** As {@link #read}, in a buffer of its own. */
  @Nullable InodeRecord readCopy(long ino) throws IOException {
    InodeRecord inode = read(ino);
    if (inode == null) {
      return null;
    }
    ByteBuffer copy = ByteBuffer.allocate(geometry.inodeSize());
    copy.put(0, inode.bytes(), inode.base(), geometry.inodeSize());
    return new InodeRecord(geometry, copy, 0);
  }
}
