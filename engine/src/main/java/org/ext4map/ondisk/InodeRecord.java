package org.ext4map.ondisk;

import static org.ext4map.ondisk.LittleEndian.i32;
import static org.ext4map.ondisk.LittleEndian.put16;
import static org.ext4map.ondisk.LittleEndian.put32;
import static org.ext4map.ondisk.LittleEndian.u16;
import static org.ext4map.ondisk.LittleEndian.u32;

import java.nio.ByteBuffer;
import java.time.Instant;
import org.ext4map.model.CorruptionException;

/**
 * {@code struct ext4_inode}: one slot of an inode table, s_inode_size bytes. Fields beyond byte 128
 * exist as far as i_extra_isize reaches; getters of absent fields answer 0. Not thread-safe while
 * written.
 */
public final class InodeRecord {
  /** i_flags: what a new inode takes over from its directory: EXT4_FL_INHERITED. */
  public static final int INHERITED_FL =
      0x1 // SECRM
          | 0x2 // UNRM
          | 0x4 // COMPR
          | 0x8 // SYNC
          | 0x40 // NODUMP
          | 0x80 // NOATIME
          | 0x400 // NOCOMPR
          | 0x4000 // JOURNAL_DATA
          | 0x8000 // NOTAIL
          | 0x10000 // DIRSYNC
          | 0x2000000 // DAX
          | 0x20000000; // PROJINHERIT

  /** Those that only directories have: not in EXT4_REG_FLMASK. */
  public static final int DIRECTORY_ONLY_FL = 0x10000 | 0x20000000;

  /** Those that neither files nor directories may have, but symbolic links: EXT4_OTHER_FLMASK. */
  public static final int OTHER_FL = 0x40 | 0x80;

  /** i_flags: the file is synchronous. */
  public static final int SYNC_FL = 0x8;

  /** i_flags: the file must not change. */
  public static final int IMMUTABLE_FL = 0x10;

  /** i_flags: the file may only grow at its end. */
  public static final int APPEND_FL = 0x20;

  /** i_flags: contents are encrypted. */
  public static final int ENCRYPT_FL = 0x800;

  /** i_flags: a hashed directory. */
  public static final int INDEX_FL = 0x1000;

  /** i_flags: data goes through the journal. */
  public static final int JOURNAL_DATA_FL = 0x4000;

  /** i_flags: i_blocks counts file-system blocks. */
  public static final int HUGE_FILE_FL = 0x40000;

  /** i_flags: i_block is the root of an extent tree. */
  public static final int EXTENTS_FL = 0x80000;

  /** i_flags: fs-verity protects the file. */
  public static final int VERITY_FL = 0x100000;

  /** i_flags: the inode holds the value of an extended attribute. */
  public static final int EA_INODE_FL = 0x200000;

  /** i_flags: contents stand in the inode itself. */
  public static final int INLINE_DATA_FL = 0x10000000;

  /** i_flags: names are compared without case. */
  public static final int CASEFOLD_FL = 0x40000000;

  /**
   * Where i_block starts, and so where the root of the tree, a fast symlink or inline data starts.
   */
  public static final int I_BLOCK = 0x28;

  /** Bytes of i_block. */
  public static final int I_BLOCK_BYTES = 60;

  /** Bytes of the part that every inode has: EXT4_GOOD_OLD_INODE_SIZE. */
  public static final int BASE_BYTES = 128;

  /** Bytes after them that the fields of today take: i_extra_isize of a new inode. */
  public static final int EXTRA_BYTES = 32;

  private static final int MODE = 0x00;
  private static final int UID = 0x02;
  private static final int SIZE_LO = 0x04;
  private static final int ATIME = 0x08;
  private static final int CTIME = 0x0C;
  private static final int MTIME = 0x10;
  private static final int DTIME = 0x14;
  private static final int GID = 0x18;
  private static final int LINKS_COUNT = 0x1A;
  private static final int BLOCKS_LO = 0x1C;
  private static final int FLAGS = 0x20;
  private static final int VERSION = 0x24;
  private static final int GENERATION = 0x64;
  private static final int FILE_ACL_LO = 0x68;
  private static final int SIZE_HI = 0x6C;
  private static final int BLOCKS_HI = 0x74;
  private static final int FILE_ACL_HI = 0x76;
  private static final int UID_HI = 0x78;
  private static final int GID_HI = 0x7A;
  private static final int CHECKSUM_LO = 0x7C;
  private static final int EXTRA_ISIZE = 0x80;
  private static final int CHECKSUM_HI = 0x82;
  private static final int CTIME_EXTRA = 0x84;
  private static final int MTIME_EXTRA = 0x88;
  private static final int ATIME_EXTRA = 0x8C;
  private static final int CRTIME = 0x90;
  private static final int CRTIME_EXTRA = 0x94;
  private static final int PROJID = 0x9C;

