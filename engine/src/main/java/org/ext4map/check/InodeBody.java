package org.ext4map.check;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.FileType;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.InodeRecord;
import org.jspecify.annotations.Nullable;

/**
 * What an inode holds: its map, its attribute block, the root of its index; and whether i_size and
 * i_blocks agree with that.
 */
final class InodeBody {
  private static final int INLINE_BYTES = InodeRecord.I_BLOCK_BYTES;
  private static final int SECTOR = 512;
  private static final int SIPHASH = 6;
  private static final int MAX_LEVELS_LARGE = 3;
  private static final long BLOCKS_LOW = 0xFFFFFFFFL;
  private static final long LARGE_FILE = 1L << 31;

  private final Docket docket;
  private final Geometry geometry;
  private final Findings findings;
  private final XattrCheck xattrs;
  private final WorkBudget budget;
  private boolean largeFile;
  private boolean largeDirectory;
  private long extents;

  InodeBody(Docket docket, XattrCheck xattrs, WorkBudget budget) {
    this.docket = docket;
    this.geometry = docket.geometry();
    this.findings = docket.findings();
    this.xattrs = xattrs;
    this.budget = budget;
  }

  /** True if a file of 2 GiB or more was seen. */
  boolean hasLargeFile() {
    return largeFile;
  }

  /** Leaf entries of extent trees seen. */
  long extents() {
    return extents;
  }

  /** The bytes that inline data can hold: i_block and the attribute system.data. */
  static long inlineSize(XattrCheck.Summary summary) {
    return (long) INLINE_BYTES + Math.max(0, summary.inlineBytes());
  }

  void judge(long ino, InodeRecord inode, XattrCheck.Summary slot) throws IOException {
    FileType type = inode.type();
    BlockAccount account = new BlockAccount(docket, budget, ino, inode);
    long clusters = slot.valueClusters();
    long valueInodes = slot.valueInodes();
    XattrCheck.Summary block = attributeBlock(ino, inode);
    if (block != null) {
      clusters += 1 + block.valueClusters();
      valueInodes += block.valueInodes();
    }
    judgeEncryption(ino, inode, slot, block);
    if (mapsBlocks(geometry, ino, inode)) {
      walk(ino, inode, account);
      clusters += account.clusters();
      docket.census().setDirectoryBlocks(ino, account.lastLblk() + 1);
    }
    if (inode.hasFlag(InodeRecord.INDEX_FL)) {
      judgeIndex(ino, inode, account);
    }
    boolean inline = inode.hasFlag(InodeRecord.INLINE_DATA_FL);
    if (type == FileType.DIRECTORY && clusters == 0 && !inline) {
      findings.add(Problem.INODE_ZERO_LENGTH_DIRECTORY, ino, "");
    }
    if (!docket.census().tolerated().contains(ino)) {
      judgeSize(ino, inode, slot, account);
    }
    if (type == FileType.REGULAR && Long.compareUnsigned(inode.size(), LARGE_FILE) >= 0) {
      largeFile = true;
    }
    if (!isInlineSymlink(inode) || docket.census().malformed().get(ino)) {
      judgeBlockCount(ino, inode, clusters);
      addUsage(ino, inode, clusters, 1 + valueInodes);
    }
  }

  /** A link whose target is inline data: if it is sound, e2fsck looks no further at it. */
  private static boolean isInlineSymlink(InodeRecord inode) {
    return inode.type() == FileType.SYMLINK && inode.hasFlag(InodeRecord.INLINE_DATA_FL);
  }

  /** Judges whether an encrypted file has a policy, in its slot or in its attribute block. */
  private void judgeEncryption(
      long ino, InodeRecord inode, XattrCheck.Summary slot, XattrCheck.@Nullable Summary block) {
    if (!inode.hasFlag(InodeRecord.ENCRYPT_FL)
        || (ino < geometry.firstIno() && ino != InodePass.ROOT_INO)) {
      return;
    }
    String policy = slot.policy() != null || block == null ? slot.policy() : block.policy();
    if (policy == null) {
      findings.add(Problem.ENCRYPTION_POLICY_MISSING, ino, "");
      return;
    }
    if (policy.isEmpty()) {
      findings.add(Problem.ENCRYPTION_POLICY_CORRUPT, ino, "");
    }
    docket.census().policies().put(ino, policy);
  }

  private XattrCheck.@Nullable Summary attributeBlock(long ino, InodeRecord inode)
      throws IOException {
    long pblk = inode.fileAcl();
    if (pblk == 0 || !geometry.has(Feature.EXT_ATTR) || !geometry.contains(pblk, 1)) {
      return null;
    }
    return xattrs.inBlock(ino, inode);
  }

