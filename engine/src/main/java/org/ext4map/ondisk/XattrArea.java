package org.ext4map.ondisk;

import static org.ext4map.ondisk.LittleEndian.i32;
import static org.ext4map.ondisk.LittleEndian.put32;
import static org.ext4map.ondisk.LittleEndian.u16;
import static org.ext4map.ondisk.LittleEndian.u32;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.FileName;

/**
 * One of the two places for extended attributes: the rest of a large inode, or a block of their
 * own. Entries grow from the front, values from the back.
 *
 * <pre>
 *   inode  128+extra_isize  magic(4) | entry entry 0000     ...     value value |   offsets from the first entry
 *   block  0                magic refcount blocks hash checksum 0 0 0 |             header of 32 bytes
 *          32               entry entry 0000                ...     value value |   offsets from the block's start
 *
 *   entry  name_len(1) name_index(1) value_offs(2) value_inum(4) value_size(4) hash(4) name, padded to 4
 * </pre>
 */
public final class XattrArea {
  /** The value of h_magic. */
  public static final int MAGIC = 0xEA020000;

  /** Bytes of one value at most: EXT4_XATTR_SIZE_MAX. */
  public static final int MAX_VALUE_BYTES = 1 << 24;

  private static final int HEADER_BYTES = 32;
  private static final int REFCOUNT = 4;
  private static final int BLOCKS = 8;
  private static final int CHECKSUM = 0x10;
  private static final int MAX_REFCOUNT = 1024;

  private static final int NAME_LEN = 0;
  private static final int NAME_INDEX = 1;
  private static final int VALUE_OFFS = 2;
  private static final int VALUE_INUM = 4;
  private static final int VALUE_SIZE = 8;
  private static final int HASH = 12;
  private static final int NAME = 16;
  private static final int END_MARK_BYTES = 4;

  private final Geometry geometry;
  private final ByteBuffer bytes;
  private final String structure;
  private final int start;
  private final int firstEntry;
  private final int valueBase;
  private final int end;

  private XattrArea(
      Geometry geometry, ByteBuffer bytes, String structure, int start, int headerBytes, int end) {
    this.geometry = geometry;
    this.bytes = bytes;
    this.structure = structure;
    this.start = start;
    this.firstEntry = start + headerBytes;
    this.valueBase = headerBytes == HEADER_BYTES ? start : firstEntry;
    this.end = end;
  }

  /** The attribute block at index 0 of {@code bytes}. */
  public static XattrArea ofBlock(Geometry geometry, ByteBuffer bytes) {
    return new XattrArea(geometry, bytes, "xattr block", 0, HEADER_BYTES, geometry.blockSize());
  }

  /** The area in the slot of {@code inode}; its i_extra_isize must be sane. */
  public static XattrArea ofInode(Geometry geometry, InodeRecord inode) {
    int start = inode.base() + InodeRecord.BASE_BYTES + inode.extraIsize();
    int end = inode.base() + geometry.inodeSize();
    return new XattrArea(geometry, inode.bytes(), "in-inode xattrs", Math.min(start, end), 4, end);
  }

  /** True if the area is there: it has its magic. A block must have it. */
  public boolean isPresent() {
    return end - start >= firstEntry - start + END_MARK_BYTES && i32(bytes, start) == MAGIC;
  }

  /** h_refcount: how many inodes share a block. */
  public long refcount() {
    return u32(bytes, start + REFCOUNT);
  }

  /** Stores h_refcount of a block at {@code pblk}, and the checksum, if there is one. */
  public void setRefcount(long count, long pblk) {
    put32(bytes, start + REFCOUNT, count);
    if (geometry.hasMetadataChecksums()) {
      put32(bytes, start + CHECKSUM, computeChecksum(pblk));
    }
  }

  /** h_checksum of a block. */
  public int checksum() {
    return i32(bytes, start + CHECKSUM);
  }

  /** What {@link #checksum} should be: crc32c(S, block number, block without h_checksum). */
  public int computeChecksum(long pblk) {
    int crc = Crc32c.updateLe64(geometry.checksumSeed(), pblk);
    crc = Crc32c.update(crc, bytes, start, CHECKSUM);
    crc = Crc32c.updateZeros(crc, 4);
    return Crc32c.update(crc, bytes, start + CHECKSUM + 4, end - start - CHECKSUM - 4);
  }

