package org.ext4map.inode;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.ext4map.buffer.MetaBlock;
import org.ext4map.model.CorruptionException;
import org.ext4map.ondisk.Crc32c;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.InodeRecord;
import org.ext4map.ondisk.LittleEndian;
import org.ext4map.ondisk.XattrArea;
import org.ext4map.ondisk.XattrEntry;

/**
 * The extended attributes of an inode: first those in its slot, then those in its block i_file_acl
 * (Linux fs/ext4/xattr.c). Threads: any.
 */
public final class Xattrs {
  private static final char VERIFIED_BLOCK = 'x';

  private Xattrs() {}

  /** One attribute, and the area that it was found in. */
  public static final class Attribute {
    private final XattrArea area;
    private final XattrEntry entry;

    Attribute(XattrArea area, XattrEntry entry) {
      this.area = area;
      this.entry = entry;
    }

    /** The whole name as the system calls spell it. */
    public String name() {
      return entry.name();
    }

    /** True if the value stands in an inode of its own. */
    boolean hasInode() {
      return entry.valueInode() != 0;
    }
  }

  /**
   * All attributes in the order they are stored; without system.data, which is contents. The values
   * that have inodes of their own are not read.
   *
   * @throws CorruptionException if an area breaks a rule
   */
  public static List<Attribute> list(Volume volume, Inode inode) throws IOException {
    List<Attribute> found = new ArrayList<>();
    Geometry geometry = volume.geometry();
    String place = "ino=" + inode.ino();
    XattrArea inSlot = XattrArea.ofInode(geometry, inode.record());
    if (inSlot.isPresent()) {
      collect(inSlot, place, found);
    }
    long pblk = inode.record().fileAcl();
    if (pblk != 0) {
      MetaBlock block = block(volume, inode, pblk);
      collect(XattrArea.ofBlock(geometry, block.bytes()), place, found);
    }
    return found;
  }

  /** The attribute block of {@code inode}, checked. */
  static MetaBlock block(Volume volume, Inode inode, long pblk) throws IOException {
    String place = "ino=" + inode.ino() + " pblk=" + pblk;
    if (!volume.zones().allows(pblk, 1, inode.ino())) {
      throw CorruptionException.of("inode", "i_file_acl", pblk, "a data block", place);
    }
    MetaBlock block = volume.buffers().read(pblk);
    XattrArea area = XattrArea.ofBlock(volume.geometry(), block.bytes());
    long tag = MetaBlock.tag(VERIFIED_BLOCK, 0, 0);
    if (block.verifiedAs() != tag) {
      area.verifyBlock(pblk, place);
      block.markVerified(tag);
    }
    return block;
  }

  private static void collect(XattrArea area, String place, List<Attribute> found)
      throws CorruptionException {
    for (XattrEntry entry : area.entries(place)) {
      if (!entry.isInlineData()) {
        found.add(new Attribute(area, entry));
      }
    }
  }

  /**
   * The value of one of {@code inode}'s attributes. Access control lists have the form that the
   * system calls give them. At most 16 MiB.
   *
   * @throws CorruptionException if the value breaks a rule
   */
  public static byte[] value(Volume volume, Inode inode, Attribute attribute) throws IOException {
    XattrEntry entry = attribute.entry;
    byte[] stored =
        entry.valueInode() == 0 ? attribute.area.value(entry) : valueInode(volume, inode, entry);
    return entry.isPosixAcl()
        ? PosixAcl.decode(stored, "ino=" + inode.ino() + " name=" + entry.name())
        : stored;
  }

  /** ext4_xattr_inode_get: the whole of an EA inode. */
  private static byte[] valueInode(Volume volume, Inode owner, XattrEntry entry)
      throws IOException {
    Inode holder = volume.inode(entry.valueInode());
    InodeRecord record = holder.record();
    String place = "ino=" + owner.ino() + " name=" + entry.name() + " ea_inode=" + holder.ino();
    if (!record.hasFlag(InodeRecord.EA_INODE_FL)) {
      throw CorruptionException.of("ea inode", "i_flags", record.flags(), "EA_INODE set", place);
    }
    if (record.size() != entry.valueBytes()) {
      throw CorruptionException.of(
          "ea inode", "i_size", record.size(), "" + entry.valueBytes(), place);
    }
    ByteBuffer value = ByteBuffer.allocate(entry.valueBytes());
    new FileReader(volume, holder).read(0, value);
    if (volume.geometry().hasMetadataChecksums() && !isLustre(owner, record)) {
      int stored = (int) record.atime().getEpochSecond();
      int computed = Crc32c.update(volume.geometry().checksumSeed(), value.array());
      if (stored != computed) {
        throw CorruptionException.checksum("ea inode", "i_atime", stored, computed, place);
      }
    }
    return value.array();
  }

  /** Lustre's EA inodes belong to one parent, named in them, and keep no hash. */
  private static boolean isLustre(Inode owner, InodeRecord holder) {
    return (int) holder.mtime().getEpochSecond() == (int) owner.ino()
        && holder.generation() == owner.generation();
  }

  /**
   * Access control lists: ext4 leaves out ids that say nothing, the system calls do not.
   *
   * <pre>
   *   on disk   version=1 | tag(2) perm(2) [id(4)] ...     id for named users and groups alone
   *   in calls  version=2 | tag(2) perm(2)  id(4)  ...
   * </pre>
   */
  private static final class PosixAcl {
    private static final int DISK_VERSION = 1;
    private static final int CALL_VERSION = 2;
    private static final int USER = 0x02;
    private static final int GROUP = 0x08;
    private static final int NO_ID = -1;

    static byte[] decode(byte[] stored, String place) throws CorruptionException {
      ByteBuffer disk = ByteBuffer.wrap(stored);
      if (stored.length < 4 || LittleEndian.i32(disk, 0) != DISK_VERSION) {
        int found = stored.length < 4 ? stored.length : LittleEndian.i32(disk, 0);
        throw CorruptionException.of("posix acl", "a_version", found, "1", place);
      }
      ByteBuffer call = ByteBuffer.allocate(2 * stored.length);
      LittleEndian.put32(call, 0, CALL_VERSION);
      int to = 4;
      for (int from = 4; from < stored.length; to += 8) {
        int rest = stored.length - from;
        int tag = rest < 4 ? 0 : LittleEndian.u16(disk, from);
        int bytes = tag == USER || tag == GROUP ? 8 : 4;
        if (rest < bytes) {
          throw CorruptionException.of("posix acl", "bytes left", rest, ">= " + bytes, place);
        }
        LittleEndian.put32(call, to, LittleEndian.u32(disk, from));
        LittleEndian.put32(call, to + 4, bytes == 8 ? LittleEndian.u32(disk, from + 4) : NO_ID);
        from += bytes;
      }
      byte[] decoded = new byte[to];
      call.get(0, decoded);
      return decoded;
    }
  }
}