  /** True if i_block holds a map. */
  static boolean mapsBlocks(Geometry geometry, long ino, InodeRecord inode) {
    if (inode.hasFlag(InodeRecord.INLINE_DATA_FL)) {
      return false;
    }
    return switch (inode.type()) {
      case REGULAR, DIRECTORY -> true;
      case SYMLINK -> linkMapsBlocks(geometry, inode);
      case UNKNOWN -> ino == InodePass.BAD_INO;
      default -> false;
    };
  }

  /**
   * True if a symbolic link uses blocks, by what e2fsck goes by: the count of blocks, or if some of
   * them may hold attributes, whether a target of that size can stand in the words of the map.
   */
  private static boolean linkMapsBlocks(Geometry geometry, InodeRecord inode) {
    if (inode.fileAcl() == 0 && !geometry.has(Feature.EA_INODE)) {
      return (int) inode.rawBlocks() != 0;
    }
    return inode.size() >= InodeRecord.I_BLOCK_BYTES
        || (inode.size() > Integer.BYTES && inode.blockWord(1) == 0);
  }

  private void walk(long ino, InodeRecord inode, BlockAccount account) throws IOException {
    if (!inode.hasFlag(InodeRecord.EXTENTS_FL)) {
      new IndirectWalk(geometry, docket.image(), account).walk(inode);
      boolean ordinary = ino == InodePass.ROOT_INO || ino >= geometry.firstIno();
      boolean hasData =
          inode.sectors() > (inode.fileAcl() == 0 ? 0 : geometry.blockSize() / SECTOR);
      if (geometry.has(Feature.BIGALLOC)
          && ordinary
          && hasData
          && inode.type() != FileType.SYMLINK) {
        findings.add(Problem.BIGALLOC_INDIRECT_MAPPED_FILE, ino, "");
      }
      return;
    }
    int seed = geometry.inodeChecksumSeed(ino, inode.generation());
    ExtentWalk walk = new ExtentWalk(geometry, docket.image(), account, seed);
    if (!walk.walk(inode)) {
      if (geometry.has(Feature.EXTENTS)) {
        findings.add(Problem.EXTENT_HEADER_MISSING, ino, "root of the tree");
      }
    } else if (walk.advice().isPresent()) {
      findings.add(walk.advice().get(), ino, "");
    }
    extents += walk.leaves();
  }

  private void judgeIndex(long ino, InodeRecord inode, BlockAccount account) throws IOException {
    if (inode.type() != FileType.DIRECTORY) {
      findings.add(Problem.HTREE_FLAG_ON_NON_DIRECTORY, ino, "");
    }
    if (!geometry.has(Feature.DIR_INDEX)) {
      findings.add(Problem.HTREE_FLAG_WITHOUT_FEATURE, ino, "");
    }
    long pblk = account.firstPblk();
    ByteBuffer root = pblk < 0 ? null : docket.image().read(pblk);
    if (root == null) {
      findings.add(Problem.HTREE_ROOT_INVALID, ino, "no first block");
      return;
    }
    int version = IndexRoot.version(root);
    int levels = IndexRoot.levels(root);
    int flags = IndexRoot.flags(root);
    if (!IndexRoot.hasInfo(root)) {
      findings.add(Problem.HTREE_ROOT_INVALID, ino, "info_length=" + IndexRoot.infoLength(root));
    }
    if (inode.type() != FileType.DIRECTORY) {
      new HtreeJudge(docket, ino, inode, account.lastLblk() + 1).conclude();
    }
    boolean keyed = inode.hasFlag(InodeRecord.ENCRYPT_FL) && inode.hasFlag(InodeRecord.CASEFOLD_FL);
    if (version > IndexRoot.LAST_STORED_HASH && version != SIPHASH) {
      findings.add(Problem.HTREE_HASH_VERSION, ino, "hash_version=" + version);
    }
    if (keyed != (version == SIPHASH)) {
      findings.add(
          keyed ? Problem.HTREE_NEEDS_SIPHASH : Problem.HTREE_CANNOT_USE_SIPHASH,
          ino,
          "hash_version=" + version);
    }
    if ((flags & 1) != 0) {
      findings.add(Problem.HTREE_ROOT_FLAGS, ino, "unused_flags=" + flags);
    }
    int most = geometry.has(Feature.LARGEDIR) ? MAX_LEVELS_LARGE : IndexRoot.MAX_LEVELS;
    if (levels > most) {
      findings.add(Problem.HTREE_DEPTH_TOO_BIG, ino, "indirect_levels=" + levels);
    }
    largeDirectory |= levels > IndexRoot.MAX_LEVELS || inode.size() >= LARGE_FILE;
  }

