package org.ext4map.check;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.InodeRecord;

/**
 * Names every owner of every block that has several: a second walk over the maps of all inodes,
 * made only if the first one found such blocks.
 */
final class DuplicatePass {
  private static final int MOST_CLAIMS = 1 << 20;
  private static final int TOLD_OTHERS = 8;

  private final Docket docket;
  private final Geometry geometry;
  private final Findings findings;
  private final WorkBudget budget = new WorkBudget(1 << 14);
  private final Map<Long, List<Long>> ownersByCluster = new TreeMap<>();
  private final Map<Long, Set<Long>> clustersByIno = new TreeMap<>();
  private final Set<Long> attributeBlocks = new HashSet<>();
  private int claims;

  DuplicatePass(Docket docket) {
    this.docket = docket;
    this.geometry = docket.geometry();
    this.findings = docket.findings();
  }

  void run() throws IOException {
    Bits twice = docket.claims().twice();
    if (geometry.has(Feature.SHARED_BLOCKS) || twice.nextSet(0, twice.size()) == twice.size()) {
      return;
    }
    Bits used = docket.census().used();
    for (long ino = used.nextSet(1, used.size());
        ino < used.size();
        ino = used.nextSet(ino + 1, used.size())) {
      if (ino % geometry.inodesPerGroup() == 1) {
        docket.step(Pass.DUPLICATES, ino, used.size());
      }
      InodeRecord inode = docket.inodes().read(ino);
      if (inode != null && !docket.census().inBadBlock().get(ino)) {
        walk(ino, inode);
      }
    }
    clustersByIno.forEach(this::tell);
  }

  private void walk(long ino, InodeRecord inode) throws IOException {
    if (ino == InodePass.RESIZE_INO) {
      return;
    }
    Collector collector = new Collector(ino);
    if (inode.fileAcl() != 0
        && geometry.contains(inode.fileAcl(), 1)
        && attributeBlocks.add(inode.fileAcl())) {
      collector.run(0, inode.fileAcl(), 1, false);
    }
    if (!InodeBody.mapsBlocks(geometry, ino, inode)) {
      return;
    }
    if (inode.hasFlag(InodeRecord.EXTENTS_FL)) {
      int seed = geometry.inodeChecksumSeed(ino, inode.generation());
      boolean walked = new ExtentWalk(geometry, docket.image(), collector, seed).walk(inode);
      if (!walked || collector.broken) {
        findings.add(Problem.MAPPING_ITERATE_FAILED, ino, "");
      }
    } else {
      new IndirectWalk(geometry, docket.image(), collector).walk(inode);
    }
  }

  private void tell(long ino, Set<Long> clusters) {
    if (ino == InodePass.BAD_INO) {
      return;
    }
    Set<Long> others = new HashSet<>();
    boolean overlapsMetadata = false;
    for (long cluster : clusters) {
      long pblk = docket.claims().blockOf(cluster);
      findings.addAt(Problem.DUP_BLOCK_CLAIMED_TWICE, ino, pblk, "");
      others.addAll(ownersByCluster.getOrDefault(cluster, List.of()));
      overlapsMetadata |= docket.claims().anyFixed(pblk, geometry.clusterRatio());
    }
    others.remove(ino);
    if (overlapsMetadata) {
      findings.add(Problem.DUP_FILE_OVERLAPS_METADATA, ino, "");
    }
    StringBuilder names = new StringBuilder(clusters.size() + " clusters");
    others.stream().sorted().limit(TOLD_OTHERS).forEach(other -> names.append(" <" + other + ">"));
    findings.add(Problem.DUP_FILE_SHARES_BLOCKS, ino, names.toString());
  }

  /** Collects the shared clusters of one inode. */
  private final class Collector implements MapVisitor {
    private final long ino;
    private final Set<Long> nodes = new HashSet<>();
    private boolean broken;

    Collector(long ino) {
      this.ino = ino;
    }

    @Override
    public boolean node(long pblk) {
      if (!nodes.add(pblk)) {
        return false;
      }
      run(0, pblk, 1, false);
      return !docket.claims().twice().get(docket.claims().clusterOf(pblk)) || budget.take();
    }

    @Override
    public boolean run(long lblk, long pblk, long count, boolean unwritten) {
      Bits twice = docket.claims().twice();
      long end = docket.claims().clusterOf(pblk + count - 1) + 1;
      for (long cluster = twice.nextSet(docket.claims().clusterOf(pblk), end);
          cluster < end && claims < MOST_CLAIMS;
          cluster = twice.nextSet(cluster + 1, end)) {
        claims++;
        ownersByCluster.computeIfAbsent(cluster, key -> new ArrayList<>()).add(ino);
        clustersByIno.computeIfAbsent(ino, key -> new HashSet<>()).add(cluster);
      }
      return true;
    }

    @Override
    public void wrong(Problem problem, long pblk, String detail) {
      // told by the first walk; here it matters whether there is more behind it
      broken |=
          problem == Problem.EXTENT_NODE_INVALID
              || problem == Problem.EXTENT_UNREADABLE
              || problem == Problem.EXTENT_BLOCK_CHECKSUM;
    }
  }
}