  private final Geometry geometry;
  private final ByteBuffer bytes;
  private final int base;

  /** A view of the slot at {@code base} of {@code bytes}. */
  public InodeRecord(Geometry geometry, ByteBuffer bytes, int base) {
    this.geometry = geometry;
    this.bytes = bytes;
    this.base = base;
  }

  /**
   * The buffer the slot is in; with {@link #base} for those who read i_block or attributes in
   * place.
   */
  public ByteBuffer bytes() {
    return bytes;
  }

  /** The index of the slot's first byte in {@link #bytes}. */
  public int base() {
    return base;
  }

  /** i_mode: type and permissions. */
  public int mode() {
    return u16(bytes, base + MODE);
  }

  /** i_mode's type; {@link FileType#UNKNOWN} for a value that is none. */
  public FileType type() {
    return FileType.ofMode(mode());
  }

  /** i_uid, 32 bits. */
  public long uid() {
    return u16(bytes, base + UID) | (long) u16(bytes, base + UID_HI) << 16;
  }

  /** i_gid, 32 bits. */
  public long gid() {
    return u16(bytes, base + GID) | (long) u16(bytes, base + GID_HI) << 16;
  }

  /**
   * i_size in bytes, 64 bits, of which the sign is the reader's business. The high half counts for
   * regular files, and for the others only with the large_dir feature: ext4_isize.
   */
  public long size() {
    long low = u32(bytes, base + SIZE_LO);
    boolean wide = type() == FileType.REGULAR || geometry.has(Feature.LARGEDIR);
    return wide ? low | u32(bytes, base + SIZE_HI) << 32 : low;
  }

  /** i_dtime, raw: deletion time, or the next inode of the orphan list. */
  public long dtime() {
    return u32(bytes, base + DTIME);
  }

  /** i_links_count. */
  public int linksCount() {
    return u16(bytes, base + LINKS_COUNT);
  }

  /** i_blocks as stored, 48 bits; its unit is {@link #isHugeFile}'s business. */
  public long rawBlocks() {
    return geometry.has(Feature.HUGE_FILE)
        ? u32(bytes, base + BLOCKS_LO) | (long) u16(bytes, base + BLOCKS_HI) << 32
        : u32(bytes, base + BLOCKS_LO);
  }

  /** True if i_blocks counts file-system blocks, not 512-byte sectors. */
  public boolean isHugeFile() {
    return geometry.has(Feature.HUGE_FILE) && hasFlag(HUGE_FILE_FL);
  }

  /** i_blocks in 512-byte sectors. */
  public long sectors() {
    return isHugeFile() ? rawBlocks() * (geometry.blockSize() / 512) : rawBlocks();
  }

  /** i_flags, raw. */
  public int flags() {
    return i32(bytes, base + FLAGS);
  }

  /** True if all bits of {@code flag} are set in i_flags. */
  public boolean hasFlag(int flag) {
    return (flags() & flag) == flag;
  }

  /** i_version: for EA inodes the low half of the reference count. */
  public int version() {
    return i32(bytes, base + VERSION);
  }

  /** i_generation, part of every checksum of the inode. */
  public int generation() {
    return i32(bytes, base + GENERATION);
  }

  /** i_file_acl: the block of extended attributes, 48 bits, 0 for none. */
  public long fileAcl() {
    long low = u32(bytes, base + FILE_ACL_LO);
    return geometry.has(Feature.BIT64) ? low | (long) u16(bytes, base + FILE_ACL_HI) << 32 : low;
  }

  /** i_extra_isize: bytes after the first 128 that hold fixed fields; 0 in a 128-byte inode. */
  public int extraIsize() {
    return geometry.inodeSize() > BASE_BYTES ? u16(bytes, base + EXTRA_ISIZE) : 0;
  }

  /** Access time. */
  public Instant atime() {
    return time(ATIME, ATIME_EXTRA);
  }

  /** Change time of the inode. */
  public Instant ctime() {
    return time(CTIME, CTIME_EXTRA);
  }

  /** Modification time of the contents. */
  public Instant mtime() {
    return time(MTIME, MTIME_EXTRA);
  }

  /** Creation time; the epoch if the inode is too small to have one. */
  public Instant crtime() {
    return hasExtra(CRTIME_EXTRA) ? time(CRTIME, CRTIME_EXTRA) : Instant.EPOCH;
  }

