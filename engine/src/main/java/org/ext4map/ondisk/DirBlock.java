package org.ext4map.ondisk;

import static org.ext4map.ondisk.LittleEndian.i32;
import static org.ext4map.ondisk.LittleEndian.put16;
import static org.ext4map.ondisk.LittleEndian.put32;
import static org.ext4map.ondisk.LittleEndian.u16;
import static org.ext4map.ondisk.LittleEndian.u32;

import java.nio.ByteBuffer;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.FileName;

/**
 * A run of linear directory entries: {@code struct ext4_dir_entry_2}, one after the other. They
 * fill a block, or one of the two areas of an inline directory.
 *
 * <pre>
 *   0                8                                                 bs-12
 *   inode(4) rec_len(2) name_len(1) file_type(1) name ...   ...        [0 12 0 0xDE crc32c]
 *   |---------------- rec_len, a multiple of 4 -----------|...         tail: only blocks, only metadata_csum
 * </pre>
 *
 * An entry is known by its offset from the start of the run. Entries must be verified before they
 * are read: {@link #verifyEntry}. Not thread-safe while written.
 */
public final class DirBlock {
  /** Bytes of an entry before its name. */
  public static final int HEADER_BYTES = 8;

  /** Bytes of the checksum tail of a block. */
  public static final int TAIL_BYTES = 12;

  private static final String NAME = "directory block";
  private static final int INODE = 0;
  private static final int REC_LEN = 4;
  private static final int NAME_LEN = 6;
  private static final int FILE_TYPE = 7;
  private static final int MIN_BYTES = 12;
  private static final int TAIL_TYPE = 0xDE;
  private static final int TAIL_CHECKSUM = 8;
  private static final int MAX_REC_LEN = 0xFFFF;

  private final Geometry geometry;
  private final ByteBuffer bytes;
  private final int base;
  private final int length;
  private final boolean isBlock;

  private DirBlock(Geometry geometry, ByteBuffer bytes, int base, int length, boolean isBlock) {
    this.geometry = geometry;
    this.bytes = bytes;
    this.base = base;
    this.length = length;
    this.isBlock = isBlock;
  }

  /** A view of the block at {@code base} of {@code bytes}. */
  public static DirBlock ofBlock(Geometry geometry, ByteBuffer bytes, int base) {
    return new DirBlock(geometry, bytes, base, geometry.blockSize(), true);
  }

  /** A view of {@code length} bytes of inline entries; such areas have no checksum of their own. */
  public static DirBlock ofInline(Geometry geometry, ByteBuffer bytes, int base, int length) {
    return new DirBlock(geometry, bytes, base, length, false);
  }

  /**
   * The inode of the parent, with which {@code room}, the contents of an inline directory, begins.
   */
  public static long inlineParent(ByteBuffer room) {
    return u32(room, 0);
  }

  /** Bytes that an entry with a name of {@code nameBytes} bytes needs. */
  public static int entryBytes(int nameBytes) {
    return (HEADER_BYTES + nameBytes + 3) & ~3;
  }

  /** Where entries end: the tail, or the end of the run. */
  public int end() {
    return hasTail() ? length - TAIL_BYTES : length;
  }

  private boolean hasTail() {
    return isBlock && geometry.hasMetadataChecksums();
  }

  /** The inode that the entry at {@code at} names; 0 if the entry is unused. */
  public long inode(int at) {
    return u32(bytes, base + at + INODE);
  }

  /** rec_len of the entry at {@code at}, decoded: a block of 64 KiB does not fit 16 bits. */
  public int recordLength(int at) {
    int raw = u16(bytes, base + at + REC_LEN);
    if (raw == MAX_REC_LEN || raw == 0) {
      return raw == 0 && geometry.blockSize() < 1 << 16 ? 0 : geometry.blockSize();
    }
    return (raw & ~3) | (raw & 3) << 16;
  }

  /** name_len of the entry at {@code at}. */
  public int nameLength(int at) {
    return Byte.toUnsignedInt(bytes.get(base + at + NAME_LEN));
  }

  /** file_type of the entry at {@code at}; {@link FileType#UNKNOWN} without the feature. */
  public FileType type(int at) {
    return geometry.has(Feature.FILETYPE)
        ? FileType.ofEntryCode(Byte.toUnsignedInt(bytes.get(base + at + FILE_TYPE)))
        : FileType.UNKNOWN;
  }

