package org.ext4map.ondisk;

import static org.ext4map.ondisk.LittleEndian.i32;
import static org.ext4map.ondisk.LittleEndian.put16;
import static org.ext4map.ondisk.LittleEndian.put32;
import static org.ext4map.ondisk.LittleEndian.put64;
import static org.ext4map.ondisk.LittleEndian.u16;
import static org.ext4map.ondisk.LittleEndian.u32;

import java.nio.ByteBuffer;
import org.ext4map.model.Extent;
import org.ext4map.model.ExtentState;

/**
 * One node of an extent tree: {@code struct ext4_extent_header} and what follows it. The root
 * stands in the 60 bytes of i_block, all others fill a block.
 *
 * <pre>
 *   0        12         24                 12+12*eh_max
 *   [header ][entry 0  ][entry 1  ] ...    [crc32c]      tail: not in the root, only with metadata_csum
 *
 *   leaf entry   ee_block(4) ee_len(2) ee_start_hi(2) ee_start_lo(4)     ee_len > 0x8000: unwritten
 *   index entry  ei_block(4) ei_leaf_lo(4) ei_leaf_hi(2) unused(2)
 * </pre>
 *
 * Getters and setters move bytes; which values are valid is the tree's business. Not thread-safe
 * while written.
 */
public final class ExtentNode {
  /** The value of eh_magic. */
  public static final int MAGIC = 0xF30A;

  /** Bytes of the header and of each entry. */
  public static final int ENTRY_BYTES = 12;

  /** Bytes of the root: all of i_block. */
  public static final int ROOT_BYTES = 60;

  /** Levels of index nodes above the leaves at most: EXT4_MAX_EXTENT_DEPTH. */
  public static final int MAX_DEPTH = 5;

  /** Blocks in one written extent at most: EXT_INIT_MAX_LEN. */
  public static final int MAX_WRITTEN_LENGTH = 1 << 15;

  /** Blocks in one unwritten extent at most: EXT_UNWRITTEN_MAX_LEN. */
  public static final int MAX_UNWRITTEN_LENGTH = MAX_WRITTEN_LENGTH - 1;

  /** So far from its likely place an entry is searched for before all are. */
  private static final int NEAR = 8;

  private static final int EH_MAGIC = 0;
  private static final int EH_ENTRIES = 2;
  private static final int EH_MAX = 4;
  private static final int EH_DEPTH = 6;
  private static final int EH_GENERATION = 8;
  private static final int E_BLOCK = 0;
  private static final int EE_LEN = 4;
  private static final int EE_START_HI = 6;
  private static final int EE_START_LO = 8;
  private static final int EI_LEAF_LO = 4;
  private static final int EI_LEAF_HI = 8;
  private static final int EI_UNUSED = 10;

  private final ByteBuffer bytes;
  private final int base;

  /** A view of the node at {@code base} of {@code bytes}. */
  public ExtentNode(ByteBuffer bytes, int base) {
    this.bytes = bytes;
    this.base = base;
  }

  /** Entries that fit into a node of {@code nodeBytes} bytes. */
  public static int capacityOf(int nodeBytes) {
    return (nodeBytes - ENTRY_BYTES) / ENTRY_BYTES;
  }

  /** eh_magic. */
  public int magic() {
    return u16(bytes, base + EH_MAGIC);
  }

  /** eh_entries. */
  public int entries() {
    return u16(bytes, base + EH_ENTRIES);
  }

  /** eh_max: entries that fit. */
  public int capacity() {
    return u16(bytes, base + EH_MAX);
  }

  /** eh_depth: 0 for a leaf. */
  public int depth() {
    return u16(bytes, base + EH_DEPTH);
  }

  /** Writes an empty node's header; entries stay as they are. */
  public void format(int capacity, int depth) {
    put16(bytes, base + EH_MAGIC, MAGIC);
    put16(bytes, base + EH_ENTRIES, 0);
    put16(bytes, base + EH_MAX, capacity);
    put16(bytes, base + EH_DEPTH, depth);
    put32(bytes, base + EH_GENERATION, 0);
  }

  /** Stores eh_entries. */
  public void setEntries(int entries) {
    put16(bytes, base + EH_ENTRIES, entries);
  }

  /** Stores eh_max. */
  public void setCapacity(int capacity) {
    put16(bytes, base + EH_MAX, capacity);
  }

  /** Stores eh_depth. */
  public void setDepth(int depth) {
    put16(bytes, base + EH_DEPTH, depth);
  }

  /** ee_block or ei_block of entry {@code i}: the first logical block it covers. */
  public long key(int i) {
    return u32(bytes, at(i) + E_BLOCK);
  }

  /** Stores ee_block or ei_block of entry {@code i}. */
  public void setKey(int i, long lblk) {
    put32(bytes, at(i) + E_BLOCK, lblk);
  }

  /** Blocks of leaf entry {@code i}: ee_len decoded, 0 … 32768; 0 is never valid. */
  public int length(int i) {
    int raw = u16(bytes, at(i) + EE_LEN);
    return raw > MAX_WRITTEN_LENGTH ? raw - MAX_WRITTEN_LENGTH : raw;
  }

  /** True if leaf entry {@code i} is unwritten; a raw ee_len of 0x8000 is 32768 written blocks. */
  public boolean isUnwritten(int i) {
    return u16(bytes, at(i) + EE_LEN) > MAX_WRITTEN_LENGTH;
  }

