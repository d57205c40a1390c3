package org.ext4map.check;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.FileType;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.InodeChecksums;
import org.ext4map.ondisk.InodeRecord;
import org.ext4map.ondisk.Superblock;

/**
 * Walks all inode tables and decides what each inode is: unused, reserved, or one to judge. Those
 * that the sieve has found ordinary are not looked at again.
 */
final class InodePass implements InodePieces.Taker {
  static final long BAD_INO = 1;
  static final long ROOT_INO = 2;
  private static final long BOOT_INO = 5;
  static final long RESIZE_INO = 7;
  static final long JOURNAL_INO = 8;
  private static final long MAP_BLOCKS_SHARED = 1 << 14;

  private final Docket docket;
  private final Geometry geometry;
  private final Superblock superblock;
  private final Findings findings;
  private final Census census;
  private final InodeRules rules;
  private final XattrCheck xattrs;
  private final InodeBody body;
  private final SpecialInodes special;
  private final Foresight foresight;
  private final boolean lowTimesAreLinks;
  private boolean listTold;
  private long files;
  private long plainExtents;

  InodePass(Docket docket) {
    this.docket = docket;
    this.geometry = docket.geometry();
    this.superblock = docket.superblock();
    this.findings = docket.findings();
    this.census = docket.census();
    this.rules = new InodeRules(docket);
    this.xattrs = new XattrCheck(docket);
    this.body = new InodeBody(docket, xattrs, new WorkBudget(MAP_BLOCKS_SHARED));
    this.special = new SpecialInodes(docket);
    this.foresight = new Foresight(geometry, docket.image(), docket.groups());
    this.lowTimesAreLinks = isLater(superblock.mkfsTime()) && isLater(superblock.writeTime());
  }

  private boolean isLater(long time) {
    return time == 0 || time >= superblock.inodesCount();
  }

  /** True if {@code ino} is a number kept for quota files, whether it is used as one or not. */
  private boolean isKeptForQuota(long ino) {
    return OwnerUsage.isReserved(ino)
        || (superblock.projectQuotaInum() != 0 && ino == superblock.projectQuotaInum());
  }

  private boolean isQuotaFile(long ino) {
    return geometry.has(Feature.QUOTA)
        && isKeptForQuota(ino)
        && (ino == superblock.userQuotaInum()
            || ino == superblock.groupQuotaInum()
            || ino == superblock.projectQuotaInum());
  }

  /** Leaf entries of extent trees seen. */
  long extents() {
    return plainExtents + body.extents();
  }

  /** Regular files seen. */
  long files() {
    return files;
  }

  void run() throws IOException {
    special.readBadBlocks();
    InodeChecksums sums = new InodeChecksums(geometry);
    List<InodeSieve> sieves = new ArrayList<>();
    for (int i = 0; i < docket.workers().pieces(); i++) {
      sieves.add(new InodeSieve(docket, sums, lowTimesAreLinks, special.hasBadBlocks()));
    }
    new InodePieces(docket, this).run(sieves);
    foresight.tellBitmaps();
    xattrs.judgeUsers();
    if (body.hasLargeFile() && !geometry.has(Feature.LARGE_FILE)) {
      findings.add(Problem.SB_LARGE_FILE_FLAG_MISSING, "");
    }
    if (superblock.revLevel() == 0 && (body.hasLargeFile() || isLargeDirectoryNew())) {
      findings.add(Problem.SB_FEATURES_ON_REVISION_0, "large files");
    }
    if (isLargeDirectoryNew()) {
      findings.add(Problem.SB_LARGE_DIR_FLAG_MISSING, "");
    }
    docket.step(Pass.INODES, geometry.groupCount(), geometry.groupCount());
  }

  @Override
  public void begin() throws IOException {
    special.judgeResizeInode();
  }

  @Override
  public void group(long group) throws IOException {
    docket.step(Pass.INODES, group, geometry.groupCount());
  }

  @Override
  public void take(InodeSieve sieve) throws IOException {
    files += sieve.files();
    plainExtents += sieve.extents();
    for (int i = 0; i < sieve.attentionCount(); i++) {
      long ino = sieve.attention(i);
      if (sieve.isOrdinary(i)) {
        census.directories().set(ino);
        census.addDirectory(ino);
      } else {
        visit(ino);
      }
    }
    sieve.takeMaps(census, foresight);
  }

