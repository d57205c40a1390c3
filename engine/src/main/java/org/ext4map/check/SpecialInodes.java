package org.ext4map.check;

import static org.ext4map.ondisk.LittleEndian.u32;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.GroupDescriptor;
import org.ext4map.ondisk.InodeRecord;
import org.jspecify.annotations.Nullable;

/** The inodes that are no files: the list of bad blocks and the room kept for descriptors. */
final class SpecialInodes {
  private static final int DOUBLE_INDIRECT = 13;
  private static final int MAP_WORDS = 15;

  /** Of the reserved blocks e2fsck looks at one in four: it takes their number for bytes. */
  private static final int CHECKED_SHARE = 4;

  /** e2fsck looks at no more of the owner than the first version of the format had. */
  private static final long LOW_ID = 0xFFFF;

  /** Set in the modes of regular files, and of links and sockets: no more is asked. */
  private static final int BIT_OF_REGULAR = 0x8000;

  private static final int MOST_BAD_BLOCKS = 1 << 20;

  private final Docket docket;
  private final Geometry geometry;
  private final Findings findings;
  private final Set<Long> badBlocks = new HashSet<>();

  /** What is wrong with the resize inode lies where e2fsck does not look. */
  private boolean incomplete;

  SpecialInodes(Docket docket) {
    this.docket = docket;
    this.geometry = docket.geometry();
    this.findings = docket.findings();
  }

  /** Reads the list of bad blocks, so that inodes in them are left alone. */
  void readBadBlocks() throws IOException {
    InodeRecord inode = docket.inodes().readCopy(InodePass.BAD_INO);
    if (inode == null
        || inode.hasFlag(InodeRecord.EXTENTS_FL)
        || inode.hasFlag(InodeRecord.INLINE_DATA_FL)) {
      return;
    }
    new IndirectWalk(geometry, docket.image(), new BadBlockReader()).walk(inode);
  }

  /** True if the list of bad blocks is not empty. */
  boolean hasBadBlocks() {
    return !badBlocks.isEmpty();
  }

  /** True if {@code ino} stands in a bad block. */
  boolean isInBadBlock(long ino) {
    if (badBlocks.isEmpty()) {
      return false;
    }
    long group = geometry.groupOfInode(ino);
    long offset = geometry.indexInGroup(ino) * geometry.inodeSize() / geometry.blockSize();
    return badBlocks.contains(docket.groups().get(group).inodeTable() + offset);
  }

  private static boolean isBadListInvalid(InodeRecord inode) {
    return inode.mode() != 0
        || (inode.uid() & LOW_ID) != 0
        || (inode.gid() & LOW_ID) != 0
        || inode.linksCount() != 0
        || (int) inode.fileAcl() != 0
        || inode.hasFlag(InodeRecord.INLINE_DATA_FL);
  }

  /** Judges the list of bad blocks and claims what it names. */
  void judgeBadBlockInode(InodeRecord inode, boolean checksumRight) throws IOException {
    if (!checksumRight || isBadListInvalid(inode)) {
      findings.add(Problem.BADBLOCKS_INODE_INVALID, InodePass.BAD_INO, "");
    }
    if (inode.hasFlag(InodeRecord.EXTENTS_FL) && !geometry.has(Feature.EXTENTS)) {
      findings.add(Problem.EXTENT_FLAG_WITHOUT_FEATURE, InodePass.BAD_INO, "");
    }
    if (inode.hasFlag(InodeRecord.INLINE_DATA_FL)) {
      return;
    }
    BadBlockJudge judge = new BadBlockJudge();
    if (inode.hasFlag(InodeRecord.EXTENTS_FL)) {
      int seed = geometry.inodeChecksumSeed(InodePass.BAD_INO, inode.generation());
      if (!new ExtentWalk(geometry, docket.image(), judge, seed).walk(inode) && mapsAny(inode)) {
        findings.add(Problem.EXTENT_HEADER_MISSING, InodePass.BAD_INO, "");
      }
    } else {
      new IndirectWalk(geometry, docket.image(), judge).walk(inode);
    }
  }

