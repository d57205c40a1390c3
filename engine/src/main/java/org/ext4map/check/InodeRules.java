package org.ext4map.check;

import static org.ext4map.ondisk.LittleEndian.i32;
import static org.ext4map.ondisk.LittleEndian.u16;
import static org.ext4map.ondisk.LittleEndian.u32;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.ext4map.ondisk.ExtentNode;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.FileType;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.InodeRecord;

/** What the fixed fields of an inode in use must hold to: flags, sizes, times, and its type. */
final class InodeRules {
  private static final int IMAGIC_FL = 0x2000;
  private static final int COMPRESSED_FL = 0x200;
  private static final int FADDR = 0x70;
  private static final int FILE_ACL_HI = 0x76;
  private static final int BLOCKS_HI = 0x74;
  private static final int SIZE_HI = 0x6C;
  private static final int[][] TIMES = {{0x08, 0x8C}, {0x0C, 0x84}, {0x10, 0x88}, {0x90, 0x94}};
  private static final int DIRECT_WORDS = 4;
  private static final int MAP_WORDS = 15;

  private final Docket docket;
  private final Geometry geometry;
  private final Findings findings;

  InodeRules(Docket docket) {
    this.docket = docket;
    this.geometry = docket.geometry();
    this.findings = docket.findings();
  }

  /**
   * Both halves of i_size, unsigned: the upper one must not be set for anything but a regular file,
   * so it counts where that is judged.
   */
  static long wholeSize(InodeRecord inode) {
    return (u32(inode.bytes(), inode.base() + SIZE_HI) << 32) | (inode.size() & 0xFFFFFFFFL);
  }

  /** Judges i_extra_isize; false if attributes behind it cannot be found. */
  boolean judgeExtraSize(long ino, InodeRecord inode) {
    int most = geometry.inodeSize() - InodeRecord.BASE_BYTES;
    int extra = most == 0 ? 0 : inode.extraIsize();
    if (extra != 0 && (extra < 4 || extra > most || extra % 4 != 0)) {
      findings.add(
          Problem.INODE_EXTRA_SIZE, ino, "i_extra_isize=" + extra + ", allowed 0 or 4 … " + most);
      return false;
    }
    return extra < most - 4;
  }

  /** Judges the high bits of the times: years after 2310 are dates before 1970, stored wrongly. */
  void judgeTimes(long ino, InodeRecord inode) {
    int most = geometry.inodeSize() - InodeRecord.BASE_BYTES;
    if (most < InodeRecord.EXTRA_BYTES || inode.extraIsize() >= most - 4) {
      return;
    }
    for (int[] time : TIMES) {
      if (i32(inode.bytes(), inode.base() + time[0]) < 0
          && (i32(inode.bytes(), inode.base() + time[1]) & 3) == 3) {
        findings.add(Problem.INODE_TIME_OUT_OF_RANGE, ino, "field at byte " + time[0]);
        return;
      }
    }
  }

  /** Judges i_flags against the features and each other. */
  void judgeFlags(long ino, InodeRecord inode, XattrCheck.Summary xattrs) {
    if (inode.hasFlag(IMAGIC_FL) && !geometry.has(Feature.IMAGIC_INODES)) {
      findings.add(Problem.INODE_IMAGIC_FLAG, ino, "");
    }
    if (inode.hasFlag(COMPRESSED_FL) && !geometry.has(Feature.COMPRESSION)) {
      findings.add(Problem.INODE_COMPRESSION_FLAG, ino, "");
    }
    if (inode.hasFlag(InodeRecord.EA_INODE_FL) && inode.type() != FileType.REGULAR) {
      findings.add(Problem.XATTR_EA_INODE_NOT_REGULAR, ino, "");
    }
    judgeCasefold(ino, inode);
    judgeMapFlags(ino, inode, xattrs);
  }

