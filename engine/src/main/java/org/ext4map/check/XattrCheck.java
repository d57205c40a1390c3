package org.ext4map.check;

import static org.ext4map.ondisk.LittleEndian.i32;
import static org.ext4map.ondisk.LittleEndian.u16;
import static org.ext4map.ondisk.LittleEndian.u32;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.ext4map.ondisk.Crc32c;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.InodeRecord;
import org.jspecify.annotations.Nullable;

/**
 * Judges the extended attributes of one inode after the other: those in its own slot and those in
 * an attribute block, which many inodes may share.
 *
 * <pre>
 *   slot   [inode][magic|entry entry ... 0000 ....... value value]      offsets from the first entry
 *   block  [header 32   |entry entry ... 0000 ....... value value]      offsets from the block
 * </pre>
 */
final class XattrCheck {
  private static final int MAGIC = 0xEA020000;
  private static final int HEADER_BYTES = 32;
  private static final int ENTRY_BYTES = 16;
  private static final int INDEX_SYSTEM = 7;
  private static final int INDEX_ENCRYPTION = 9;

  /** What the attributes of one inode tell about it. */
  static final class Summary {
    private int inlineBytes = -1;
    private @Nullable String policy;
    private long valueClusters;
    private long valueInodes;

    /** Bytes of system.data; -1 if the inode has no such attribute in its slot. */
    int inlineBytes() {
      return inlineBytes;
    }

    /** The encryption policy; null if there is none, empty if it is malformed. */
    @Nullable String policy() {
      return policy;
    }

    /** Inodes that hold values of attributes. */
    long valueInodes() {
      return valueInodes;
    }

    /** Clusters that attribute values in other inodes count in i_blocks. */
    long valueClusters() {
      return valueClusters;
    }
  }

  /** One attribute block with the number of its users. */
  private static final class Users {
    private final long stored;
    private final Summary summary;
    private long counted = 1;

    Users(long stored, Summary summary) {
      this.stored = stored;
      this.summary = summary;
    }
  }

  private final Docket docket;
  private final Geometry geometry;
  private final Findings findings;
  private final Map<Long, Users> blocks = new TreeMap<>();

  XattrCheck(Docket docket) {
    this.docket = docket;
    this.geometry = docket.geometry();
    this.findings = docket.findings();
  }

  /** Judges the attributes in the slot of {@code ino}. */
  Summary inSlot(long ino, InodeRecord inode) throws IOException {
    Summary summary = new Summary();
    int start = InodeRecord.BASE_BYTES + inode.extraIsize();
    int end = geometry.inodeSize();
    if (start + 8 > end) {
      return summary;
    }
    ByteBuffer area = inode.bytes().slice(inode.base() + start, end - start);
    if (i32(area, 0) != MAGIC) {
      return summary;
    }
    new Entries(ino, inode, area, 4, 4, summary, true).judge();
    return summary;
  }

  /**
   * Judges the attribute block of {@code ino} and claims it.
   *
   * @return what it tells
   */
  Summary inBlock(long ino, InodeRecord inode) throws IOException {
    long pblk = inode.fileAcl();
    Users known = blocks.get(pblk);
    if (known != null) {
      known.counted++;
      return known.summary;
    }
    Summary summary = new Summary();
    ByteBuffer block = docket.image().read(pblk);
    if (block == null || i32(block, 0) != MAGIC) {
      findings.addAt(
          Problem.XATTR_BAD_BLOCK,
          ino,
          pblk,
          block == null ? "cannot be read" : String.format("h_magic=0x%08x", i32(block, 0)));
    }
    if (block != null) {
      judgeBlock(ino, inode, block, summary);
    }
    long stored = block == null ? 1 : u32(block, 4);
    blocks.put(pblk, new Users(stored, summary));
    docket.claims().claim(pblk, 1);
    return summary;
  }

  private void judgeBlock(long ino, InodeRecord inode, ByteBuffer block, Summary summary)
      throws IOException {
    long pblk = inode.fileAcl();
    if (u32(block, 8) != 1) {
      findings.addAt(Problem.XATTR_MULTI_BLOCK, ino, pblk, "h_blocks=" + u32(block, 8));
    }
    boolean hasHeader = i32(block, 0) == MAGIC && u32(block, 8) == 1;
    if (hasHeader && geometry.hasMetadataChecksums() && i32(block, 16) != checksum(block, pblk)) {
      findings.addAt(Problem.XATTR_BLOCK_CHECKSUM, ino, pblk, "h_checksum");
    }
    new Entries(ino, inode, block, HEADER_BYTES, 0, summary, false).judge();
  }

