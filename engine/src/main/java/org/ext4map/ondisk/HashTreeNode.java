package org.ext4map.ondisk;

import static org.ext4map.ondisk.LittleEndian.i32;
import static org.ext4map.ondisk.LittleEndian.put16;
import static org.ext4map.ondisk.LittleEndian.put32;
import static org.ext4map.ondisk.LittleEndian.u16;
import static org.ext4map.ondisk.LittleEndian.u32;

import java.nio.ByteBuffer;
import org.ext4map.model.CorruptionException;

/**
 * One index block of a hashed directory: {@code struct dx_root} in its block 0, {@code struct
 * dx_node} below. Both look like linear entries to those who do not know them.
 *
 * <pre>
 *   root  0 "." entry   12 ".." entry, rec_len to the end of the block
 *         24 reserved(4) hash_version(1) info_length(1)=8 indirect_levels(1) unused_flags(1)
 *         32 [limit(2) count(2) block(4)] [hash(4) block(4)] ...           [reserved(4) crc32c(4)]
 *   node  0 one unused entry, rec_len = the block
 *         8 [limit(2) count(2) block(4)] [hash(4) block(4)] ...            [reserved(4) crc32c(4)]
 * </pre>
 *
 * Entry 0 has no hash of its own and stands for 0; a set low bit of a hash says that names with the
 * same hash begin in the block before. The tail at entry {@code limit} exists with metadata_csum.
 */
public final class HashTreeNode {
  /** Blocks that an index can point to: 28 bits. */
  public static final long MAX_BLOCKS = 1L << 28;

  private static final String NAME = "htree node";
  private static final int DOT_DOT = 12;
  private static final int ROOT_RESERVED = 24;
  private static final int HASH_VERSION = 28;
  private static final int INFO_LENGTH = 29;
  private static final int INDIRECT_LEVELS = 30;
  private static final int UNUSED_FLAGS = 31;
  private static final int ROOT_ENTRIES = 32;
  private static final int NODE_ENTRIES = 8;
  private static final int ENTRY_BYTES = 8;
  private static final int COUNT = 2;
  private static final int BLOCK = 4;
  private static final long BLOCK_MASK = MAX_BLOCKS - 1;

  private final Geometry geometry;
  private final ByteBuffer bytes;
  private final boolean root;
  private final int entries;

  /** A view of the block that {@code bytes} holds from index 0. */
  public HashTreeNode(Geometry geometry, ByteBuffer bytes, boolean root) {
    this.geometry = geometry;
    this.bytes = bytes;
    this.root = root;
    this.entries = root ? ROOT_ENTRIES : NODE_ENTRIES;
  }

  /** True if the block begins with the unused entry over the whole block that hides a node. */
  public static boolean looksLikeNode(Geometry geometry, ByteBuffer bytes) {
    DirBlock linear = DirBlock.ofBlock(geometry, bytes, 0);
    return linear.inode(0) == 0 && linear.recordLength(0) == geometry.blockSize();
  }

  /** The hash that orders the names, as s_flags makes it signed or not; only in the root. */
  public int hashVersion() {
    return Byte.toUnsignedInt(bytes.get(HASH_VERSION));
  }

  /** Levels of nodes between the root and the leaves; only in the root. */
  public int indirectLevels() {
    return Byte.toUnsignedInt(bytes.get(INDIRECT_LEVELS));
  }

  /** Entries that fit. */
  public int limit() {
    return u16(bytes, entries);
  }

  /** Entries in use, the first included. */
  public int count() {
    return u16(bytes, entries + COUNT);
  }

  /** The hash from which entry {@code i} counts, without its low bit; 0 for the first. */
  public long hash(int i) {
    return i == 0 ? 0 : u32(bytes, at(i)) & ~1L;
  }

  /** True if names with the hash of entry {@code i} begin in the block of the entry before. */
  public boolean continuesPrevious(int i) {
    return i > 0 && (i32(bytes, at(i)) & 1) != 0;
  }

  /** The logical block that entry {@code i} points to. */
  public long block(int i) {
    return u32(bytes, at(i) + BLOCK) & BLOCK_MASK;
  }

  /** The last entry whose hash is at most {@code hash} (unsigned, low bit clear). */
  public int search(long hash) {
    int low = 1;
    int high = count() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      if (u32(bytes, at(middle)) <= hash) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return low - 1;
  }

  /** The hash of entry {@code i} with its low bit, as it is stored; 0 for the first. */
  public long storedHash(int i) {
    return i == 0 ? 0 : u32(bytes, at(i));
  }

  /** True if no entry fits any more. */
  public boolean isFull() {
    return count() == limit();
  }

