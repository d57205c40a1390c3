package org.ext4map.check;

import static org.ext4map.ondisk.LittleEndian.u16;
import static org.ext4map.ondisk.LittleEndian.u32;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.ext4map.ondisk.DirBlock;
import org.ext4map.ondisk.ExtentNode;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.FileType;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.InodeRecord;

/** Tells whether an inode with another type holds what only a directory would: "." and "..". */
final class HiddenDirectory {
  private static final int MAP_WORDS = 15;
  private static final int DEVICE_WORDS = 4;
  private static final int INLINE_ENTRIES = 4;
  private static final int NAME_AT = 8;
  private static final int LEAST_RECORD = 12;

  private final Docket docket;
  private final Geometry geometry;
  private final long ino;
  private final InodeRecord inode;
  private final XattrCheck.Summary xattrs;

  HiddenDirectory(Docket docket, long ino, InodeRecord inode, XattrCheck.Summary xattrs) {
    this.docket = docket;
    this.geometry = docket.geometry();
    this.ino = ino;
    this.inode = inode;
    this.xattrs = xattrs;
  }

  boolean isOne() throws IOException {
    FileType type = inode.type();
    if (type == FileType.DIRECTORY
        || type == FileType.REGULAR
        || type == FileType.SYMLINK
        || inode.blockWord(0) == 0) {
      return false;
    }
    if (geometry.has(Feature.INLINE_DATA) && inode.hasFlag(InodeRecord.INLINE_DATA_FL)) {
      return hasInlineEntries();
    }
    boolean device = type == FileType.CHARACTER_DEVICE || type == FileType.BLOCK_DEVICE;
    if (geometry.has(Feature.EXTENTS) && inode.hasFlag(InodeRecord.EXTENTS_FL)) {
      ExtentNode root = new ExtentNode(inode.bytes(), inode.base() + InodeRecord.I_BLOCK);
      return ExtentWalk.hasRoot(inode)
          && root.depth() == 0
          && root.entries() > 0
          && root.key(0) == 0
          && holdsDots(root.pblk(0));
    }
    if (!hasFreshBlocks() || (device && inode.linksCount() == 1 && couldBeDevice())) {
      return false;
    }
    return holdsDots(inode.blockWord(0));
  }

  private boolean hasInlineEntries() {
    if (xattrs.inlineBytes() < 0 || InodeBody.inlineSize(xattrs) % 4 != 0) {
      return false;
    }
    int at = inode.base() + InodeRecord.I_BLOCK;
    long parent = u32(inode.bytes(), at);
    long first = u32(inode.bytes(), at + INLINE_ENTRIES);
    int length = u16(inode.bytes(), at + INLINE_ENTRIES + 4);
    return isNumber(parent, InodePass.ROOT_INO)
        && isNumber(first, 0)
        && length <= InodeRecord.I_BLOCK_BYTES - INLINE_ENTRIES;
  }

  private boolean isNumber(long number, long special) {
    return number == special || (number >= geometry.firstIno() && number < geometry.inodesCount());
  }

  /** True if i_block names only blocks that nobody has claimed yet. */
  private boolean hasFreshBlocks() {
    for (int i = 0; i < MAP_WORDS; i++) {
      long pblk = inode.blockWord(i);
      if (pblk != 0 && (!geometry.contains(pblk, 1) || docket.claims().isClaimed(pblk))) {
        return false;
      }
    }
    return true;
  }

  private boolean couldBeDevice() {
    for (int i = DEVICE_WORDS; i < MAP_WORDS; i++) {
      if (inode.blockWord(i) != 0) {
        return false;
      }
    }
    return true;
  }

  private boolean holdsDots(long pblk) throws IOException {
    ByteBuffer block = geometry.contains(pblk, 1) ? docket.image().read(pblk) : null;
    if (block == null || !isChecksumRight(block)) {
      return false;
    }
    int length = u16(block, 4);
    if (u32(block, 0) != ino
        || block.get(6) != 1
        || block.get(NAME_AT) != '.'
        || length < LEAST_RECORD
        || length % 4 != 0
        || length >= geometry.blockSize() - LEAST_RECORD) {
      return false;
    }
    int second = u16(block, length + 4);
    return block.get(length + 6) == 2
        && block.get(length + NAME_AT) == '.'
        && block.get(length + NAME_AT + 1) == '.'
        && second >= LEAST_RECORD
        && second % 4 == 0;
  }

  private boolean isChecksumRight(ByteBuffer block) {
    if (!geometry.hasMetadataChecksums()) {
      return true;
    }
    DirBlock entries = DirBlock.ofBlock(geometry, block, 0);
    int seed = geometry.inodeChecksumSeed(ino, inode.generation());
    return entries.checksum() == entries.computeChecksum(seed);
  }
}
