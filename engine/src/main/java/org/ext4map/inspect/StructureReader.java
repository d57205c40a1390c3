package org.ext4map.inspect;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.ext4map.Ext4File;
import org.ext4map.Ext4Image;
import org.ext4map.inspect.BlockRole.Contents;
import org.ext4map.inspect.BlockRole.Fixed;
import org.ext4map.model.CorruptionException;
import org.ext4map.ondisk.DirBlock;
import org.ext4map.ondisk.ExtentNode;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.GroupDescriptor;
import org.ext4map.ondisk.HashTreeNode;
import org.ext4map.ondisk.IndirectBlock;
import org.ext4map.ondisk.InodeRecord;
import org.ext4map.ondisk.MmpBlock;
import org.ext4map.ondisk.OrphanBlock;
import org.ext4map.ondisk.Superblock;
import org.ext4map.ondisk.XattrArea;

/** Says of a block whose role is known what stands in it, and whether its checksum matches. */
final class StructureReader {
  private static final String NOT_IN_THIS_IMAGE = "the file system has no metadata_csum";

  private final Ext4Image image;
  private final Geometry geometry;
  private final long pblk;
  private final ByteBuffer block;

  /** What was found. */
  record Reading(String detail, Checksum checksum) {}

  StructureReader(Ext4Image image, long pblk, ByteBuffer block) {
    this.image = image;
    this.geometry = image.geometry();
    this.pblk = pblk;
    this.block = block;
  }

  /** The block as {@code role}; a block of the log is another's business. */
  Reading read(BlockRole role) throws IOException {
    if (role instanceof Fixed fixed) {
      return fixed(fixed);
    }
    if (role instanceof BlockRole.MapNode node) {
      return node.extents() ? extentNode(node.ino()) : pointers();
    }
    if (role instanceof Contents contents) {
      return contents(contents);
    }
    return attributes();
  }

  private Reading fixed(Fixed role) throws IOException {
    return switch (role.structure()) {
      case BOOT_BLOCK -> new Reading("room for a boot loader", Checksum.none("not ext4's"));
      case SUPERBLOCK -> superblock(role);
      case GROUP_DESCRIPTORS -> descriptors(role);
      case RESERVED_DESCRIPTORS -> reserved(role);
      case BLOCK_BITMAP -> blockBitmap(role.group());
      case INODE_BITMAP -> inodeBitmap(role.group());
      case INODE_TABLE -> new Reading("", slots(role));
      case MULTIPLE_MOUNT_PROTECTION -> mmp();
    };
  }

  /** The resize inode keeps in those of group 0 where their copies in other groups are. */
  private Reading reserved(Fixed role) {
    if (Blocks.isZero(block)) {
      return new Reading("set aside for growth", Checksum.none("nothing is in it"));
    }
    return new Reading(
        "set aside for growth" + (role.group() == 0 ? ", lists its copies in other groups" : ""),
        Checksum.none("blocks set aside have none"));
  }

  private Reading superblock(Fixed role) {
    boolean primary = role.group() == 0;
    int base = primary ? (int) (Superblock.OFFSET_BYTES % geometry.blockSize()) : 0;
    Superblock found = new Superblock(block, base);
    if (found.magic() != Superblock.MAGIC) {
      return new Reading(
          String.format("s_magic=0x%04x, allowed 0xef53", found.magic()),
          Checksum.none("this is no superblock"));
    }
    return new Reading(
        primary ? "the primary one" : "a copy, from the time of s_wtime=" + found.writeTime(),
        geometry.hasMetadataChecksums()
            ? Checksum.of(found.checksum(), found.computeChecksum())
            : Checksum.none(NOT_IN_THIS_IMAGE));
  }

  private Reading descriptors(Fixed role) {
    if (!geometry.features().hasGroupChecksums()) {
      return new Reading("", Checksum.none("the file system has no descriptor checksums"));
    }
    long wrong = 0;
    for (long group = role.first(); group <= role.last(); group++) {
      int base = (int) (group - role.first()) * geometry.descSize();
      GroupDescriptor descriptor = new GroupDescriptor(geometry, group, block, base);
      wrong += descriptor.checksum() == descriptor.computeChecksum() ? 0 : 1;
    }
    return new Reading(
        "", wrong == 0 ? Checksum.RIGHT : Checksum.wrong(wrong + " of the descriptors"));
  }