  private int checksum(ByteBuffer block, long pblk) {
    int crc = Crc32c.updateLe64(geometry.checksumSeed(), pblk);
    crc = Crc32c.update(crc, block, 0, 16);
    crc = Crc32c.updateZeros(crc, 4);
    return Crc32c.update(crc, block, 20, geometry.blockSize() - 20);
  }

  /** Tells which attribute blocks count other users than they have; after the last inode. */
  void judgeUsers() {
    for (Map.Entry<Long, Users> block : blocks.entrySet()) {
      Users users = block.getValue();
      if (users.stored != users.counted) {
        findings.addAt(
            Problem.XATTR_BLOCK_REFCOUNT,
            block.getKey(),
            "h_refcount=" + users.stored + ", found " + users.counted);
      }
    }
  }

  /** The entries of one area. */
  private final class Entries {
    private final long ino;
    private final InodeRecord inode;
    private final ByteBuffer area;
    private final int first;
    private final int valueBase;
    private final Summary summary;
    private final boolean isSlot;
    private final Bits taken;

    Entries(
        long ino,
        InodeRecord inode,
        ByteBuffer area,
        int first,
        int valueBase,
        Summary summary,
        boolean isSlot) {
      this.ino = ino;
      this.inode = inode;
      this.area = area;
      this.first = first;
      this.valueBase = valueBase;
      this.summary = summary;
      this.isSlot = isSlot;
      this.taken = new Bits(area.capacity());
    }

    void judge() throws IOException {
      int at = first;
      long remain = area.capacity() - 4L;
      boolean more = true;
      while (more && hasEntry(at, remain)) {
        int nameLength = Byte.toUnsignedInt(area.get(at));
        int bytes = (ENTRY_BYTES + nameLength + 3) & ~3;
        if (!take(at, bytes)) {
          tell(Problem.XATTR_OVERLAPPING_ENTRIES, "entry at byte " + at);
          more = !isSlot;
          break;
        }
        remain -= bytes;
        if (isSlot && remain < 0) {
          tell(Problem.XATTR_NAME_LENGTH, "e_name_len=" + nameLength);
          return;
        }
        long taken = judgeEntry(at, nameLength, remain);
        more = taken >= 0;
        remain -= taken;
        at += more ? bytes : 0;
      }
      if ((more || !isSlot) && !take(at, 4)) {
        tell(Problem.XATTR_OVERLAPPING_ENTRIES, "end of the entries at byte " + at);
      }
      countReferences();
    }

    private boolean hasEntry(int at, long remain) {
      return at + 4 <= area.capacity() && i32(area, at) != 0 && (!isSlot || remain >= ENTRY_BYTES);
    }

    /** Counts what the entries refer to, as far as they can be followed. */
    private void countReferences() {
      int at = first;
      while (at + ENTRY_BYTES <= area.capacity() && i32(area, at) != 0) {
        if (u32(area, at + 4) != 0) {
          docket.census().addValueReference(u32(area, at + 4));
        }
        at += (ENTRY_BYTES + Byte.toUnsignedInt(area.get(at)) + 3) & ~3;
      }
    }

    private boolean take(long at, long bytes) {
      if (at < 0 || bytes < 0 || at + bytes > area.capacity() || taken.anyIn(at, at + bytes)) {
        return false;
      }
      taken.setAll(at, at + bytes);
      return true;
    }

    /** Judges one entry; answers how much of the room its value takes, -1 to go no further. */
    private long judgeEntry(int at, int nameLength, long remain) throws IOException {
      int index = Byte.toUnsignedInt(area.get(at + 1));
      if (index == 0 && !isSlot) {
        tell(Problem.XATTR_NAME_INVALID, "e_name_index=0");
        return -1;
      }
      long valueInode = u32(area, at + 4);
      long size = u32(area, at + 8);
      if (valueInode != 0) {
        return judgeValueInode(at, nameLength, valueInode, size) || !isSlot ? 0 : -1;
      }
      int offset = u16(area, at + 2) + valueBase;
      if (isSlot && size > remain) {
        tell(Problem.XATTR_VALUE_SIZE, "e_value_size=" + size + ", allowed <= " + remain);
        return -1;
      }
      if (!isSlot && offset + size > area.capacity()) {
        tell(Problem.XATTR_VALUE_INVALID, "e_value_offs=" + offset + " e_value_size=" + size);
        return -1;
      }
      if (size > 0 && !take(offset, (size + 3) & ~3L)) {
        tell(Problem.XATTR_OVERLAPPING_ENTRIES, "e_value_offs=" + offset + " e_value_size=" + size);
        if (isSlot) {
          return -1;
        }
      }
      int stored = i32(area, at + 12);
      if ((stored != 0 || !isSlot) && !isHashRight(at, nameLength, offset, (int) size, stored)) {
        tell(Problem.XATTR_HASH, String.format("e_hash=0x%08x", stored));
        if (isSlot) {
          return -1;
        }
      }
      note(at, nameLength, index, offset, (int) size);
      return size;
    }