  /** Judges the flag of directories whose names ignore case. */
  void judgeCasefold(long ino, InodeRecord inode) {
    if (!inode.hasFlag(InodeRecord.CASEFOLD_FL)) {
      return;
    }
    if (inode.type() != FileType.DIRECTORY) {
      findings.add(Problem.CASEFOLD_FLAG_ON_NON_DIRECTORY, ino, "");
    }
    if (!geometry.has(Feature.CASEFOLD)) {
      findings.add(Problem.CASEFOLD_FLAG_WITHOUT_FEATURE, ino, "");
    }
  }

  /** Judges the flags that say what i_block holds. */
  void judgeMapFlags(long ino, InodeRecord inode, XattrCheck.Summary xattrs) {
    boolean extents = inode.hasFlag(InodeRecord.EXTENTS_FL);
    boolean inline = inode.hasFlag(InodeRecord.INLINE_DATA_FL);
    boolean hasRoot = ExtentWalk.hasRoot(inode);
    if (extents && inline) {
      judgeBothFlags(ino, inode);
    }
    if (inline && ino >= geometry.firstIno()) {
      judgeInline(ino, xattrs);
    }
    boolean inUse = inode.linksCount() > 0 || ino == InodePass.JOURNAL_INO;
    if (extents && !geometry.has(Feature.EXTENTS) && inUse) {
      if (hasRoot) {
        findings.add(Problem.EXTENT_SUPERBLOCK_FEATURE_MISSING, ino, "");
      }
      findings.add(Problem.EXTENT_FLAG_WITHOUT_FEATURE, ino, "");
    }
    boolean mapped = inode.type() == FileType.REGULAR || inode.type() == FileType.DIRECTORY;
    if (!extents && mapped && hasRoot && geometry.has(Feature.EXTENTS) && inode.linksCount() > 0) {
      findings.add(Problem.EXTENT_FLAG_MISSING, ino, "");
    }
  }

  private void judgeInline(long ino, XattrCheck.Summary xattrs) {
    boolean hasData = xattrs.inlineBytes() >= 0;
    if (geometry.has(Feature.INLINE_DATA)) {
      if (!hasData) {
        findings.add(Problem.INLINE_DATA_NO_XATTR, ino, "");
      }
      return;
    }
    if (hasData) {
      findings.add(Problem.INLINE_DATA_SUPERBLOCK_FEATURE_MISSING, ino, "");
    }
    findings.add(Problem.INLINE_DATA_FLAG_WITHOUT_FEATURE, ino, "");
  }

  /** Both flags say what i_block holds, and only one of them can be right. */
  private void judgeBothFlags(long ino, InodeRecord inode) {
    if (!geometry.has(Feature.EXTENTS) && !geometry.has(Feature.INLINE_DATA)) {
      return;
    }
    if (isSpecial(inode)) {
      findings.add(Problem.MAPPING_SPECIAL_FILE_MAPPED, ino, "");
      return;
    }
    if (ExtentWalk.hasRoot(inode)) {
      findings.add(Problem.INLINE_DATA_FLAG_BUT_EXTENTS, ino, "");
    }
    long room = Math.max(0, geometry.inodeSize() - InodeRecord.BASE_BYTES - inode.extraIsize());
    if (Long.compareUnsigned(inode.size(), InodeRecord.I_BLOCK_BYTES + room) < 0) {
      findings.add(Problem.EXTENT_FLAG_BUT_INLINE_DATA, ino, "");
    }
    if (couldBeBlockMap(inode)) {
      findings.add(Problem.INLINE_DATA_FLAGS_BUT_BLOCK_MAP, ino, "");
    }
    findings.add(Problem.INLINE_DATA_FLAGS_AND_GARBAGE, ino, "");
  }

  private boolean couldBeBlockMap(InodeRecord inode) {
    for (int i = 0; i < MAP_WORDS; i++) {
      if (inode.blockWord(i) >= geometry.blocksCount()) {
        return false;
      }
    }
    return true;
  }

  private static boolean isSpecial(InodeRecord inode) {
    return switch (inode.type()) {
      case CHARACTER_DEVICE, BLOCK_DEVICE, FIFO, SOCKET -> true;
      default -> false;
    };
  }