  private Instant time(int offset, int extraOffset) {
    long seconds = i32(bytes, base + offset);
    if (!hasExtra(extraOffset)) {
      return Instant.ofEpochSecond(seconds);
    }
    int extra = i32(bytes, base + extraOffset);
    return Instant.ofEpochSecond(seconds + ((long) (extra & 3) << 32), extra >>> 2);
  }

  /** i_projid; 0 if absent. */
  public long projectId() {
    return hasExtra(PROJID) ? u32(bytes, base + PROJID) : 0;
  }

  private boolean hasExtra(int offset) {
    return BASE_BYTES + extraIsize() >= offset + 4 && offset + 4 <= geometry.inodeSize();
  }

  /** Word {@code i} (0 … 14) of i_block, unsigned: a block number of the indirect map. */
  public long blockWord(int i) {
    return u32(bytes, base + I_BLOCK + 4 * i);
  }

  /** True if every byte of the slot is zero: never used. */
  public boolean isBlank() {
    for (int i = 0; i < geometry.inodeSize(); i += 8) {
      if (LittleEndian.i64(bytes, base + i) != 0) {
        return false;
      }
    }
    return true;
  }

  /** i_checksum as far as it is stored: 32 bits, or 16 in a small inode. */
  public int checksum() {
    int low = u16(bytes, base + CHECKSUM_LO);
    return hasChecksumHigh() ? low | u16(bytes, base + CHECKSUM_HI) << 16 : low;
  }

  private boolean hasChecksumHigh() {
    return geometry.inodeSize() > BASE_BYTES && extraIsize() >= 4;
  }

  /** What {@link #checksum} should be for inode {@code ino}, cut to the bits that are stored. */
  public int computeChecksum(long ino) {
    int crc = geometry.inodeChecksumSeed(ino, generation());
    crc = Crc32c.update(crc, bytes, base, CHECKSUM_LO);
    crc = Crc32c.updateZeros(crc, 2);
    crc = Crc32c.update(crc, bytes, base + CHECKSUM_LO + 2, BASE_BYTES - CHECKSUM_LO - 2);
    if (geometry.inodeSize() > BASE_BYTES) {
      crc = Crc32c.update(crc, bytes, base + BASE_BYTES, CHECKSUM_HI - BASE_BYTES);
      int rest = CHECKSUM_HI;
      if (hasChecksumHigh()) {
        crc = Crc32c.updateZeros(crc, 2);
        rest += 2;
      }
      crc = Crc32c.update(crc, bytes, base + rest, geometry.inodeSize() - rest);
    }
    return hasChecksumHigh() ? crc : crc & 0xFFFF;
  }

  /**
   * Checks the checksum, if this file system has inode checksums.
   *
   * @throws CorruptionException if it does not match
   */
  public void verifyChecksum(long ino) throws CorruptionException {
    if (geometry.hasInodeChecksums() && checksum() != computeChecksum(ino)) {
      throw CorruptionException.checksum(
          "inode", "i_checksum", checksum(), computeChecksum(ino), "ino=" + ino);
    }
  }

  /** Stores i_mode. */
  public void setMode(int mode) {
    put16(bytes, base + MODE, mode);
  }

  /** Stores i_uid, 32 bits. */
  public void setUid(long uid) {
    put16(bytes, base + UID, (int) uid);
    put16(bytes, base + UID_HI, (int) (uid >>> 16));
  }

  /** Stores i_gid, 32 bits. */
  public void setGid(long gid) {
    put16(bytes, base + GID, (int) gid);
    put16(bytes, base + GID_HI, (int) (gid >>> 16));
  }

  /** Stores i_generation. */
  public void setGeneration(int generation) {
    put32(bytes, base + GENERATION, generation);
  }

  /**
   * Stores i_blocks, given in 512-byte sectors, in the unit that it needs, and the flag that tells
   * which: ext4_inode_blocks_set. i_flags come before.
   *
   * @throws IllegalArgumentException if the file system cannot store so many
   */
  public void setSectors(long sectors) {
    boolean hugeFiles = geometry.has(Feature.HUGE_FILE);
    long limit = 1L << (hugeFiles ? 48 : 32);
    long stored = sectors;
    int flags = flags() & ~HUGE_FILE_FL;
    if (sectors >= limit && hugeFiles) {
      stored = sectors / (geometry.blockSize() / 512);
      flags |= HUGE_FILE_FL;
    }
    if (sectors < 0 || stored >= limit) {
      throw new IllegalArgumentException("i_blocks=" + sectors + " sectors, allowed < " + limit);
    }
    setFlags(flags);
    put32(bytes, base + BLOCKS_LO, stored);
    if (hugeFiles) {
      put16(bytes, base + BLOCKS_HI, (int) (stored >>> 32));
    }
  }