  /** True if a directory was seen that only large_dir allows. */
  boolean hasLargeDirectory() {
    return largeDirectory;
  }

  private void judgeSize(
      long ino, InodeRecord inode, XattrCheck.Summary slot, BlockAccount account) {
    boolean inline = inode.hasFlag(InodeRecord.INLINE_DATA_FL);
    String wrong;
    if (inode.type() == FileType.DIRECTORY) {
      wrong = wrongDirectorySize(inode, slot, account);
    } else if (inode.type() == FileType.SYMLINK) {
      return; // the form of the link has been judged
    } else {
      wrong = wrongFileSize(inode, account);
    }
    if (!wrong.isEmpty()) {
      findings.add(
          Problem.INODE_SIZE_WRONG,
          ino,
          "i_size=" + Long.toUnsignedString(InodeRules.wholeSize(inode)) + ", " + wrong);
    } else if (inline && inode.size() > inlineSize(slot)) {
      findings.add(
          Problem.INLINE_DATA_SIZE, ino, "i_size=" + inode.size() + ", has " + inlineSize(slot));
    }
  }

  private String wrongDirectorySize(
      InodeRecord inode, XattrCheck.Summary slot, BlockAccount account) {
    long size = inode.size();
    if (inode.hasFlag(InodeRecord.INLINE_DATA_FL)) {
      boolean right = slot.inlineBytes() >= 0 && size == inlineSize(slot);
      return right ? "" : "inline data has " + inlineSize(slot);
    }
    long mapped = account.lastLblk() + 1;
    long blocks = size / geometry.blockSize();
    boolean right =
        size % geometry.blockSize() == 0
            && blocks <= mapped
            && mapped - blocks <= docket.superblock().preallocatedDirectoryBlocks();
    return right ? "" : "maps " + mapped + " blocks";
  }

  private String wrongFileSize(InodeRecord inode, BlockAccount account) {
    long size = InodeRules.wholeSize(inode);
    if (account.lastWrittenLblk() >= 0
        && Long.compareUnsigned(size, account.lastWrittenLblk() * geometry.blockSize()) < 0
        && !inode.hasFlag(InodeRecord.VERITY_FL)) {
      return "block " + account.lastWrittenLblk() + " is written";
    }
    return Long.compareUnsigned(size, maxSize(inode)) > 0 ? "allowed <= " + maxSize(inode) : "";
  }

  private long maxSize(InodeRecord inode) {
    long blockSize = geometry.blockSize();
    if (inode.hasFlag(InodeRecord.EXTENTS_FL)) {
      return (blockSize << 32) - 1;
    }
    long pointers = blockSize / 4;
    return (12 + pointers + pointers * pointers + pointers * pointers * pointers) * blockSize;
  }

  private void judgeBlockCount(long ino, InodeRecord inode, long clusters) {
    long blocks = clusters * geometry.clusterRatio();
    long expected = inode.isHugeFile() ? blocks : blocks * (geometry.blockSize() / SECTOR);
    long stored = inode.rawBlocks();
    boolean isHurd = docket.superblock().creatorOs() == 1;
    if (!isHurd && (stored != expected || (inode.isHugeFile() && stored > BLOCKS_LOW))) {
      findings.add(
          Problem.INODE_BLOCK_COUNT_WRONG, ino, "i_blocks=" + stored + ", allowed " + expected);
    }
  }

  private void addUsage(long ino, InodeRecord inode, long clusters, long inodes) {
    boolean counts =
        ino == InodePass.ROOT_INO
            || (ino >= geometry.firstIno()
                && ino != docket.superblock().projectQuotaInum()
                && ino != docket.superblock().orphanFileInum());
    if (!counts || inode.hasFlag(InodeRecord.EA_INODE_FL)) {
      return;
    }
    long bytes = clusters * geometry.clusterRatio() * geometry.blockSize();
    OwnerUsage usage = docket.usage();
    usage.add(OwnerUsage.Kind.USER, inode.uid(), bytes, inodes);
    usage.add(OwnerUsage.Kind.GROUP, inode.gid(), bytes, inodes);
    usage.add(OwnerUsage.Kind.PROJECT, inode.projectId(), bytes, inodes);
  }
}
