package org.ext4map.ondisk;

import static org.ext4map.ondisk.LittleEndian.put16;
import static org.ext4map.ondisk.LittleEndian.put32;
import static org.ext4map.ondisk.LittleEndian.u16;
import static org.ext4map.ondisk.LittleEndian.u32;

import java.nio.ByteBuffer;
import org.ext4map.model.CorruptionException;

/**
 * {@code struct ext4_group_desc}: where a group's bitmaps and inode table are, and what is free. 32
 * bytes, or s_desc_size with 64bit; the high halves exist from 64 bytes on. Not thread-safe while
 * written.
 */
public final class GroupDescriptor {
  /**
   * bg_flags: the inode bitmap and table were never written. Counts only with descriptor checksums.
   */
  public static final int INODE_UNINIT = 0x1;

  /** bg_flags: the block bitmap was never written. Counts only with descriptor checksums. */
  public static final int BLOCK_UNINIT = 0x2;

  /** bg_flags: the inode table was zeroed. */
  public static final int INODE_ZEROED = 0x4;

  private static final int BLOCK_BITMAP = 0x00;
  private static final int INODE_BITMAP = 0x04;
  private static final int INODE_TABLE = 0x08;
  private static final int FREE_CLUSTERS = 0x0C;
  private static final int FREE_INODES = 0x0E;
  private static final int USED_DIRS = 0x10;
  private static final int FLAGS = 0x12;
  private static final int BLOCK_BITMAP_CSUM = 0x18;
  private static final int INODE_BITMAP_CSUM = 0x1A;
  private static final int ITABLE_UNUSED = 0x1C;
  private static final int CHECKSUM = 0x1E;
  private static final int SHORT_BYTES = 0x20;

  /**
   * High halves of the 32-bit fields stand 0x20 above the low ones, those of the 16-bit fields
   * likewise.
   */
  private static final int HIGH = 0x20;

  private static final int HAS_BLOCK_BITMAP_CSUM_HI = 0x3A;
  private static final int HAS_INODE_BITMAP_CSUM_HI = 0x3C;

  private final Geometry geometry;
  private final long group;
  private final ByteBuffer bytes;
  private final int base;
  private final boolean wide;

  /** A view of the descriptor of {@code group} at {@code base} of {@code bytes}. */
  public GroupDescriptor(Geometry geometry, long group, ByteBuffer bytes, int base) {
    this.geometry = geometry;
    this.group = group;
    this.bytes = bytes;
    this.base = base;
    this.wide = geometry.descSize() >= 64;
  }

  /** The group this describes. */
  public long group() {
    return group;
  }

  /** bg_block_bitmap: the block that holds the block bitmap. */
  public long blockBitmap() {
    return block(BLOCK_BITMAP);
  }

  /** bg_inode_bitmap: the block that holds the inode bitmap. */
  public long inodeBitmap() {
    return block(INODE_BITMAP);
  }

  /** bg_inode_table: the first block of the inode table. */
  public long inodeTable() {
    return block(INODE_TABLE);
  }

  private long block(int low) {
    long value = u32(bytes, base + low);
    return wide ? value | u32(bytes, base + low + HIGH) << 32 : value;
  }

  /** bg_free_blocks_count: free clusters. */
  public int freeClusters() {
    return count(FREE_CLUSTERS);
  }

  /** bg_free_inodes_count. */
  public int freeInodes() {
    return count(FREE_INODES);
  }

  /** bg_used_dirs_count. */
  public int usedDirs() {
    return count(USED_DIRS);
  }

  /** bg_itable_unused: inodes at the end of the table that were never used. */
  public int itableUnused() {
    return wide
        ? u16(bytes, base + ITABLE_UNUSED) | u16(bytes, base + 0x32) << 16
        : u16(bytes, base + ITABLE_UNUSED);
  }

  private int count(int low) {
    int value = u16(bytes, base + low);
    return wide ? value | u16(bytes, base + low + HIGH) << 16 : value;
  }

  /** bg_flags, raw. */
  public int flags() {
    return u16(bytes, base + FLAGS);
  }

  /**
   * True if the block bitmap is to be made up, not read: BLOCK_UNINIT, with descriptor checksums.
   */
  public boolean isBlockBitmapUninit() {
    return geometry.features().hasGroupChecksums() && (flags() & BLOCK_UNINIT) != 0;
  }

  /**
   * True if inode bitmap and table are to be taken as empty: INODE_UNINIT, with descriptor
   * checksums.
   */
  public boolean isInodeTableUninit() {
    return geometry.features().hasGroupChecksums() && (flags() & INODE_UNINIT) != 0;
  }

  /** bg_checksum. */
  public int checksum() {
    return u16(bytes, base + CHECKSUM);
  }

  /** The block bitmap's checksum as far as it is stored: 32 bits, or 16 in a short descriptor. */
  public int blockBitmapChecksum() {
    return bitmapChecksum(BLOCK_BITMAP_CSUM, HAS_BLOCK_BITMAP_CSUM_HI);
  }

  /** The inode bitmap's checksum as far as it is stored: 32 bits, or 16 in a short descriptor. */
  public int inodeBitmapChecksum() {
    return bitmapChecksum(INODE_BITMAP_CSUM, HAS_INODE_BITMAP_CSUM_HI);
  }

  private int bitmapChecksum(int low, int bytesForHigh) {
    int value = u16(bytes, base + low);
    return geometry.descSize() >= bytesForHigh
        ? value | u16(bytes, base + low + HIGH) << 16
        : value;
  }