  /**
   * Checks header and checksum of a block: ext4_xattr_check_block.
   *
   * @param place where the block stands, for the message
   * @throws CorruptionException naming the field that breaks a rule
   */
  public void verifyBlock(long pblk, Object place) throws CorruptionException {
    if (i32(bytes, start) != MAGIC) {
      throw CorruptionException.ofText(
          structure,
          "h_magic",
          "0x" + Integer.toHexString(i32(bytes, start)),
          "0xea020000",
          place.toString());
    }
    if (u32(bytes, start + BLOCKS) != 1) {
      throw bad("h_blocks", u32(bytes, start + BLOCKS), "1", place);
    }
    if (refcount() < 1 || refcount() > MAX_REFCOUNT) {
      throw bad("h_refcount", refcount(), "1 … " + MAX_REFCOUNT, place);
    }
    if (geometry.hasMetadataChecksums() && checksum() != computeChecksum(pblk)) {
      throw CorruptionException.checksum(
          structure, "h_checksum", checksum(), computeChecksum(pblk), place.toString());
    }
  }

  /**
   * All entries, checked: ext4_xattr_check_entries.
   *
   * @param place where the area stands, for the message
   * @throws CorruptionException naming the field that breaks a rule
   */
  public List<XattrEntry> entries(Object place) throws CorruptionException {
    List<XattrEntry> entries = new ArrayList<>();
    int at = firstEntry;
    while (true) {
      if (at + END_MARK_BYTES > end) {
        throw bad("entries end", at - start, "<= " + (end - start - END_MARK_BYTES), place);
      }
      if (i32(bytes, at) == 0) {
        break;
      }
      int next = at + NAME + (nameLength(at) + 3 & ~3);
      if (next + END_MARK_BYTES > end) {
        throw bad("e_name_len", nameLength(at), "inside the area", place);
      }
      entries.add(entry(at));
      at = next;
    }
    int entriesEnd = at + END_MARK_BYTES;
    for (XattrEntry entry : entries) {
      verifyValue(entry, entriesEnd, place);
    }
    return entries;
  }

  private XattrEntry entry(int at) {
    byte[] suffix = new byte[nameLength(at)];
    bytes.get(at + NAME, suffix);
    long size = u32(bytes, at + VALUE_SIZE);
    return new XattrEntry(
        Byte.toUnsignedInt(bytes.get(at + NAME_INDEX)),
        FileName.of(suffix),
        valueBase + u16(bytes, at + VALUE_OFFS),
        (int) Math.min(size, Integer.MAX_VALUE),
        u32(bytes, at + VALUE_INUM),
        i32(bytes, at + HASH));
  }

  private int nameLength(int at) {
    return Byte.toUnsignedInt(bytes.get(at + NAME_LEN));
  }

  private void verifyValue(XattrEntry entry, int entriesEnd, Object place)
      throws CorruptionException {
    String where = place + " name=" + entry.name();
    if (entry.valueBytes() > MAX_VALUE_BYTES) {
      throw bad("e_value_size", entry.valueBytes(), "<= " + MAX_VALUE_BYTES, where);
    }
    if (entry.valueInode() > geometry.inodesCount()) {
      throw bad("e_value_inum", entry.valueInode(), "<= " + geometry.inodesCount(), where);
    }
    if (entry.valueInode() != 0 || entry.valueBytes() == 0) {
      return;
    }
    int last = end - entry.valueBytes();
    if (entry.valueOffset() < entriesEnd || entry.valueOffset() > last) {
      throw bad(
          "e_value_offs",
          entry.valueOffset() - valueBase,
          (entriesEnd - valueBase) + " … " + (last - valueBase),
          where);
    }
  }

  /** The bytes of a value that stands in this area. */
  public byte[] value(XattrEntry entry) {
    byte[] value = new byte[entry.valueBytes()];
    if (value.length > 0) { // the offset of an empty value means nothing
      bytes.get(entry.valueOffset(), value);
    }
    return value;
  }

  private CorruptionException bad(String field, long found, String allowed, Object place) {
    return CorruptionException.of(structure, field, found, allowed, place.toString());
  }
}