  /** The name of the entry at {@code at}. */
  public FileName name(int at) {
    byte[] name = new byte[nameLength(at)];
    bytes.get(base + at + HEADER_BYTES, name);
    return FileName.of(name);
  }

  /** True if the entry at {@code at} is used and has this very name. */
  public boolean matches(int at, FileName name) {
    if (inode(at) == 0 || nameLength(at) != name.length()) {
      return false;
    }
    for (int i = 0; i < name.length(); i++) {
      if (bytes.get(base + at + HEADER_BYTES + i) != name.byteAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** The entry at {@code at} as a value; it must be used. */
  public DirEntry entry(int at) {
    return new DirEntry(inode(at), type(at), name(at));
  }

  /**
   * Checks that the entry at {@code at} can be read and stepped over: ext4_check_dir_entry.
   *
   * @param place where the run stands, for the message
   * @throws CorruptionException naming the field that breaks a rule
   */
  public void verifyEntry(int at, Object place) throws CorruptionException {
    int rest = end() - at;
    if (rest < MIN_BYTES) {
      throw bad("offset", at, "<= " + (end() - MIN_BYTES), at, place);
    }
    int recordLength = recordLength(at);
    if (recordLength < MIN_BYTES || recordLength % 4 != 0) {
      throw bad("rec_len", recordLength, "a multiple of 4, >= " + MIN_BYTES, at, place);
    }
    if (recordLength < entryBytes(nameLength(at))) {
      throw bad("rec_len", recordLength, ">= " + entryBytes(nameLength(at)), at, place);
    }
    if (recordLength > rest || (recordLength < rest && rest - recordLength < MIN_BYTES)) {
      throw bad("rec_len", recordLength, rest + " or <= " + (rest - MIN_BYTES), at, place);
    }
    if (inode(at) > geometry.inodesCount()) {
      throw bad("inode", inode(at), "<= " + geometry.inodesCount(), at, place);
    }
    if (inode(at) != 0 && nameLength(at) == 0) {
      throw bad("name_len", 0, "1 … 255", at, place);
    }
  }

  /**
   * {@link #verifyEntry} and {@link #verifyName} for all entries.
   *
   * @param place where the run stands, for the message
   */
  public void verifyEntries(Object place) throws CorruptionException {
    for (int at = 0; at < end(); at += recordLength(at)) {
      verifyEntry(at, place);
      verifyName(at, place);
    }
  }

  /**
   * Checks that the name of the entry at {@code at} is one that a path can hold. Encrypted names
   * are not.
   *
   * @param place where the run stands, for the message
   * @throws CorruptionException naming the byte that breaks the rule
   */
  public void verifyName(int at, Object place) throws CorruptionException {
    for (int i = 0; i < nameLength(at); i++) {
      byte letter = bytes.get(base + at + HEADER_BYTES + i);
      if (letter == 0 || letter == '/') {
        throw bad("name[" + i + "]", letter, "neither 0 nor '/'", at, place);
      }
    }
  }

  private static CorruptionException bad(
      String field, long found, String allowed, int at, Object place) {
    return CorruptionException.of(NAME, field, found, allowed, place + " offset=" + at);
  }

  /** The checksum in the tail; only in blocks, only with metadata_csum. */
  public int checksum() {
    return i32(bytes, base + length - TAIL_BYTES + TAIL_CHECKSUM);
  }

  /** What {@link #checksum} should be: crc32c(I, everything before the tail). */
  public int computeChecksum(int inodeSeed) {
    return Crc32c.update(inodeSeed, bytes, base, length - TAIL_BYTES);
  }

  /**
   * Checks the tail and its checksum, if this run has one.
   *
   * @param place where the block stands, for the message
   * @throws CorruptionException if the tail is missing or the checksum does not match
   */
  public void verifyChecksum(int inodeSeed, Object place) throws CorruptionException {
    if (!hasTail()) {
      return;
    }
    int tail = length - TAIL_BYTES;
    int typeCode = Byte.toUnsignedInt(bytes.get(base + tail + FILE_TYPE));
    if (inode(tail) != 0 || u16(bytes, base + tail + REC_LEN) != TAIL_BYTES) {
      throw bad("det_rec_len", u16(bytes, base + tail + REC_LEN), "" + TAIL_BYTES, tail, place);
    }
    if (nameLength(tail) != 0 || typeCode != TAIL_TYPE) {
      throw bad("det_reserved_ft", typeCode, "" + TAIL_TYPE, tail, place);
    }
    if (checksum() != computeChecksum(inodeSeed)) {
      throw CorruptionException.checksum(
          NAME, "det_checksum", checksum(), computeChecksum(inodeSeed), place.toString());
    }
  }

  /** Writes one unused entry over all of the run, and the tail if the run has one. */
  public void format() {
    clear(0, length);
    setEntry(0, 0, end(), FileType.UNKNOWN, FileName.of(""));
    if (hasTail()) {
      int tail = base + length - TAIL_BYTES;
      put16(bytes, tail + REC_LEN, TAIL_BYTES);
      bytes.put(tail + FILE_TYPE, (byte) TAIL_TYPE);
    }
  }

  private void clear(int from, int to) {
    for (int i = from; i < to; i++) {
      bytes.put(base + i, (byte) 0);
    }
  }

  /** Stores an entry; a file system without the filetype feature keeps no type. */
  public void setEntry(int at, long ino, int recordLength, FileType type, FileName name) {
    put32(bytes, base + at + INODE, ino);
    setRecordLength(at, recordLength);
    bytes.put(base + at + NAME_LEN, (byte) name.length());
    int code = geometry.has(Feature.FILETYPE) ? type.entryCode() : 0;
    bytes.put(base + at + FILE_TYPE, (byte) code);
    bytes.put(base + at + HEADER_BYTES, name.toByteArray());
  }

  /** Where the entry with this very name stands; −1 if it is not here. */
  public int find(FileName name) {
    for (int at = 0; at < end(); at += recordLength(at)) {
      if (matches(at, name)) {
        return at;
      }
    }
    return -1;
  }

  /** The first entry in or behind which a name of {@code nameBytes} bytes has room; −1 if none. */
  public int roomFor(int nameBytes) {
    int need = entryBytes(nameBytes);
    for (int at = 0; at < end(); at += span(at)) {
      if (span(at) - usedBytes(at) >= need) {
        return at;
      }
    }
    return -1;
  }

  /** Stores an entry in or behind the one at {@code at}, which {@link #roomFor} answered. */
  public void insert(int at, long ino, FileType type, FileName name) {
    int used = usedBytes(at);
    int room = span(at) - used;
    if (used > 0) {
      setRecordLength(at, used);
    }
    setEntry(at + used, ino, room, type, name);
  }

  /** Takes the entry at {@code at} away and wipes its name; its space goes to the one before. */
  public void remove(int at) {
    int length = recordLength(at);
    int before = -1;
    for (int each = 0; each < at; each += recordLength(each)) {
      before = each;
    }
    clear(at, at + length);
    if (before < 0) {
      setRecordLength(at, length);
    } else {
      setRecordLength(before, recordLength(before) + length);
    }
  }

  /**
   * Fills the run, just formatted, with the entries of {@code source} that stand at {@code
   * offsets}, side by side; the last one reaches to the end.
   */
  public void fill(DirBlock source, int[] offsets) {
    int at = 0;
    for (int i = 0; i < offsets.length; i++) {
      int used = source.usedBytes(offsets[i]);
      int length = HEADER_BYTES + source.nameLength(offsets[i]);
      bytes.put(base + at, source.bytes, source.base + offsets[i], length);
      setRecordLength(at, i + 1 < offsets.length ? used : end() - at);
      at += used;
    }
  }

  /** Bytes that the entry at {@code at} needs; 0 if it is unused. */
  public int usedBytes(int at) {
    return inode(at) == 0 ? 0 : entryBytes(nameLength(at));
  }

  /** Bytes from {@code at} to the next used entry, or to the end. */
  private int span(int at) {
    int next = at + recordLength(at);
    while (next < end() && inode(next) == 0) {
      next += recordLength(next);
    }
    return next - at;
  }

  /** Stores the inode of the entry at {@code at}; 0 makes it unused. */
  public void setInode(int at, long ino) {
    put32(bytes, base + at + INODE, ino);
  }

  /** Stores rec_len of the entry at {@code at}, encoded. */
  public void setRecordLength(int at, int recordLength) {
    boolean whole = recordLength == 1 << 16;
    put16(
        bytes, base + at + REC_LEN, whole ? MAX_REC_LEN : recordLength | (recordLength >>> 16 & 3));
  }

  /** Computes and stores the tail's checksum, if this run has one. */
  public void updateChecksum(int inodeSeed) {
    if (hasTail()) {
      put32(bytes, base + length - TAIL_BYTES + TAIL_CHECKSUM, computeChecksum(inodeSeed));
    }
  }
}