  private boolean isLargeDirectoryNew() {
    return body.hasLargeDirectory() && !geometry.has(Feature.LARGEDIR);
  }

  private void visit(long ino) throws IOException {
    if (special.isInBadBlock(ino)) {
      if (ino == BAD_INO) {
        findings.add(Problem.BADBLOCKS_LIST_CONTAINS_ITSELF, ino, "");
      }
      census.inBadBlock().set(ino);
      census.used().set(ino);
      return;
    }
    InodeRecord inode = docket.inodes().read(ino);
    if (inode == null || (inode.isBlank() && ino != BAD_INO && ino >= geometry.firstIno())) {
      return;
    }
    boolean checksumRight = judgeChecksum(ino, inode);
    if (inode.linksCount() > 0) {
      census.links().set(ino, inode.linksCount());
    }
    if (ino == BAD_INO) {
      judgeLowTime(ino, inode, false);
      rules.judgeCasefold(ino, inode);
      special.judgeBadBlockInode(inode, checksumRight);
      census.used().set(ino);
    } else if (ino != ROOT_INO
        && (ino < geometry.firstIno() || isKeptForQuota(ino) || isOrphanFile(ino, inode))) {
      reserved(ino, inode);
    } else {
      ordinary(ino, inode);
    }
  }

  /** True for the inode named as the file of orphans, whether there is to be one or not. */
  private boolean isOrphanFile(long ino, InodeRecord inode) {
    return ino == superblock.orphanFileInum() && inode.linksCount() > 0;
  }

  private boolean judgeChecksum(long ino, InodeRecord inode) throws IOException {
    if (!geometry.hasInodeChecksums()
        || inode.isBlank()
        || inode.checksum() == inode.computeChecksum(ino)) {
      return true;
    }
    findings.add(
        Problem.INODE_CHECKSUM,
        ino,
        String.format(
            "i_checksum=0x%x, allowed 0x%x", inode.checksum(), inode.computeChecksum(ino)));
    if (inode.linksCount() > 0 && isGarbage(ino)) {
      findings.add(Problem.INODE_GARBAGE, ino, "");
    }
    return false;
  }

  /** True if most inodes in the block of {@code ino} have wrong checksums. */
  private boolean isGarbage(long ino) throws IOException {
    long perBlock = geometry.blockSize() / geometry.inodeSize();
    long index = geometry.indexInGroup(ino);
    long first = ino - index % perBlock;
    long last = Math.min(first + perBlock, ino - index + geometry.inodesPerGroup());
    int wrong = 0;
    for (long other = first; other < last; other++) {
      InodeRecord neighbour = docket.inodes().read(other);
      if (neighbour != null
          && !neighbour.isBlank()
          && neighbour.checksum() != neighbour.computeChecksum(other)) {
        wrong++;
      }
    }
    return wrong > perBlock / 2;
  }

  private void reserved(long ino, InodeRecord inode) throws IOException {
    census.used().set(ino);
    judgeLowTime(ino, inode, false);
    rules.judgeCasefold(ino, inode);
    rules.judgeMapFlags(ino, inode, new XattrCheck.Summary());
    boolean isJournal = ino == JOURNAL_INO && superblock.journalInum() == ino;
    if (isJournal || isQuotaFile(ino)) {
      if (inode.type() != FileType.REGULAR) {
        findings.add(
            isJournal ? Problem.JOURNAL_INODE_INVALID : Problem.QUOTA_INODE_INVALID,
            ino,
            mode(inode));
      }
    } else if (ino == JOURNAL_INO || isKeptForQuota(ino)) {
      unused(
          ino,
          inode,
          ino == JOURNAL_INO
              ? Problem.JOURNAL_INODE_UNUSED_BUT_FILLED
              : Problem.QUOTA_INODE_UNUSED_BUT_FILLED);
      return;
    } else if (isOrphanFile(ino, inode)) {
      if (!geometry.has(Feature.ORPHAN_FILE)) {
        unused(ino, inode, Problem.ORPHAN_INODE_UNUSED_BUT_FILLED);
        return;
      }
      if (inode.type() != FileType.REGULAR) {
        findings.add(Problem.ORPHAN_FILE_NOT_REGULAR, ino, mode(inode));
      }
    } else if (isReservedModeWrong(ino, inode)) {
      findings.add(Problem.INODE_RESERVED_MODE, ino, mode(inode));
    }
    census.setType(ino, inode.type());
    body.judge(ino, inode, new XattrCheck.Summary());
  }