  /**
   * Judges the fields that only some types may use, and the form of special files and links.
   *
   * @return false if the inode is malformed for its type
   */
  boolean judgeForm(long ino, InodeRecord inode, XattrCheck.Summary xattrs) throws IOException {
    boolean plain = judgeObsolete(ino, inode);
    if (new HiddenDirectory(docket, ino, inode, xattrs).isOne()) {
      findings.add(Problem.INODE_LOOKS_LIKE_DIRECTORY, ino, "");
    }
    boolean special = judgeType(ino, inode, xattrs);
    return plain && special;
  }

  private boolean judgeType(long ino, InodeRecord inode, XattrCheck.Summary xattrs)
      throws IOException {
    return switch (inode.type()) {
      case DIRECTORY -> judgeDirectorySize(ino, inode);
      case REGULAR -> true;
      case SYMLINK -> judgeSymlink(ino, inode, xattrs);
      case CHARACTER_DEVICE -> judgeSpecial(ino, inode, Problem.INODE_BAD_CHAR_DEVICE);
      case BLOCK_DEVICE -> judgeSpecial(ino, inode, Problem.INODE_BAD_BLOCK_DEVICE);
      case FIFO -> judgeSpecial(ino, inode, Problem.INODE_BAD_FIFO);
      case SOCKET -> judgeSpecial(ino, inode, Problem.INODE_BAD_SOCKET);
      case UNKNOWN -> {
        findings.add(
            Problem.INODE_MODE_INVALID, ino, "i_mode=0" + Integer.toOctalString(inode.mode()));
        yield false;
      }
    };
  }

  private boolean judgeDirectorySize(long ino, InodeRecord inode) {
    boolean high = u32(inode.bytes(), inode.base() + SIZE_HI) != 0;
    if (high && !geometry.has(Feature.LARGEDIR)) {
      findings.add(Problem.INODE_SIZE_HIGH_NONZERO, ino, "");
      return false;
    }
    return true;
  }

  private boolean judgeObsolete(long ino, InodeRecord inode) {
    ByteBuffer bytes = inode.bytes();
    boolean wellFormed = true;
    if (u32(bytes, inode.base() + FADDR) != 0) {
      findings.add(Problem.INODE_FRAGMENT_ADDRESS, ino, "");
      wellFormed = false;
    }
    if (!geometry.has(Feature.BIT64) && u16(bytes, inode.base() + FILE_ACL_HI) != 0) {
      findings.add(Problem.INODE_ACL_HIGH_NONZERO, ino, "");
      wellFormed = false;
    }
    if (!geometry.has(Feature.HUGE_FILE) && u16(bytes, inode.base() + BLOCKS_HI) != 0) {
      findings.add(Problem.INODE_BLOCKS_HIGH_NONZERO, ino, "");
      wellFormed = false;
    }
    if (inode.fileAcl() != 0) {
      if (!geometry.has(Feature.EXT_ATTR)) {
        findings.add(Problem.INODE_ACL_WITHOUT_FEATURE, ino, "i_file_acl=" + inode.fileAcl());
        wellFormed = false;
      }
      if (!geometry.contains(inode.fileAcl(), 1)) {
        findings.add(Problem.XATTR_BLOCK_NUMBER_INVALID, ino, "i_file_acl=" + inode.fileAcl());
        wellFormed = false;
      }
    }
    return wellFormed;
  }

  private void judgeSpecialFlags(long ino, InodeRecord inode, boolean sizeToo) {
    if ((inode.flags() & (InodeRecord.IMMUTABLE_FL | InodeRecord.APPEND_FL)) != 0) {
      findings.add(Problem.INODE_SPECIAL_FILE_IMMUTABLE, ino, "");
    }
    if (sizeToo && wholeSize(inode) != 0) {
      findings.add(
          Problem.INODE_SPECIAL_FILE_SIZE,
          ino,
          "i_size=" + Long.toUnsignedString(wholeSize(inode)));
    }
  }