  private static boolean mapsAny(InodeRecord inode) {
    for (int i = 0; i < MAP_WORDS; i++) {
      if (inode.blockWord(i) != 0) {
        return true;
      }
    }
    return false;
  }

  /** Collects what the list names. */
  private final class BadBlockReader implements MapVisitor {
    private final Set<Long> nodes = new HashSet<>();

    @Override
    public boolean node(long pblk) {
      return nodes.add(pblk);
    }

    @Override
    public boolean run(long lblk, long pblk, long count, boolean unwritten) {
      if (badBlocks.size() < MOST_BAD_BLOCKS) {
        badBlocks.add(pblk);
      }
      return true;
    }

    @Override
    public void wrong(Problem problem, long pblk, String detail) {
      // told by the judge, which walks the same list
    }
  }

  /** Tells what is wrong with the list and claims the rest. */
  private final class BadBlockJudge implements MapVisitor {
    private final Set<Long> nodes = new HashSet<>();

    @Override
    public boolean node(long pblk) {
      boolean first = nodes.add(pblk);
      if (docket.claims().isClaimed(pblk)) {
        findings.addAt(Problem.BADBLOCKS_MAP_IN_BAD_BLOCK, InodePass.BAD_INO, pblk, "");
      } else {
        docket.claims().claim(pblk, 1);
      }
      return first;
    }

    @Override
    public boolean run(long lblk, long pblk, long count, boolean unwritten) {
      for (long block = pblk; block < pblk + count; block++) {
        if (!docket.claims().isClaimed(block)) {
          docket.claims().claim(block, 1);
        } else if (nodes.contains(block)) {
          findings.addAt(Problem.BADBLOCKS_MAP_IN_BAD_BLOCK, InodePass.BAD_INO, block, "");
        } else {
          judgeFixed(block);
        }
      }
      return true;
    }

    @Override
    public void wrong(Problem problem, long pblk, String detail) {
      findings.addAt(Problem.BADBLOCKS_BLOCK_OUT_OF_RANGE, InodePass.BAD_INO, pblk, detail);
    }
  }

  private void judgeFixed(long pblk) {
    for (long group = 0; group < geometry.groupCount(); group++) {
      long start = geometry.firstBlockOf(group);
      if (!geometry.hasSuper(group) || pblk < start || pblk > start + geometry.descBlockCount()) {
        continue;
      }
      if (group > 0) {
        findings.addAt(
            pblk == start
                ? Problem.BADBLOCKS_BACKUP_SUPERBLOCK_BAD
                : Problem.BADBLOCKS_BACKUP_GDT_BAD,
            pblk,
            "group " + group);
        return;
      }
      findings.addAt(Problem.BADBLOCKS_PRIMARY_BLOCK_BAD, pblk, "");
      findings.addAt(
          pblk == start
              ? Problem.BADBLOCKS_PRIMARY_SUPERBLOCK_BAD
              : Problem.BADBLOCKS_PRIMARY_GDT_BAD,
          pblk,
          "");
      return;
    }
    for (long group = 0; group < geometry.groupCount(); group++) {
      GroupDescriptor descriptor = docket.groups().get(group);
      if (descriptor.blockBitmap() == pblk) {
        findings.addAt(Problem.BADBLOCKS_BLOCK_BITMAP_BAD, pblk, "group " + group);
        return;
      }
      if (descriptor.inodeBitmap() == pblk) {
        findings.addAt(Problem.BADBLOCKS_INODE_BITMAP_BAD, pblk, "group " + group);
        return;
      }
      long inTable = pblk - descriptor.inodeTable();
      if (inTable >= 0 && inTable < geometry.inodeTableBlocks()) {
        return;
      }
    }
    findings.addAt(Problem.BADBLOCKS_UNEXPLAINED_CLAIM, pblk, "");
  }

