package org.ext4map.check;

import java.io.IOException;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.FileType;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.InodeRecord;
import org.ext4map.ondisk.LittleEndian;
import org.ext4map.ondisk.Superblock;

/** Judges whether every directory hangs on the root and whether all counts of links are right. */
final class LinkPass {
  private static final int MOST_LINKS = 65000;
  private static final int CTIME = 0x0C;
  private static final int ATIME = 0x08;

  private final Docket docket;
  private final Geometry geometry;
  private final Superblock superblock;
  private final Findings findings;
  private final Census census;

  LinkPass(Docket docket) {
    this.docket = docket;
    this.geometry = docket.geometry();
    this.superblock = docket.superblock();
    this.findings = docket.findings();
    this.census = docket.census();
  }

  void run() throws IOException {
    docket.step(Pass.CONNECTIVITY, 0, 1);
    judgeRoot();
    judgeConnections();
    docket.step(Pass.LINKS, 0, 1);
    judgeCounts();
    docket.step(Pass.LINKS, 1, 1);
  }

  private void judgeRoot() {
    if (!census.used().get(InodePass.ROOT_INO)) {
      findings.add(Problem.INODE_ROOT_UNALLOCATED, "");
    } else if (!census.hasLostFound()) {
      findings.add(Problem.DIR_LOST_FOUND_MISSING, "");
    }
  }

  /** Follows every directory up; what was reached once need not be followed again. */
  private void judgeConnections() {
    Bits reached = new Bits(census.directoryCount());
    Bits lost = new Bits(census.directoryCount());
    int root = census.indexOf(InodePass.ROOT_INO);
    if (root >= 0) {
      reached.set(root);
      census.setParent(root, InodePass.ROOT_INO);
    }
    for (int start = 0; start < census.directoryCount(); start++) {
      boolean connected = follow(start, reached, lost, true);
      follow(start, connected ? reached : lost, connected ? reached : lost, false);
    }
    for (int index = 0; index < census.directoryCount(); index++) {
      long ino = census.directory(index);
      long parent = census.parent(index);
      boolean tolerated = census.tolerated().contains(ino);
      if (!tolerated && index != root && isDetached(index)) {
        findings.add(Problem.LINK_DIRECTORY_UNCONNECTED, ino, "");
      }
      if (!tolerated && census.dotDot(index) != parent) {
        findings.add(
            Problem.LINK_DOTDOT_WRONG_PARENT,
            ino,
            "'..' names " + census.dotDot(index) + ", found in " + parent);
      }
    }
  }

  /** True if nothing holds the directory, or only a circle that the root is not part of. */
  private boolean isDetached(int index) {
    long parent = census.parent(index);
    return parent == 0 || census.indexOf(parent) < 0;
  }

  /**
   * Goes up from {@code start}. If {@code looking}, answers whether the root is reached; else marks
   * what it passes in {@code first}.
   */
  private boolean follow(int start, Bits first, Bits second, boolean looking) {
    int index = start;
    long steps = 0;
    while (index >= 0 && steps <= census.directoryCount()) {
      if (looking) {
        if (first.get(index)) {
          return true;
        }
        if (second.get(index)) {
          return false;
        }
      } else if (first.set(index)) {
        return true;
      }
      long parent = census.parent(index);
      index = parent == 0 ? -1 : census.indexOf(parent);
      steps++;
    }
    if (looking && steps > census.directoryCount()) {
      findings.add(Problem.LINK_DIRECTORY_UNCONNECTED, census.directory(start), "part of a circle");
    }
    return false;
  }

  private void judgeCounts() throws IOException {
    Bits used = census.used();
    boolean needsManyLinks = false;
    for (long first = 0; first < used.size(); first += Long.SIZE) {
      long open = used.word(first) & ~plainlyRight(first);
      for (; open != 0; open &= open - 1) {
        long ino = first + Long.numberOfTrailingZeros(open);
        if (isCounted(ino)) {
          needsManyLinks |= judgeCount(ino);
        }
      }
    }
    if (needsManyLinks && !geometry.has(Feature.DIR_NLINK)) {
      findings.add(Problem.SB_DIR_NLINK_FLAG_MISSING, "");
    }
  }

  /**
   * Those of the 64 inodes from {@code first} on that have as many names as they count, and of
   * which no rule wants another look. Some with many names may be missing.
   */
  private long plainlyRight(long first) {
    return census.names().sameAsIn(census.links(), first) & ~census.valueHolders().word(first);
  }

  private boolean isCounted(long ino) {
    return (ino == InodePass.ROOT_INO || ino >= geometry.firstIno())
        && !census.inBadBlock().get(ino)
        && !census.tolerated().contains(ino)
        && ino != superblock.orphanFileInum()
        && ino != superblock.projectQuotaInum()
        && !(geometry.has(Feature.HAS_JOURNAL) && ino == superblock.journalInum());
  }

  /** Judges the count of one inode; true if it is a directory with more links than count. */
  private boolean judgeCount(long ino) throws IOException {
    long names = census.names().get(ino);
    long stored = census.links().get(ino);
    boolean isDirectory = census.directories().get(ino);
    if (census.valueHolders().get(ino)) {
      judgeValueHolder(ino);
      if (names == 0 && census.valueReferences(ino) > 0) {
        return false;
      }
    }
    if (names == 0) {
      unattached(ino);
      return false;
    }
    boolean many = isDirectory && names > MOST_LINKS;
    long expected = many ? 1 : names;
    if (stored != expected) {
      boolean needless = isDirectory && stored == 1 && isHashed(ino);
      findings.add(
          needless ? Problem.LINK_COUNT_OVERFLOW_NEEDLESS : Problem.LINK_COUNT_WRONG,
          ino,
          "i_links_count=" + stored + ", allowed " + expected);
    }
    return many;
  }

  /** True if a directory was once large enough to stop counting its links. */
  private boolean isHashed(long ino) throws IOException {
    InodeRecord inode = docket.inodes().read(ino);
    return inode != null && inode.hasFlag(InodeRecord.INDEX_FL);
  }

  private void unattached(long ino) throws IOException {
    InodeRecord inode = docket.inodes().read(ino);
    if (inode != null
        && inode.sectors() == 0
        && inode.size() == 0
        && census.type(ino) == FileType.REGULAR) {
      findings.add(Problem.LINK_ZERO_LENGTH_INODE_UNATTACHED, ino, "");
    }
    findings.add(Problem.LINK_INODE_UNATTACHED, ino, "");
  }

  private void judgeValueHolder(long ino) throws IOException {
    InodeRecord inode = docket.inodes().read(ino);
    if (inode == null) {
      return;
    }
    long references = census.valueReferences(ino);
    if (references == 0) {
      findings.add(Problem.XATTR_EA_INODE_SPURIOUS_FLAG, ino, "");
      return;
    }
    long ctime = LittleEndian.u32(inode.bytes(), inode.base() + CTIME);
    long atime = LittleEndian.u32(inode.bytes(), inode.base() + ATIME);
    long stored = (ctime << 32) | Integer.toUnsignedLong(inode.version());
    if (stored != references && ctime != atime) {
      findings.add(
          Problem.XATTR_EA_INODE_REFCOUNT, ino, "counts " + stored + ", found " + references);
    }
  }
}