  private Reading blockBitmap(long group) throws IOException {
    GroupDescriptor descriptor = image.group(group);
    if (descriptor.isBlockBitmapUninit()) {
      return new Reading("never written: block_uninit", Checksum.none("it is not in use yet"));
    }
    long free = 0;
    for (long i = 0; i < geometry.clustersIn(group); i++) {
      free += Blocks.bit(block, i) ? 0 : 1;
    }
    String unit = geometry.clusterRatio() == 1 ? "blocks" : "clusters";
    return new Reading(
        free + " of " + geometry.clustersIn(group) + " " + unit + " free",
        geometry.hasMetadataChecksums()
            ? Checksum.of(
                descriptor.blockBitmapChecksum(), descriptor.computeBlockBitmapChecksum(block))
            : Checksum.none(NOT_IN_THIS_IMAGE));
  }

  private Reading inodeBitmap(long group) throws IOException {
    GroupDescriptor descriptor = image.group(group);
    if (descriptor.isInodeTableUninit()) {
      return new Reading("never written: inode_uninit", Checksum.none("it is not in use yet"));
    }
    long free = 0;
    for (long i = 0; i < geometry.inodesPerGroup(); i++) {
      free += Blocks.bit(block, i) ? 0 : 1;
    }
    return new Reading(
        free + " of " + geometry.inodesPerGroup() + " inodes free",
        geometry.hasMetadataChecksums()
            ? Checksum.of(
                descriptor.inodeBitmapChecksum(), descriptor.computeInodeBitmapChecksum(block))
            : Checksum.none(NOT_IN_THIS_IMAGE));
  }

  private Checksum slots(Fixed role) {
    if (!geometry.hasInodeChecksums()) {
      return Checksum.none(NOT_IN_THIS_IMAGE);
    }
    long wrong = 0;
    for (long ino = role.first(); ino <= role.last(); ino++) {
      wrong += isIntact(ino, slot(role, ino)) ? 0 : 1;
    }
    return wrong == 0 ? Checksum.RIGHT : Checksum.wrong(wrong + " of the inodes");
  }

  /** The slot of inode {@code ino} of an inode table's block. */
  InodeRecord slot(Fixed role, long ino) {
    return new InodeRecord(geometry, block, (int) (ino - role.first()) * geometry.inodeSize());
  }

  /** True if the slot matches its checksum, or needs none. */
  boolean isIntact(long ino, InodeRecord slot) {
    return !geometry.hasInodeChecksums()
        || slot.isBlank()
        || slot.checksum() == slot.computeChecksum(ino);
  }

  private Reading mmp() {
    try {
      new MmpBlock(geometry, block).verify(pblk);
    } catch (CorruptionException broken) {
      return new Reading("", Checksum.wrong(String.valueOf(broken.getMessage())));
    }
    return new Reading(
        "who has the file system mounted",
        geometry.hasMetadataChecksums() ? Checksum.RIGHT : Checksum.none(NOT_IN_THIS_IMAGE));
  }

  private Reading extentNode(long ino) throws IOException {
    ExtentNode node = new ExtentNode(block, 0);
    int fit = ExtentNode.capacityOf(geometry.blockSize());
    if (node.magic() != ExtentNode.MAGIC || node.capacity() > fit) {
      return new Reading(
          String.format(
              "eh_magic=0x%04x, eh_max=%d, allowed 0xf30a and <= %d",
              node.magic(), node.capacity(), fit),
          Checksum.none("this is no extent node"));
    }
    String kind = node.depth() == 0 ? "leaf" : "index";
    String detail = kind + ", " + node.entries() + " of " + node.capacity() + " entries";
    if (!geometry.hasMetadataChecksums()) {
      return new Reading(detail, Checksum.none(NOT_IN_THIS_IMAGE));
    }
    if (node.capacity() == fit && geometry.blockSize() % ExtentNode.ENTRY_BYTES < 4) {
      return new Reading(detail, Checksum.none("eh_max leaves no room for it"));
    }
    return new Reading(detail, Checksum.of(node.checksum(), node.computeChecksum(seed(ino))));
  }