  /** Judges the inode that keeps room for more group descriptors. */
  void judgeResizeInode() throws IOException {
    boolean has = geometry.has(Feature.RESIZE_INODE);
    if (has && geometry.has(Feature.META_BG)) {
      findings.add(Problem.RESIZE_INODE_WITH_META_BG, "");
    }
    if (!has && geometry.reservedGdtBlocks() != 0) {
      findings.add(
          Problem.RESIZE_INODE_NONZERO_WITHOUT_FEATURE,
          InodePass.RESIZE_INO,
          "s_reserved_gdt_blocks=" + geometry.reservedGdtBlocks());
    }
    InodeRecord inode = docket.inodes().readCopy(InodePass.RESIZE_INO);
    if (inode == null) {
      return;
    }
    boolean empty = true;
    boolean onlyDouble = inode.blockWord(DOUBLE_INDIRECT) != 0;
    for (int i = 0; i < MAP_WORDS; i++) {
      empty &= inode.blockWord(i) == 0;
      onlyDouble &= i == DOUBLE_INDIRECT || inode.blockWord(i) == 0;
    }
    if (!has) {
      if (!empty) {
        findings.add(
            Problem.RESIZE_INODE_NONZERO_WITHOUT_FEATURE, InodePass.RESIZE_INO, "it maps blocks");
      }
      return;
    }
    incomplete = false;
    String wrong = onlyDouble ? wrongWithReserve(inode) : "i_block";
    if (inode.linksCount() == 0 || (inode.mode() & BIT_OF_REGULAR) == 0) {
      incomplete = false;
      wrong = "i_links_count=" + inode.linksCount() + " type " + inode.type();
    }
    if (!wrong.isEmpty()) {
      findings.add(
          incomplete ? Problem.RESIZE_INODE_RESERVE_INCOMPLETE : Problem.RESIZE_INODE_INVALID,
          InodePass.RESIZE_INO,
          wrong);
    }
  }

  private String wrongWithReserve(InodeRecord inode) throws IOException {
    long top = inode.blockWord(DOUBLE_INDIRECT);
    ByteBuffer bytes = geometry.contains(top, 1) ? docket.image().read(top) : null;
    if (bytes == null) {
      return "i_block[13]=" + top;
    }
    int perBlock = geometry.blockSize() / 4;
    long descs = geometry.descBlockCount();
    long pblk = geometry.firstDataBlock() + 1 + descs;
    if (geometry.blockSize() == 1024 && geometry.firstDataBlock() == 0) {
      pblk++;
    }
    BlockWindow window = new BlockWindow(docket.image());
    int reserved = geometry.reservedGdtBlocks();
    for (int i = 0; i < reserved; i++, pblk++) {
      incomplete = i >= reserved / CHECKED_SHARE;
      int slot = (int) ((descs + i) % perBlock);
      if (u32(bytes, 4 * slot) != pblk) {
        return "slot " + slot + "=" + u32(bytes, 4 * slot) + ", allowed " + pblk;
      }
      String wrong = wrongWithCopies(pblk, window.read(pblk, reserved - 1 - i));
      if (!wrong.isEmpty()) {
        return wrong;
      }
    }
    return "";
  }

  private String wrongWithCopies(long pblk, @Nullable ByteBuffer copies) {
    if (copies == null) {
      return "block " + pblk + " cannot be read";
    }
    int slot = 0;
    int perBlock = geometry.blockSize() / 4;
    for (long group = 1; group < geometry.groupCount() && slot < perBlock; group++) {
      if (geometry.hasSuper(group)) {
        long expected = pblk + group * geometry.blocksPerGroup();
        if (u32(copies, 4 * slot) != expected) {
          return "block "
              + pblk
              + " slot "
              + slot
              + "="
              + u32(copies, 4 * slot)
              + ", allowed "
              + expected;
        }
        slot++;
      }
    }
    return "";
  }
}