  /**
   * What {@link #blockBitmapChecksum} should be for {@code bitmap}, cut to the bits that are
   * stored.
   */
  public int computeBlockBitmapChecksum(ByteBuffer bitmap) {
    int length = (int) (geometry.clustersPerGroup() / 8);
    return cut(Crc32c.update(geometry.checksumSeed(), bitmap, 0, length), HAS_BLOCK_BITMAP_CSUM_HI);
  }

  /**
   * What {@link #inodeBitmapChecksum} should be for {@code bitmap}, cut to the bits that are
   * stored.
   */
  public int computeInodeBitmapChecksum(ByteBuffer bitmap) {
    int length = (int) (geometry.inodesPerGroup() / 8);
    return cut(Crc32c.update(geometry.checksumSeed(), bitmap, 0, length), HAS_INODE_BITMAP_CSUM_HI);
  }

  private int cut(int checksum, int bytesForHigh) {
    return geometry.descSize() >= bytesForHigh ? checksum : checksum & 0xFFFF;
  }

  /** What bg_checksum should be: crc32c (metadata_csum) or crc16 (uninit_bg); 0 without either. */
  public int computeChecksum() {
    int rest = geometry.descSize() - SHORT_BYTES;
    if (geometry.hasMetadataChecksums()) {
      int crc = Crc32c.updateLe32(geometry.checksumSeed(), (int) group);
      crc = Crc32c.update(crc, bytes, base, CHECKSUM);
      crc = Crc32c.updateZeros(crc, 2);
      return Crc32c.update(crc, bytes, base + SHORT_BYTES, rest) & 0xFFFF;
    }
    if (geometry.has(Feature.GDT_CSUM)) {
      int crc = Crc16.updateLe32(geometry.groupCrc16Seed(), (int) group);
      crc = Crc16.update(crc, bytes, base, CHECKSUM);
      return Crc16.update(crc, bytes, base + SHORT_BYTES, rest);
    }
    return 0;
  }

  /**
   * Checks the checksum.
   *
   * @throws CorruptionException if it does not match
   */
  public void verifyChecksum() throws CorruptionException {
    if (geometry.features().hasGroupChecksums() && checksum() != computeChecksum()) {
      throw CorruptionException.checksum(
          "group descriptor", "bg_checksum", checksum(), computeChecksum(), "group=" + group);
    }
  }

  /** Stores bg_block_bitmap. */
  public void setBlockBitmap(long pblk) {
    setBlock(BLOCK_BITMAP, pblk);
  }

  /** Stores bg_inode_bitmap. */
  public void setInodeBitmap(long pblk) {
    setBlock(INODE_BITMAP, pblk);
  }

  /** Stores bg_inode_table. */
  public void setInodeTable(long pblk) {
    setBlock(INODE_TABLE, pblk);
  }

  private void setBlock(int low, long pblk) {
    put32(bytes, base + low, pblk);
    if (wide) {
      put32(bytes, base + low + HIGH, pblk >>> 32);
    }
  }

  /** Stores bg_free_blocks_count. */
  public void setFreeClusters(int count) {
    setCount(FREE_CLUSTERS, FREE_CLUSTERS + HIGH, count);
  }

  /** Stores bg_free_inodes_count. */
  public void setFreeInodes(int count) {
    setCount(FREE_INODES, FREE_INODES + HIGH, count);
  }

  /** Stores bg_used_dirs_count. */
  public void setUsedDirs(int count) {
    setCount(USED_DIRS, USED_DIRS + HIGH, count);
  }

  /** Stores bg_itable_unused. */
  public void setItableUnused(int count) {
    setCount(ITABLE_UNUSED, 0x32, count);
  }

  private void setCount(int low, int high, int count) {
    put16(bytes, base + low, count);
    if (wide) {
      put16(bytes, base + high, count >>> 16);
    }
  }

  /** Stores bg_flags. */
  public void setFlags(int flags) {
    put16(bytes, base + FLAGS, flags);
  }

  /** Takes back that inodes or bitmaps were never written; the checksum fits afterwards. */
  public void claimAllUsed() {
    setFlags(flags() & ~(INODE_UNINIT | BLOCK_UNINIT));
    setItableUnused(0);
    updateChecksum();
  }

  /** Computes and stores the block bitmap's checksum; to be followed by {@link #updateChecksum}. */
  public void updateBlockBitmapChecksum(ByteBuffer bitmap) {
    if (geometry.hasMetadataChecksums()) {
      setBitmapChecksum(
          BLOCK_BITMAP_CSUM, HAS_BLOCK_BITMAP_CSUM_HI, computeBlockBitmapChecksum(bitmap));
    }
  }

  /** Computes and stores the inode bitmap's checksum; to be followed by {@link #updateChecksum}. */
  public void updateInodeBitmapChecksum(ByteBuffer bitmap) {
    if (geometry.hasMetadataChecksums()) {
      setBitmapChecksum(
          INODE_BITMAP_CSUM, HAS_INODE_BITMAP_CSUM_HI, computeInodeBitmapChecksum(bitmap));
    }
  }

  private void setBitmapChecksum(int low, int bytesForHigh, int checksum) {
    put16(bytes, base + low, checksum);
    if (geometry.descSize() >= bytesForHigh) {
      put16(bytes, base + low + HIGH, checksum >>> 16);
    }
  }

  /** Computes and stores bg_checksum, last of all changes. */
  public void updateChecksum() {
    put16(bytes, base + CHECKSUM, computeChecksum());
  }
}