  /**
   * Makes the block an index block with no entries. The root keeps the entries {@code .} and {@code
   * ..} that its first 24 bytes hold; it has no level of nodes below it.
   *
   * @param hashVersion what {@link #hashVersion} is to be; only stored in the root
   */
  public void format(int hashVersion) {
    DirBlock linear = DirBlock.ofBlock(geometry, bytes, 0);
    int kept = root ? ROOT_RESERVED : 0;
    for (int i = kept; i < geometry.blockSize(); i++) {
      bytes.put(i, (byte) 0);
    }
    if (root) {
      linear.setRecordLength(DOT_DOT, geometry.blockSize() - DOT_DOT);
      bytes.put(HASH_VERSION, (byte) hashVersion);
      bytes.put(INFO_LENGTH, (byte) (ROOT_ENTRIES - ROOT_RESERVED));
    } else {
      linear.setRecordLength(0, geometry.blockSize());
    }
    put16(bytes, entries, capacity());
    setCount(0);
  }

  /**
   * Inserts an entry; the node is not full.
   *
   * @param i where; 0 only in an empty node
   * @param hash with the low bit set if it continues the block before; not kept for the first
   */
  public void insert(int i, long hash, long block) {
    assert !isFull() && i <= count() && (i > 0 || count() == 0);
    int from = at(i);
    bytes.put(from + ENTRY_BYTES, bytes.duplicate(), from, at(count()) - from);
    put32(bytes, from + BLOCK, block);
    if (i > 0) {
      put32(bytes, from, hash);
    }
    setCount(count() + 1);
  }

  /** Moves all entries from {@code first} on to {@code to}, which is empty and has room. */
  public void moveTail(int first, HashTreeNode to) {
    for (int i = first; i < count(); i++) {
      to.insert(i - first, storedHash(i), block(i));
    }
    setCount(first);
  }

  /** Stores how many levels of nodes stand between the root and the leaves; only in the root. */
  public void setIndirectLevels(int levels) {
    bytes.put(INDIRECT_LEVELS, (byte) levels);
  }

  /** How many levels of nodes there may be between root and leaves. */
  public static int maxIndirectLevels(Geometry geometry) {
    return geometry.has(Feature.LARGEDIR) ? 2 : 1;
  }

  private void setCount(int count) {
    put16(bytes, entries + COUNT, count);
  }

  /**
   * Checks the fields that a search relies on, and the checksum: dx_probe.
   *
   * @param place where the block stands, for the message
   * @throws CorruptionException naming the field that breaks a rule
   */
  public void verify(int inodeSeed, Object place) throws CorruptionException {
    if (root) {
      verifyRoot(place);
    } else if (!looksLikeNode(geometry, bytes)) {
      throw bad("fake.rec_len", u16(bytes, 4), "" + geometry.blockSize(), place);
    }
    int capacity = capacity();
    if (limit() != capacity) {
      throw bad("limit", limit(), "" + capacity, place);
    }
    if (count() < 1 || count() > capacity) {
      throw bad("count", count(), "1 … " + capacity, place);
    }
    if (geometry.hasMetadataChecksums() && checksum() != computeChecksum(inodeSeed)) {
      throw CorruptionException.checksum(
          NAME, "dt_checksum", checksum(), computeChecksum(inodeSeed), place.toString());
    }
  }

  private void verifyRoot(Object place) throws CorruptionException {
    if (i32(bytes, ROOT_RESERVED) != 0) {
      throw bad("reserved_zero", u32(bytes, ROOT_RESERVED), "0", place);
    }
    if (!HashVersion.isKnown(hashVersion())) {
      throw bad("hash_version", hashVersion(), HashVersion.allowed(), place);
    }
    int infoLength = Byte.toUnsignedInt(bytes.get(INFO_LENGTH));
    if (infoLength != ROOT_ENTRIES - ROOT_RESERVED) {
      throw bad("info_length", infoLength, "8", place);
    }
    if ((bytes.get(UNUSED_FLAGS) & 1) != 0) {
      throw bad("unused_flags", bytes.get(UNUSED_FLAGS), "bit 0 clear", place);
    }
    int levels = maxIndirectLevels(geometry);
    if (indirectLevels() > levels) {
      throw bad("indirect_levels", indirectLevels(), "<= " + levels, place);
    }
  }

  private static CorruptionException bad(String field, long found, String allowed, Object place) {
    return CorruptionException.of(NAME, field, found, allowed, place.toString());
  }

  private int capacity() {
    int fit = (geometry.blockSize() - entries) / ENTRY_BYTES;
    return geometry.hasMetadataChecksums() ? fit - 1 : fit;
  }

  /** dt_checksum; needs a sane {@link #limit}. */
  public int checksum() {
    return i32(bytes, at(limit()) + 4);
  }

  /**
   * What {@link #checksum} should be: crc32c(I, used bytes, dt_reserved, zeros for the checksum).
   */
  public int computeChecksum(int inodeSeed) {
    int crc = Crc32c.update(inodeSeed, bytes, 0, at(count()));
    crc = Crc32c.update(crc, bytes, at(limit()), 4);
    return Crc32c.updateZeros(crc, 4);
  }

  /** Computes and stores dt_checksum, if the file system has one. */
  public void updateChecksum(int inodeSeed) {
    if (geometry.hasMetadataChecksums()) {
      put32(bytes, at(limit()) + 4, computeChecksum(inodeSeed));
    }
  }

  private int at(int i) {
    return entries + i * ENTRY_BYTES;
  }
}