  /** A number that is kept for something that this file system does not have. */
  private void unused(long ino, InodeRecord inode, Problem filled) throws IOException {
    if (inode.linksCount() != 0 || (int) inode.rawBlocks() != 0 || inode.blockWord(0) != 0) {
      findings.add(filled, ino, "");
    }
    if (inode.linksCount() > 0) {
      asFile(ino, inode);
    }
  }

  private static boolean isReservedModeWrong(long ino, InodeRecord inode) {
    if (ino == BOOT_INO) {
      return inode.type() == FileType.DIRECTORY;
    }
    if (ino == RESIZE_INO) {
      return inode.mode() != 0 && inode.type() != FileType.REGULAR;
    }
    return inode.mode() != 0;
  }

  private static String mode(InodeRecord inode) {
    return "i_mode=0" + Integer.toOctalString(inode.mode());
  }

  private void ordinary(long ino, InodeRecord inode) throws IOException {
    boolean tolerated = census.tolerated().contains(ino);
    judgeLowTime(ino, inode, tolerated);
    if (ino == ROOT_INO) {
      judgeRoot(inode);
    } else if (inode.linksCount() == 0 && !tolerated && inode.dtime() == 0 && inode.mode() != 0) {
      findings.add(Problem.INODE_DELETED_ZERO_DTIME, ino, "");
    }
    if (inode.linksCount() > 0 || tolerated) {
      if (inode.dtime() != 0 && !tolerated) {
        findings.add(Problem.INODE_IN_USE_WITH_DTIME, ino, "i_dtime=" + inode.dtime());
      }
      asFile(ino, inode);
    }
  }

  private void judgeRoot(InodeRecord inode) {
    if (inode.type() != FileType.DIRECTORY) {
      findings.add(Problem.INODE_ROOT_NOT_DIRECTORY, ROOT_INO, mode(inode));
    }
    if (inode.dtime() != 0 && inode.linksCount() > 0) {
      findings.add(Problem.INODE_ROOT_DELETION_TIME, ROOT_INO, "i_dtime=" + inode.dtime());
    }
  }

  /** An inode in use, whatever it is. */
  private void asFile(long ino, InodeRecord inode) throws IOException {
    census.used().set(ino);
    census.setType(ino, inode.type());
    if (inode.type() == FileType.DIRECTORY) {
      census.directories().set(ino);
      if (inode.linksCount() > 0) {
        census.addDirectory(ino);
      }
    } else if (inode.type() == FileType.REGULAR) {
      files++;
    }
    if (inode.hasFlag(InodeRecord.EA_INODE_FL) && inode.type() == FileType.REGULAR) {
      census.valueHolders().set(ino);
    }
    XattrCheck.Summary summary =
        rules.judgeExtraSize(ino, inode) ? xattrs.inSlot(ino, inode) : new XattrCheck.Summary();
    rules.judgeTimes(ino, inode);
    rules.judgeFlags(ino, inode, summary);
    boolean hasName = ino == ROOT_INO || ino >= geometry.firstIno();
    if (hasName && !rules.judgeForm(ino, inode, summary)) {
      census.malformed().set(ino);
    }
    body.judge(ino, inode, summary);
  }

  /** A deletion time that is an inode number is a left-over link of the orphan list. */
  private void judgeLowTime(long ino, InodeRecord inode, boolean tolerated) {
    if (!lowTimesAreLinks
        || tolerated
        || inode.dtime() == 0
        || inode.dtime() >= superblock.inodesCount()) {
      return;
    }
    if (!listTold) {
      listTold = true;
      findings.add(Problem.ORPHAN_LIST_CORRUPT, ino, "");
    }
    findings.add(Problem.ORPHAN_INODE_FROM_CORRUPT_LIST, ino, "i_dtime=" + inode.dtime());
  }
}
