package org.ext4map.ondisk;

import java.nio.ByteBuffer;

/**
 * A piece of an inode table as 32-bit words, seen one slot at a time: {@link InodeRecord} for
 * readers that look at millions of inodes, most of which need no more than a glance. The root of an
 * extent tree is read in place too. Reusable, not thread-safe.
 *
 * <p>Getters answer raw fields; what they mean with which features is the reader's business.
 * Source: {@code struct ext4_inode}, {@code struct ext4_extent} (Linux fs/ext4/ext4.h,
 * ext4_extents.h).
 */
public final class InodeWords {
  private static final int SIZE_LO = 1;
  private static final int ATIME = 2;
  private static final int CTIME = 3;
  private static final int MTIME = 4;
  private static final int DTIME = 5;
  private static final int GID_AND_LINKS = 6;
  private static final int BLOCKS_LO = 7;
  private static final int FLAGS = 8;
  private static final int I_BLOCK = InodeRecord.I_BLOCK / Integer.BYTES;
  private static final int FIRST_ENTRY = I_BLOCK + ExtentNode.ENTRY_BYTES / Integer.BYTES;
  private static final int ENTRY_WORDS = ExtentNode.ENTRY_BYTES / Integer.BYTES;
  private static final int GENERATION = 25;
  private static final int FILE_ACL_LO = 26;
  private static final int SIZE_HI = 27;
  private static final int FADDR = 28;
  private static final int BLOCKS_HI_AND_ACL_HI = 29;
  private static final int UID_AND_GID_HI = 30;
  private static final int CHECKSUM_LO = 31;
  private static final int EXTRA_AND_CHECKSUM_HI = 32;
  private static final int CTIME_EXTRA = 33;
  private static final int MTIME_EXTRA = 34;
  private static final int ATIME_EXTRA = 35;
  private static final int CRTIME = 36;
  private static final int CRTIME_EXTRA = 37;
  private static final int PROJID = 39;
  private static final int LOW = 0xFFFF;

  private final int slotWords;
  private final int[] words;
  private int base;

  /** Room for {@code bytes} of tables of this shape. */
  public InodeWords(Geometry geometry, int bytes) {
    slotWords = geometry.inodeSize() / Integer.BYTES;
    words = new int[bytes / Integer.BYTES];
  }

  /** Takes {@code slots} slots from the start of {@code table}. */
  public void load(ByteBuffer table, int slots) {
    LittleEndian.copy32(table, 0, words, slots * slotWords);
    base = 0;
  }

  /** Looks at slot {@code index} from now on. */
  public void select(int index) {
    base = index * slotWords;
  }

  /** True if every byte of the slot is zero: never used. */
  public boolean isBlank() {
    int any = 0;
    for (int i = base; i < base + slotWords; i++) {
      any |= words[i];
    }
    return any == 0;
  }

  /** i_mode. */
  public int mode() {
    return words[base] & LOW;
  }

  /** i_uid, 32 bits. */
  public int uid() {
    return words[base] >>> 16 | words[base + UID_AND_GID_HI] << 16;
  }

  /** i_gid, 32 bits. */
  public int gid() {
    return (words[base + GID_AND_LINKS] & LOW) | (words[base + UID_AND_GID_HI] & ~LOW);
  }

  /** i_projid; 0 if absent. */
  public int projectId() {
    return slotWords > PROJID
            && InodeRecord.BASE_BYTES + extraIsize() >= (PROJID + 1) * Integer.BYTES
        ? words[base + PROJID]
        : 0;
  }

  /** The low half of i_size. */
  public int sizeLow() {
    return words[base + SIZE_LO];
  }

  /** The high half of i_size. */
  public int sizeHigh() {
    return words[base + SIZE_HI];
  }

  /** i_dtime. */
  public int dtime() {
    return words[base + DTIME];
  }

  /** i_links_count. */
  public int linksCount() {
    return words[base + GID_AND_LINKS] >>> 16;
  }

  /** The low half of i_blocks. */
  public int blocksLow() {
    return words[base + BLOCKS_LO];
  }

  /** i_flags. */
  public int flags() {
    return words[base + FLAGS];
  }

  /** True if all bits of {@code flag} are set in i_flags. */
  public boolean hasFlag(int flag) {
    return (flags() & flag) == flag;
  }

  /** i_generation. */
  public int generation() {
    return words[base + GENERATION];
  }

  /** True if i_file_acl, i_obso_faddr or the high half of i_blocks is not zero. */
  public boolean hasRareFields() {
    return (words[base + FILE_ACL_LO] | words[base + FADDR] | words[base + BLOCKS_HI_AND_ACL_HI])
        != 0;
  }

  /** The low half of i_checksum. */
  int checksumLow() {
    return words[base + CHECKSUM_LO] & LOW;
  }

  /** The high half of i_checksum; only in slots larger than 128 bytes. */
  int checksumHigh() {
    return words[base + EXTRA_AND_CHECKSUM_HI] >>> 16;
  }

  /** i_extra_isize; only in slots larger than 128 bytes. */
  public int extraIsize() {
    return words[base + EXTRA_AND_CHECKSUM_HI] & LOW;
  }

  /** The word at byte {@code offset} of the slot, a multiple of 4. */
  public int at(int offset) {
    return words[base + offset / Integer.BYTES];
  }

  /**
   * True if a time lies before 1970 by its 32 bits while both bits that extend it are set; only in
   * slots that have room for all times.
   */
  public boolean hasOddTime() {
    return isOdd(ATIME, ATIME_EXTRA)
        || isOdd(CTIME, CTIME_EXTRA)
        || isOdd(MTIME, MTIME_EXTRA)
        || isOdd(CRTIME, CRTIME_EXTRA);
  }

  private boolean isOdd(int time, int extra) {
    return words[base + time] < 0 && (words[base + extra] & 3) == 3;
  }

  /** eh_magic of the root in i_block. */
  public int rootMagic() {
    return words[base + I_BLOCK] & LOW;
  }

  /** eh_entries of the root. */
  public int rootEntries() {
    return words[base + I_BLOCK] >>> 16;
  }

  /** eh_max of the root. */
  public int rootCapacity() {
    return words[base + I_BLOCK + 1] & LOW;
  }

  /** eh_depth of the root. */
  public int rootDepth() {
    return words[base + I_BLOCK + 1] >>> 16;
  }

  /** ee_block of entry {@code i} (0 … 3) of a root that is a leaf. */
  public long entryKey(int i) {
    return Integer.toUnsignedLong(words[base + FIRST_ENTRY + i * ENTRY_WORDS]);
  }

  /**
   * ee_len of entry {@code i}, raw: above {@link ExtentNode#MAX_WRITTEN_LENGTH} it is unwritten.
   */
  public int entryRawLength(int i) {
    return words[base + FIRST_ENTRY + i * ENTRY_WORDS + 1] & LOW;
  }

  /** ee_start of entry {@code i}. */
  public long entryPblk(int i) {
    int at = base + FIRST_ENTRY + i * ENTRY_WORDS;
    return Integer.toUnsignedLong(words[at + 2]) | (long) (words[at + 1] >>> 16) << 32;
  }

  /** Bytes of i_block before the first zero byte, 60 if there is none: a short link's target. */
  public int targetLength() {
    for (int i = 0; i < InodeRecord.I_BLOCK_BYTES; i++) {
      if ((words[base + I_BLOCK + (i >> 2)] >>> (8 * (i & 3)) & 0xFF) == 0) {
        return i;
      }
    }
    return InodeRecord.I_BLOCK_BYTES;
  }
}
