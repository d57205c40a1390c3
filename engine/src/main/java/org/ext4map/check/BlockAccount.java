package org.ext4map.check;

import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.FileType;
import org.ext4map.ondisk.Geometry;

/** Claims what one inode maps and keeps the sums that i_blocks and i_size are held against. */
final class BlockAccount implements MapVisitor {
  private static final int TOLD_ILLEGAL = 12;

  private final Docket docket;
  private final Geometry geometry;
  private final Findings findings;
  private final WorkBudget budget;
  private final long ino;
  private final FileType type;
  private final boolean isResizeInode;
  private final Set<Long> nodes = new HashSet<>();
  private long clusters;
  private long previousCluster = -1;
  private long previousLblk = -1;
  private long lastLblk = -1;
  private long lastWrittenLblk = -1;
  private long illegal;
  private long firstPblk = -1;

  BlockAccount(Docket docket, WorkBudget budget, long ino, FileType type, boolean isResizeInode) {
    this.docket = docket;
    this.geometry = docket.geometry();
    this.findings = docket.findings();
    this.budget = budget;
    this.ino = ino;
    this.type = type;
    this.isResizeInode = isResizeInode;
  }

  /** Clusters that the inode uses, attribute blocks not counted. */
  long clusters() {
    return clusters;
  }

  /** The last block of the file that is mapped; -1 if none is. */
  long lastLblk() {
    return lastLblk;
  }

  /** The last block of the file that is mapped and written; -1 if none is. */
  long lastWrittenLblk() {
    return lastWrittenLblk;
  }

  /** The block that holds the first block of the file; -1 if it is not mapped. */
  long firstPblk() {
    return firstPblk;
  }

  @Override
  public boolean node(long pblk) throws IOException {
    if (isResizeInode && docket.claims().isFixed(pblk)) {
      clusters++;
      return nodes.add(pblk);
    }
    if (docket.claims().isFixed(pblk)) {
      findings.addAt(Problem.MAPPING_BLOCK_IN_CRITICAL_METADATA, ino, pblk, "block of the map");
      return false;
    }
    if (!nodes.add(pblk)) {
      findings.addAt(Problem.MAPPING_LOOP, ino, pblk, "");
      docket.claims().claim(pblk, 1);
      return false;
    }
    boolean wasClaimed = docket.claims().isClaimed(pblk);
    docket.claims().claim(pblk, 1);
    clusters++;
    return !wasClaimed || budget.take();
  }

  @Override
  public boolean run(long lblk, long pblk, long count, boolean unwritten) {
    if (isTooFar(lblk, pblk, count)) {
      return false;
    }
    if (type == FileType.DIRECTORY && unwritten) {
      findings.addAt(Problem.EXTENT_DIRECTORY_UNWRITTEN, ino, pblk, "lblk=" + lblk);
    }
    if (lblk == 0) {
      firstPblk = pblk;
    }
    if (type == FileType.DIRECTORY && geometry.clusterRatio() > 1 && lblk > lastLblk + 1) {
      findings.addAt(Problem.EXTENT_DIRECTORY_BLOCK_PAST_HOLE, ino, pblk, "lblk=" + lblk);
    }
    if (isResizeInode) {
      clusters += count;
    } else {
      claim(lblk, pblk, count);
    }
    lastLblk = Math.max(lastLblk, lblk + count - 1);
    if (!unwritten) {
      lastWrittenLblk = Math.max(lastWrittenLblk, lblk + count - 1);
    }
    return true;
  }

  private void claim(long lblk, long pblk, long count) {
    BlockClaims claims = docket.claims();
    int ratio = geometry.clusterRatio();
    long first = pblk;
    long firstCluster = claims.clusterOf(pblk);
    if (ratio > 1 && firstCluster == previousCluster) {
      boolean sameCluster = lblk / ratio == previousLblk / ratio;
      if (sameCluster) {
        first = claims.blockOf(firstCluster + 1);
      }
    }
    long end = pblk + count;
    if (first < end) {
      claims.claim(first, end - first);
      clusters += claims.clusterOf(end - 1) - claims.clusterOf(first) + 1;
    }
    previousCluster = claims.clusterOf(end - 1);
    previousLblk = lblk + count - 1;
  }

  private boolean isTooFar(long lblk, long pblk, long count) {
    if (type == FileType.DIRECTORY) {
      long most = geometry.has(Feature.LARGEDIR) ? 1L << 32 : (2L << 30) / geometry.blockSize();
      if (lblk + count > most) {
        return tooFar(Problem.MAPPING_DIRECTORY_OFFSET_TOO_BIG, lblk, pblk);
      }
    } else if (type == FileType.SYMLINK && lblk > 0) {
      return tooFar(Problem.MAPPING_SYMLINK_OFFSET_TOO_BIG, lblk, pblk);
    }
    return false;
  }

  private boolean tooFar(Problem problem, long lblk, long pblk) {
    findings.addAt(problem, ino, pblk, "lblk=" + lblk);
    findings.add(Problem.INODE_TOO_BIG, ino, "");
    return true;
  }

  @Override
  public void wrong(Problem problem, long pblk, String detail) {
    illegal++;
    if (illegal == TOLD_ILLEGAL + 1) {
      findings.add(Problem.MAPPING_TOO_MANY_ILLEGAL_BLOCKS, ino, "");
    }
    findings.addAt(problem, ino, pblk, detail);
  }
}