    private void note(int at, int nameLength, int index, int offset, int size) {
      byte[] name = new byte[nameLength];
      area.get(at + ENTRY_BYTES, name);
      String text = new String(name, StandardCharsets.ISO_8859_1);
      if (isSlot && index == INDEX_SYSTEM && text.equals("data")) {
        summary.inlineBytes = size;
      }
      if (index == INDEX_ENCRYPTION && text.equals("c")) {
        summary.policy = EncryptionPolicy.read(area, offset, size);
      }
    }

    private boolean isHashRight(int at, int nameLength, int offset, int size, int stored) {
      return stored == hash(at, nameLength, offset, size, false)
          || stored == hash(at, nameLength, offset, size, true);
    }

    private int hash(int at, int nameLength, int offset, int size, boolean signed) {
      int hash = nameHash(at, nameLength, signed);
      for (int i = 0; i < size; i += 4) {
        int word = 0;
        for (int b = 0; b < 4 && offset + i + b < area.capacity(); b++) {
          word |= Byte.toUnsignedInt(area.get(offset + i + b)) << (8 * b);
        }
        hash = Integer.rotateLeft(hash, 16) ^ word;
      }
      return hash;
    }

    private int nameHash(int at, int nameLength, boolean signed) {
      int hash = 0;
      for (int i = 0; i < nameLength; i++) {
        byte letter = area.get(at + ENTRY_BYTES + i);
        hash = Integer.rotateLeft(hash, 5) ^ (signed ? letter : Byte.toUnsignedInt(letter));
      }
      return hash;
    }

    /** Judges the inode that holds a value; false if it cannot be the right one. */
    private boolean judgeValueInode(int at, int nameLength, long valueInode, long size)
        throws IOException {
      summary.valueInodes++;
      if (!geometry.has(Feature.EA_INODE)) {
        findings.addTarget(Problem.XATTR_EA_INODE_FEATURE_MISSING, ino, valueInode, "");
      }
      InodeRecord holder =
          valueInode >= geometry.firstIno() && docket.inodes().exists(valueInode)
              ? new InodeTable(geometry, docket.image(), docket.groups()).readCopy(valueInode)
              : null;
      if (holder == null) {
        findings.addTarget(Problem.XATTR_EA_INODE_INVALID, ino, valueInode, "e_value_inum");
        return false;
      }
      int valueHash = i32(holder.bytes(), 8);
      int stored = i32(area, at + 12);
      boolean right =
          stored == (Integer.rotateLeft(nameHash(at, nameLength, false), 16) ^ valueHash)
              || stored == (Integer.rotateLeft(nameHash(at, nameLength, true), 16) ^ valueHash);
      boolean old = u32(holder.bytes(), 0x10) == ino && holder.generation() == inode.generation();
      boolean flagged = holder.hasFlag(InodeRecord.EA_INODE_FL);
      if (!right && !old) {
        findings.addTarget(
            flagged ? Problem.XATTR_HASH : Problem.XATTR_EA_INODE_INVALID,
            ino,
            valueInode,
            String.format("e_hash=0x%08x", stored));
        return false;
      }
      if (right) {
        long cluster = (long) geometry.blockSize() * geometry.clusterRatio();
        summary.valueClusters += (size + cluster - 1) / cluster;
      }
      if (!flagged) {
        findings.addTarget(Problem.XATTR_EA_INODE_FLAG_MISSING, ino, valueInode, "");
        return false;
      }
      return true;
    }

    private void tell(Problem problem, String detail) {
      if (isSlot) {
        findings.add(problem, ino, detail);
      } else {
        findings.addAt(problem, ino, inode.fileAcl(), detail);
      }
    }
  }
}