  /** A copy of the slot in a buffer of its own, which may be changed. */
  public InodeRecord copy() {
    ByteBuffer copy = ByteBuffer.allocate(geometry.inodeSize());
    copy.put(0, bytes, base, geometry.inodeSize());
    return new InodeRecord(geometry, copy, 0);
  }

  /** Stores all bytes of another slot of the same file system. */
  public void copyFrom(InodeRecord other) {
    bytes.put(base, other.bytes, other.base, geometry.inodeSize());
  }

  /** The same slot, which cannot be written to through this object. */
  public InodeRecord asReadOnly() {
    return new InodeRecord(geometry, bytes.asReadOnlyBuffer(), base);
  }

  /** Stores the 60 bytes of i_block. */
  public void setBlockBytes(ByteBuffer iBlock) {
    bytes.put(base + I_BLOCK, iBlock, 0, I_BLOCK_BYTES);
  }

  /** Stores the change time. */
  public void setCtime(Instant time) {
    setTime(CTIME, CTIME_EXTRA, time);
  }

  /** Stores the modification time. */
  public void setMtime(Instant time) {
    setTime(MTIME, MTIME_EXTRA, time);
  }

  /** Stores the access time. */
  public void setAtime(Instant time) {
    setTime(ATIME, ATIME_EXTRA, time);
  }

  /** Stores i_extra_isize; the inode must be larger than {@link #BASE_BYTES}. */
  public void setExtraIsize(int size) {
    put16(bytes, base + EXTRA_ISIZE, size);
  }

  /** Stores access, change and modification time, and the creation time if there is room for it. */
  public void setAllTimes(Instant time) {
    setTime(ATIME, ATIME_EXTRA, time);
    setTime(CTIME, CTIME_EXTRA, time);
    setTime(MTIME, MTIME_EXTRA, time);
    if (hasExtra(CRTIME_EXTRA)) {
      setTime(CRTIME, CRTIME_EXTRA, time);
    }
  }

  private void setTime(int offset, int extraOffset, Instant time) {
    long seconds = time.getEpochSecond();
    int nanos = time.getNano();
    put32(bytes, base + offset, seconds);
    if (hasExtra(extraOffset)) {
      // two bits extend the signed seconds upwards, thirty hold nanoseconds
      long epoch = (seconds - (int) seconds) >>> 32 & 3;
      put32(bytes, base + extraOffset, epoch | (long) nanos << 2);
    }
  }

  /** Stores word {@code i} (0 … 14) of i_block. */
  public void setBlockWord(int i, long value) {
    put32(bytes, base + I_BLOCK + 4 * i, value);
  }

  /** Stores i_size. */
  public void setSize(long sizeBytes) {
    put32(bytes, base + SIZE_LO, sizeBytes);
    put32(bytes, base + SIZE_HI, sizeBytes >>> 32);
  }

  /** Stores i_file_acl. */
  public void setFileAcl(long pblk) {
    put32(bytes, base + FILE_ACL_LO, pblk);
    put16(bytes, base + FILE_ACL_HI, (int) (pblk >>> 32));
  }

  /** Stores i_links_count. */
  public void setLinksCount(int count) {
    put16(bytes, base + LINKS_COUNT, count);
  }

  /** Stores i_flags. */
  public void setFlags(int flags) {
    put32(bytes, base + FLAGS, flags);
  }

  /** Stores i_dtime, raw. */
  public void setDtime(long seconds) {
    put32(bytes, base + DTIME, seconds);
  }

  /** Computes and stores i_checksum, last of all changes. */
  public void updateChecksum(long ino) {
    if (geometry.hasInodeChecksums()) {
      updateChecksumFrom(geometry.inodeChecksumSeed(ino, generation()));
    }
  }

  /** As {@link #updateChecksum}, for who knows the inode's {@link Geometry#inodeChecksumSeed}. */
  public void updateChecksumFrom(int seed) {
    if (geometry.hasInodeChecksums()) {
      storeChecksum(0); // its fields count as zero, so one pass over all does
      storeChecksum(Crc32c.update(seed, bytes, base, geometry.inodeSize()));
    }
  }

  private void storeChecksum(int checksum) {
    put16(bytes, base + CHECKSUM_LO, checksum);
    if (hasChecksumHigh()) {
      put16(bytes, base + CHECKSUM_HI, checksum >>> 16);
    }
  }
}
