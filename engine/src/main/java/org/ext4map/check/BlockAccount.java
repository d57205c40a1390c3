package org.ext4map.check;

import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.FileType;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.InodeRecord;

/** Claims what one inode maps and keeps the sums that i_blocks and i_size are held against. */
final class BlockAccount implements MapVisitor {
  private static final int TOLD_ILLEGAL = 12;

  private final Docket docket;
  private final Geometry geometry;
  private final Findings findings;
  private final WorkBudget budget;
  private final long ino;
  private final FileType type;
  private final boolean hasExtents;
  private final boolean isResizeInode;
  private final Set<Long> nodes = new HashSet<>();
  private long clusters;
  private long previousCluster = -1;
  private long previousLblk = -1;
  private long lastLblk = -1;
  private long lastWrittenLblk = -1;
  private long illegal;
  private long firstPblk = -1;

  BlockAccount(Docket docket, WorkBudget budget, long ino, InodeRecord inode) {
    this.docket = docket;
    this.geometry = docket.geometry();
    this.findings = docket.findings();
    this.budget = budget;
    this.ino = ino;
    this.type = inode.type();
    this.hasExtents = inode.hasFlag(InodeRecord.EXTENTS_FL);
    this.isResizeInode = ino == InodePass.RESIZE_INO;
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
  public boolean isCritical(long pblk) {
    boolean critical = !isResizeInode && docket.claims().isFixed(pblk);
    if (critical) {
      findings.addAt(Problem.MAPPING_BLOCK_IN_CRITICAL_METADATA, ino, pblk, "block of the map");
    }
    return critical;
  }

  @Override
  public boolean node(long pblk) throws IOException {
    boolean first = nodes.add(pblk);
    if (isResizeInode && nodes.size() > 1) {
      clusters++; // a block that the descriptors keep for themselves
      return first || budget.take();
    }
    boolean wasClaimed = docket.claims().isClaimed(pblk);
    docket.claims().claim(pblk, 1);
    clusters++;
    if (!first) {
      findings.addAt(Problem.MAPPING_LOOP, ino, pblk, "");
      return false;
    }
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
    if (type == FileType.DIRECTORY && hasExtents && lblk > lastLblk + 1) {
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
    long cluster = claims.clusterOf(pblk);
    long end = pblk + count;
    if (isMisaligned(lblk, pblk, cluster)) {
      findings.addAt(Problem.BIGALLOC_MISALIGNED_CLUSTER, ino, pblk, "lblk=" + lblk);
      claims.claim(pblk, count);
      claims.claim(pblk, count);
    }
    boolean isCounted = geometry.clusterRatio() > 1 && cluster == previousCluster;
    long first = isCounted ? claims.blockOf(cluster + 1) : pblk;
    if (first < end) {
      claims.claim(first, end - first);
      clusters += claims.clusterOf(end - 1) - claims.clusterOf(first) + 1;
    }
    previousCluster = claims.clusterOf(end - 1);
    previousLblk = lblk + count - 1;
  }

  /** True if a cluster of the file is not a cluster of the device, at the same offset. */
  private boolean isMisaligned(long lblk, long pblk, long cluster) {
    int ratio = geometry.clusterRatio();
    if (ratio == 1 || !hasExtents) {
      return false;
    }
    boolean sameCluster = previousLblk >= 0 && lblk / ratio == previousLblk / ratio;
    return lblk % ratio != pblk % ratio || (sameCluster && cluster != previousCluster);
  }

  /** Blocks that a directory may have. */
  static long mostDirectoryBlocks(Geometry geometry) {
    return geometry.has(Feature.LARGEDIR) ? 1L << 32 : (2L << 30) / geometry.blockSize();
  }

  private boolean isTooFar(long lblk, long pblk, long count) {
    if (type == FileType.DIRECTORY) {
      if (lblk + count > mostDirectoryBlocks(geometry)) {
        return tooFar(Problem.MAPPING_DIRECTORY_OFFSET_TOO_BIG, lblk, pblk);
      }
    } else if (type == FileType.SYMLINK && lblk > 0 && !hasExtents) {
      return tooFar(Problem.MAPPING_SYMLINK_OFFSET_TOO_BIG, lblk, pblk);
    }
    return false;
  }

  private boolean tooFar(Problem problem, long lblk, long pblk) {
    wrong(problem, pblk, "lblk=" + lblk);
    findings.add(Problem.INODE_TOO_BIG, ino, "");
    return true;
  }

  @Override
  public void deep(int levels) {
    findings.add(Problem.EXTENT_TREE_DEEPER_THAN_NEEDED, ino, "eh_depth=" + levels);
  }

  @Override
  public void wrong(Problem problem, long pblk, String detail) {
    if (!hasExtents) {
      illegal++;
      if (illegal == TOLD_ILLEGAL) {
        findings.add(Problem.MAPPING_TOO_MANY_ILLEGAL_BLOCKS, ino, "");
      }
    }
    findings.addAt(problem, ino, pblk, detail);
  }
}