  private boolean judgeSpecial(long ino, InodeRecord inode, Problem malformed) {
    boolean wellFormed = (inode.flags() & (InodeRecord.INDEX_FL | InodeRecord.EXTENTS_FL)) == 0;
    if ((inode.flags() & (InodeRecord.IMMUTABLE_FL | InodeRecord.APPEND_FL)) != 0) {
      for (int i = DIRECT_WORDS; i < MAP_WORDS; i++) {
        wellFormed &= inode.blockWord(i) == 0;
      }
    }
    if (!wellFormed) {
      findings.add(malformed, ino, "i_flags=0x" + Integer.toHexString(inode.flags()));
      return false;
    }
    if (inode.hasFlag(InodeRecord.INLINE_DATA_FL)) {
      findings.add(Problem.MAPPING_SPECIAL_FILE_MAPPED, ino, "");
    }
    judgeSpecialFlags(ino, inode, true);
    return true;
  }

  private boolean judgeSymlink(long ino, InodeRecord inode, XattrCheck.Summary xattrs)
      throws IOException {
    boolean fast = isFastSymlink(inode);
    if (!InodeBody.mapsBlocks(geometry, ino, inode)
        && inode.hasFlag(InodeRecord.EXTENTS_FL)
        && geometry.has(Feature.EXTENTS)) {
      findings.add(Problem.EXTENT_FLAG_ON_FAST_SYMLINK, ino, "");
    }
    if (!isSymlinkValid(inode, xattrs, fast)) {
      findings.add(Problem.INODE_SYMLINK_INVALID, ino, "i_size=" + inode.size());
      return false;
    }
    judgeSpecialFlags(ino, inode, false);
    return true;
  }

  /** True if the target stands in i_block. */
  static boolean isFastSymlink(InodeRecord inode) {
    return inode.type() == FileType.SYMLINK
        && !inode.hasFlag(InodeRecord.INLINE_DATA_FL)
        && inode.size() > 0
        && inode.size() < InodeRecord.I_BLOCK_BYTES;
  }

  private boolean isSymlinkValid(InodeRecord inode, XattrCheck.Summary xattrs, boolean fast)
      throws IOException {
    if (inode.size() == 0 || wholeSize(inode) >>> 32 != 0 || inode.hasFlag(InodeRecord.INDEX_FL)) {
      return false;
    }
    if (inode.hasFlag(InodeRecord.INLINE_DATA_FL)) {
      return !inode.hasFlag(InodeRecord.EXTENTS_FL)
          && xattrs.inlineBytes() >= 0
          && inode.size() == InodeBody.inlineSize(xattrs);
    }
    ByteBuffer target;
    if (fast) {
      if (inode.hasFlag(InodeRecord.EXTENTS_FL)) {
        return false;
      }
      target = inode.bytes().slice(inode.base() + InodeRecord.I_BLOCK, InodeRecord.I_BLOCK_BYTES);
    } else {
      long pblk = targetBlock(inode);
      ByteBuffer block = pblk < 0 ? null : docket.image().read(pblk);
      if (block == null || inode.size() >= geometry.blockSize()) {
        return false;
      }
      target = block;
    }
    int length = 0;
    if (inode.hasFlag(InodeRecord.ENCRYPT_FL)) {
      length = u16(target, 0) + 2;
    } else {
      while (length < target.capacity() && target.get(length) != 0) {
        length++;
      }
    }
    return length < target.capacity() && length == inode.size();
  }

  /** The one block of a symbolic link that does not fit into its inode; -1 if it has another. */
  private long targetBlock(InodeRecord inode) {
    if (inode.hasFlag(InodeRecord.EXTENTS_FL)) {
      ExtentNode root = new ExtentNode(inode.bytes(), inode.base() + InodeRecord.I_BLOCK);
      boolean single =
          ExtentWalk.hasRoot(inode)
              && root.depth() == 0
              && root.entries() == 1
              && root.key(0) == 0
              && root.length(0) == 1;
      return single && geometry.contains(root.pblk(0), 1) ? root.pblk(0) : -1;
    }
    for (int i = 1; i < MAP_WORDS; i++) {
      if (inode.blockWord(i) != 0) {
        return -1;
      }
    }
    return geometry.contains(inode.blockWord(0), 1) ? inode.blockWord(0) : -1;
  }
}