  private int seed(long ino) throws IOException {
    return geometry.inodeChecksumSeed(ino, image.inode(ino).record().generation());
  }

  private Reading pointers() {
    int count = geometry.blockSize() / IndirectBlock.POINTER_BYTES;
    IndirectBlock pointers = new IndirectBlock(block, 0, count);
    int used = 0;
    for (int i = 0; i < count; i++) {
      used += pointers.pointer(i) == 0 ? 0 : 1;
    }
    return new Reading(
        used + " of " + count + " pointers used", Checksum.none("blocks of pointers have none"));
  }

  private Reading contents(Contents role) throws IOException {
    return switch (role.purpose()) {
      case DIRECTORY -> directory(image.inode(role.ino()), role.lblk());
      case ORPHAN_FILE -> orphans(role.ino());
      case ATTRIBUTE_VALUE ->
          new Reading("", Checksum.none("the attribute has a hash of its value instead"));
      default -> new Reading("", Checksum.none("contents have none in ext4"));
    };
  }

  private Reading directory(Ext4File file, long lblk) throws IOException {
    int seed = seed(file.ino());
    String place = "ino=" + file.ino() + " dir_lblk=" + lblk;
    boolean hashed = file.record().hasFlag(InodeRecord.INDEX_FL);
    boolean isIndex = hashed && (lblk == 0 || HashTreeNode.looksLikeNode(geometry, block));
    String detail = "";
    try {
      if (isIndex) {
        HashTreeNode node = new HashTreeNode(geometry, block, lblk == 0);
        detail = (lblk == 0 ? "root" : "node") + " of the hash tree";
        node.verify(seed, place);
        detail += ", " + node.count() + " of " + node.limit() + " entries";
      } else {
        DirBlock names = DirBlock.ofBlock(geometry, block, 0);
        detail = hashed ? "leaf of the hash tree" : "names";
        names.verifyChecksum(seed, place);
        detail = count(names, place) + (hashed ? " names in a leaf of the hash tree" : " names");
      }
    } catch (CorruptionException broken) {
      return new Reading(detail, Checksum.wrong(String.valueOf(broken.getMessage())));
    }
    return new Reading(
        detail,
        geometry.hasMetadataChecksums() ? Checksum.RIGHT : Checksum.none(NOT_IN_THIS_IMAGE));
  }

  private static int count(DirBlock names, String place) throws CorruptionException {
    int used = 0;
    for (int at = 0; at < names.end(); at += names.recordLength(at)) {
      names.verifyEntry(at, place);
      used += names.inode(at) == 0 ? 0 : 1;
    }
    return used;
  }

  private Reading orphans(long ino) throws IOException {
    OrphanBlock orphans = new OrphanBlock(geometry, block);
    try {
      orphans.verify(seed(ino), pblk);
    } catch (CorruptionException broken) {
      return new Reading("", Checksum.wrong(String.valueOf(broken.getMessage())));
    }
    int used = 0;
    for (int i = 0; i < orphans.capacity(); i++) {
      used += orphans.inode(i) == 0 ? 0 : 1;
    }
    return new Reading(
        used + " inodes to be freed",
        geometry.hasMetadataChecksums() ? Checksum.RIGHT : Checksum.none(NOT_IN_THIS_IMAGE));
  }

  private Reading attributes() {
    XattrArea area = XattrArea.ofBlock(geometry, block);
    String place = "pblk=" + pblk;
    try {
      area.verifyBlock(pblk, place);
      int count = area.entries(place).size();
      return new Reading(
          count + " attributes, shared by " + area.refcount() + " inodes",
          geometry.hasMetadataChecksums() ? Checksum.RIGHT : Checksum.none(NOT_IN_THIS_IMAGE));
    } catch (CorruptionException broken) {
      return new Reading("", Checksum.wrong(String.valueOf(broken.getMessage())));
    }
  }
}
