package org.ext4map.ondisk;

import static org.ext4map.ondisk.LittleEndian.i32;
import static org.ext4map.ondisk.LittleEndian.put32;
import static org.ext4map.ondisk.LittleEndian.u32;

import java.nio.ByteBuffer;
import org.ext4map.model.CorruptionException;

/**
 * One block of the orphan file: inode numbers, 0 for a free slot, then {@code struct
 * ext4_orphan_block_tail}.
 *
 * <pre>
 *   0                                bs-8
 *   ino(4) ino(4) ino(4) ...         magic(4)=0x0B10CA04  crc32c(4)
 * </pre>
 */
public final class OrphanBlock {
  /** The value of ob_magic. */
  public static final int MAGIC = 0x0B10CA04;

  private static final String NAME = "orphan file block";
  private static final int TAIL_BYTES = 8;
  private static final int CHECKSUM = 4;

  private final Geometry geometry;
  private final ByteBuffer bytes;

  /** A view of the block at index 0 of {@code bytes}. */
  public OrphanBlock(Geometry geometry, ByteBuffer bytes) {
    this.geometry = geometry;
    this.bytes = bytes;
  }

  /** Slots in a block. */
  public int capacity() {
    return (geometry.blockSize() - TAIL_BYTES) / 4;
  }

  /** The inode in slot {@code i}; 0 if it is free. */
  public long inode(int i) {
    return u32(bytes, 4 * i);
  }

  /** Stores the inode of slot {@code i}. */
  public void setInode(int i, long ino) {
    put32(bytes, 4 * i, ino);
  }

  /** ob_magic. */
  public int magic() {
    return i32(bytes, tail());
  }

  /** ob_checksum. */
  public int checksum() {
    return i32(bytes, tail() + CHECKSUM);
  }

  /**
   * What {@link #checksum} should be: crc32c(I, block number, slots).
   *
   * @param inodeSeed the seed of the orphan file's inode
   */
  public int computeChecksum(int inodeSeed, long pblk) {
    return Crc32c.update(Crc32c.updateLe64(inodeSeed, pblk), bytes, 0, 4 * capacity());
  }

  /** Writes magic and checksum, last of all changes. */
  public void seal(int inodeSeed, long pblk) {
    put32(bytes, tail(), MAGIC);
    if (geometry.hasMetadataChecksums()) {
      put32(bytes, tail() + CHECKSUM, computeChecksum(inodeSeed, pblk));
    }
  }

  /**
   * Checks magic, checksum and the range of the inode numbers.
   *
   * @throws CorruptionException naming the first that is wrong
   */
  public void verify(int inodeSeed, long pblk) throws CorruptionException {
    String place = "pblk=" + pblk;
    if (magic() != MAGIC) {
      throw CorruptionException.ofText(
          NAME, "ob_magic", "0x" + Integer.toHexString(magic()), "0xb10ca04", place);
    }
    if (geometry.hasMetadataChecksums() && checksum() != computeChecksum(inodeSeed, pblk)) {
      throw CorruptionException.checksum(
          NAME, "ob_checksum", checksum(), computeChecksum(inodeSeed, pblk), place);
    }
    for (int i = 0; i < capacity(); i++) {
      if (inode(i) > geometry.inodesCount()) {
        throw CorruptionException.of(
            NAME, "slot " + i, inode(i), "<= " + geometry.inodesCount(), place);
      }
    }
  }

  private int tail() {
    return geometry.blockSize() - TAIL_BYTES;
  }
}