  /** The state of leaf entry {@code i}: written or unwritten. */
  public ExtentState state(int i) {
    return isUnwritten(i) ? ExtentState.UNWRITTEN : ExtentState.WRITTEN;
  }

  /** ee_start of leaf entry {@code i}: its first physical block, 48 bits. */
  public long pblk(int i) {
    return u32(bytes, at(i) + EE_START_LO) | (long) u16(bytes, at(i) + EE_START_HI) << 32;
  }

  /** Leaf entry {@code i} as a value; its length must not be 0. */
  public Extent extent(int i) {
    return new Extent(key(i), length(i), pblk(i), state(i));
  }

  /** Stores leaf entry {@code i}. */
  public void setExtent(int i, long lblk, int length, long pblk, ExtentState state) {
    long raw = (long) rawLength(length, state) << (8 * EE_LEN);
    long high = (pblk >>> 32) << (8 * EE_START_HI);
    put64(bytes, at(i), lblk | raw | high); // the first three fields at once
    put32(bytes, at(i) + EE_START_LO, pblk);
  }

  /** Stores length and state of leaf entry {@code i}: one field on disk, so one call. */
  public void setLength(int i, int length, ExtentState state) {
    put16(bytes, at(i) + EE_LEN, rawLength(length, state));
  }

  /** ee_len. */
  private static int rawLength(int length, ExtentState state) {
    assert state.isMapped();
    boolean unwritten = state == ExtentState.UNWRITTEN;
    assert length >= 1 && length <= (unwritten ? MAX_UNWRITTEN_LENGTH : MAX_WRITTEN_LENGTH)
        : length;
    return unwritten ? length + MAX_WRITTEN_LENGTH : length;
  }

  /** Stores ee_start of leaf entry {@code i}. */
  public void setPblk(int i, long pblk) {
    put32(bytes, at(i) + EE_START_LO, pblk);
    put16(bytes, at(i) + EE_START_HI, (int) (pblk >>> 32));
  }

  /** ei_leaf of index entry {@code i}: the block of the child node, 48 bits. */
  public long child(int i) {
    return u32(bytes, at(i) + EI_LEAF_LO) | (long) u16(bytes, at(i) + EI_LEAF_HI) << 32;
  }

  /** Stores index entry {@code i}. */
  public void setIndex(int i, long lblk, long child) {
    setKey(i, lblk);
    put32(bytes, at(i) + EI_LEAF_LO, child);
    put16(bytes, at(i) + EI_LEAF_HI, (int) (child >>> 32));
    put16(bytes, at(i) + EI_UNUSED, 0);
  }

  /** Moves entries {@code [from, entries())} to begin at {@code to}; eh_entries stays as it is. */
  public void moveEntries(int from, int to) {
    bytes.put(at(to), bytes, at(from), (entries() - from) * ENTRY_BYTES);
  }

  /**
   * Copies entries {@code [from, to)} of this node over those of {@code target} from {@code at}.
   */
  public void copyEntries(int from, int to, ExtentNode target, int at) {
    target.bytes.put(target.at(at), bytes, at(from), (to - from) * ENTRY_BYTES);
  }

  /**
   * The last entry whose key is at most {@code lblk}, or 0 if there is none; entries must not be
   * empty. Where keys lie evenly, only those around the place that this makes likely are compared.
   */
  public int search(long lblk) {
    int entries = entries();
    if (entries > 2 * NEAR) {
      int last = entries - 1;
      int likely = likelyEntry(last, lblk);
      int low = Math.max(0, likely - NEAR);
      int high = Math.min(last, likely + NEAR);
      if (key(low) <= lblk && lblk < key(high)) {
        return search(low, high - low, lblk);
      }
    }
    return search(0, entries, lblk);
  }

  private int likelyEntry(int last, long lblk) {
    long first = key(0);
    double part = (double) (lblk - first) / (key(last) - first);
    return (int) Math.max(0, Math.min(part, 1) * last);
  }

  /**
   * As the other one, among {@code count} entries. Cuts them in four at each step: three
   * comparisons that do not wait for each other, and no branch on what they find, since the
   * processor would guess a random one wrong every other time.
   */
  private int search(int from, int count, long lblk) {
    int found = from;
    int left = count;
    while (left > 3) {
      int quarter = left >>> 2;
      found +=
          (reaches(found + quarter, lblk) & quarter)
              + (reaches(found + 2 * quarter, lblk) & quarter)
              + (reaches(found + 3 * quarter, lblk) & quarter);
      left -= 3 * quarter;
    }
    for (; left > 1; left--) {
      found += reaches(found + 1, lblk) & 1;
    }
    return found;
  }

  /** All ones if entry {@code i} begins at or before {@code lblk}, else 0. */
  private int reaches(int i, long lblk) {
    return (int) ~((lblk - key(i)) >> (Long.SIZE - 1));
  }

  /** et_checksum; only in nodes that fill a block. */
  public int checksum() {
    return i32(bytes, tail());
  }

  /**
   * What et_checksum should be: crc32c(I, everything before the tail). Needs a sane {@link
   * #capacity}.
   */
  public int computeChecksum(int inodeSeed) {
    return Crc32c.update(inodeSeed, bytes, base, tail() - base);
  }

  /** Computes and stores et_checksum. */
  public void updateChecksum(int inodeSeed) {
    put32(bytes, tail(), computeChecksum(inodeSeed));
  }

  private int tail() {
    return at(capacity());
  }

  private int at(int i) {
    return base + ENTRY_BYTES + i * ENTRY_BYTES;
  }
}
