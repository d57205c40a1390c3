package org.ext4map.check;

import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.FileType;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.InodeRecord;
import org.ext4map.ondisk.Superblock;

/** Walks all inode tables and decides what each inode is: unused, reserved, or one to judge. */
final class InodePass {
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
  private final Set<Long> quotaInodes = new HashSet<>();
  private final boolean lowTimesAreLinks;
  private boolean listTold;
  private long files;

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
    this.lowTimesAreLinks = isLater(superblock.mkfsTime()) && isLater(superblock.writeTime());
    addQuotaInodes();
  }

  private boolean isLater(long time) {
    return time == 0 || time >= superblock.inodesCount();
  }

  private void addQuotaInodes() {
    if (!geometry.has(Feature.QUOTA)) {
      return;
    }
    quotaInodes.add(superblock.userQuotaInum());
    quotaInodes.add(superblock.groupQuotaInum());
    quotaInodes.add(superblock.projectQuotaInum());
    quotaInodes.remove(0L);
  }

  /** Leaf entries of extent trees seen. */
  long extents() {
    return body.extents();
  }

  /** Regular files seen. */
  long files() {
    return files;
  }

  void run() throws IOException {
    special.judgeResizeInode();
    special.readBadBlocks();
    for (long group = 0; group < geometry.groupCount(); group++) {
      docket.step(Pass.INODES, group, geometry.groupCount());
      long first = group * geometry.inodesPerGroup() + 1;
      long count = docket.groups().inodesToRead(group);
      for (long ino = first; ino < first + count; ino++) {
        visit(ino);
      }
    }
    xattrs.judgeUsers();
    if (body.hasLargeFile() && !geometry.has(Feature.LARGE_FILE)) {
      findings.add(Problem.SB_LARGE_FILE_FLAG_MISSING, "");
    }
    docket.step(Pass.INODES, geometry.groupCount(), geometry.groupCount());
  }

  private void visit(long ino) throws IOException {
    if (special.isInBadBlock(ino)) {
      census.inBadBlock().set(ino);
      census.used().set(ino);
      return;
    }
    InodeRecord inode = docket.inodes().read(ino);
    if (inode == null || (inode.isBlank() && ino != BAD_INO && ino >= geometry.firstIno())) {
      return;
    }
    if (geometry.hasInodeChecksums()
        && !inode.isBlank()
        && inode.checksum() != inode.computeChecksum(ino)) {
      findings.add(
          Problem.INODE_CHECKSUM,
          ino,
          String.format(
              "i_checksum=0x%x, allowed 0x%x", inode.checksum(), inode.computeChecksum(ino)));
    }
    if (inode.linksCount() > 0) {
      census.links().set(ino, inode.linksCount());
    }
    if (ino == BAD_INO) {
      special.judgeBadBlockInode(inode);
      census.used().set(ino);
    } else if (ino != ROOT_INO && ino < geometry.firstIno()) {
      reserved(ino, inode);
    } else {
      ordinary(ino, inode);
    }
  }

  private void reserved(long ino, InodeRecord inode) throws IOException {
    census.used().set(ino);
    judgeLowTime(ino, inode, false);
    boolean mustBeFile =
        (ino == JOURNAL_INO && superblock.journalInum() == ino) || quotaInodes.contains(ino);
    if (mustBeFile) {
      if (inode.type() != FileType.REGULAR) {
        findings.add(
            ino == JOURNAL_INO ? Problem.JOURNAL_INODE_INVALID : Problem.QUOTA_INODE_INVALID,
            ino,
            mode(inode));
      }
    } else if (ino == JOURNAL_INO) {
      if (inode.linksCount() != 0 || inode.sectors() != 0 || inode.blockWord(0) != 0) {
        findings.add(Problem.JOURNAL_INODE_UNUSED_BUT_FILLED, ino, "");
      }
    } else if (isReservedModeWrong(ino, inode)) {
      findings.add(Problem.INODE_RESERVED_MODE, ino, mode(inode));
    }
    if (inode.isBlank()) {
      return;
    }
    census.setType(ino, inode.type());
    rules.judgeFlags(ino, inode, new XattrCheck.Summary());
    body.judge(ino, inode, xattrs.inSlot(ino, inode));
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
    if (ino == ROOT_INO && inode.dtime() != 0 && inode.linksCount() > 0) {
      findings.add(Problem.INODE_ROOT_DELETION_TIME, ino, "i_dtime=" + inode.dtime());
    }
    if (inode.linksCount() == 0 && !tolerated) {
      if (inode.dtime() == 0 && inode.mode() != 0) {
        findings.add(Problem.INODE_DELETED_ZERO_DTIME, ino, "");
      }
      return;
    }
    if (inode.dtime() != 0 && !tolerated) {
      findings.add(Problem.INODE_IN_USE_WITH_DTIME, ino, "i_dtime=" + inode.dtime());
    }
    census.used().set(ino);
    census.setType(ino, inode.type());
    if (ino == ROOT_INO && inode.type() != FileType.DIRECTORY) {
      findings.add(Problem.INODE_ROOT_NOT_DIRECTORY, ino, mode(inode));
    }
    if (inode.type() == FileType.DIRECTORY) {
      census.directories().set(ino);
      if (inode.linksCount() > 0) {
        census.addDirectory(ino);
      }
    } else if (inode.type() == FileType.REGULAR) {
      files++;
    }
    if (inode.hasFlag(InodeRecord.EA_INODE_FL)) {
      census.valueHolders().set(ino);
    }
    rules.judgeSizes(ino, inode);
    XattrCheck.Summary summary = xattrs.inSlot(ino, inode);
    rules.judgeFlags(ino, inode, summary);
    boolean wellFormed = rules.judgeForm(ino, inode, summary);
    if (!wellFormed) {
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
