package org.ext4map.check;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.InodeRecord;
import org.ext4map.ondisk.LittleEndian;

/**
 * Walks every directory, block by block in the order of the file. Those that the sieve has found
 * sound are only counted.
 */
final class DirectoryPass {
  private static final int PARENT_BYTES = 4;

  /** Blocks of directories that may be read although several own them: a bound for hostile ones. */
  private static final long SHARED_BLOCKS = 1 << 18;

  private final Docket docket;
  private final Geometry geometry;
  private final Findings findings;
  private final Census census;
  private int prepared;
  private final WorkBudget budget = new WorkBudget(SHARED_BLOCKS);

  DirectoryPass(Docket docket) {
    this.docket = docket;
    this.geometry = docket.geometry();
    this.findings = docket.findings();
    this.census = docket.census();
  }

  void run() throws IOException {
    List<Piece> pieces = new ArrayList<>();
    for (int i = 0; i < docket.workers().pieces(); i++) {
      pieces.add(new Piece());
    }
    new Ahead(docket.workers().executor()).run(pieces, Ahead.Prelude.NONE);
    docket.step(Pass.DIRECTORIES, census.directoryCount(), census.directoryCount());
  }

  /** Some directories that are looked through ahead of their turn. */
  private final class Piece implements Ahead.Piece {
    private final DirectorySieve sieve = new DirectorySieve(docket);

    @Override
    public boolean prepare() {
      int count = sieve.prepare(prepared);
      prepared += count;
      return count > 0;
    }

    @Override
    public void run() {
      sieve.work();
    }

    @Override
    public void take() throws IOException {
      docket.step(Pass.DIRECTORIES, sieve.first(), census.directoryCount());
      for (int i = 0; i < sieve.count(); i++) {
        if (!sieve.take(i)) {
          directory(sieve.first() + i);
        }
      }
    }
  }

  private void directory(int index) throws IOException {
    long ino = census.directory(index);
    InodeRecord inode = docket.inodes().readCopy(ino);
    if (inode != null) {
      directory(index, ino, inode);
    }
  }

  private void directory(int index, long ino, InodeRecord inode) throws IOException {
    if (inode.hasFlag(InodeRecord.INLINE_DATA_FL)) {
      if (geometry.has(Feature.INLINE_DATA)) {
        inline(index, ino, inode);
      }
      return;
    }
    HtreeJudge htree = new HtreeJudge(docket, ino, inode, census.directoryBlocks(index));
    if (geometry.hasInodeChecksums() && inode.checksum() != inode.computeChecksum(ino)) {
      htree.distrustChecksums();
    }
    DirectoryBlock blocks = new DirectoryBlock(docket, index, ino, inode, htree);
    BlockWalk walk = new BlockWalk(ino, blocks);
    if (inode.hasFlag(InodeRecord.EXTENTS_FL)) {
      int seed = geometry.inodeChecksumSeed(ino, inode.generation());
      new ExtentWalk(geometry, docket.image(), walk, seed).walk(inode);
    } else {
      new IndirectWalk(geometry, docket.image(), walk).walk(inode);
      walk.holesBefore(1);
    }
    htree.conclude();
    blocks.conclude();
  }

  private boolean isShared(long pblk) {
    return docket.claims().twice().get(docket.claims().clusterOf(pblk));
  }

  /** A directory in its inode: the parent's number, entries, and more of them in an attribute. */
  private void inline(int index, long ino, InodeRecord inode) throws IOException {
    DirectoryBlock blocks =
        new DirectoryBlock(docket, index, ino, inode, new HtreeJudge(docket, ino, inode, 0));
    long parent = LittleEndian.u32(inode.bytes(), inode.base() + InodeRecord.I_BLOCK);
    blocks.inlineDots(parent);
    int start = inode.base() + InodeRecord.I_BLOCK + PARENT_BYTES;
    blocks.judgeInline(
        inode.bytes().slice(start, InodeRecord.I_BLOCK_BYTES - PARENT_BYTES), "i_block");
    ByteBuffer rest = InlineData.rest(geometry, inode);
    if (rest.capacity() > 0) {
      blocks.judgeInline(rest, "system.data");
    }
  }

  /** Hands the blocks of one directory on and tells its holes. */
  private final class BlockWalk implements MapVisitor {
    private final long ino;
    private final DirectoryBlock blocks;
    private final Set<Long> nodes = new HashSet<>();
    private long nextLblk;
    private boolean ended;

    BlockWalk(long ino, DirectoryBlock blocks) {
      this.ino = ino;
      this.blocks = blocks;
    }

    @Override
    public boolean node(long pblk) {
      return nodes.add(pblk);
    }

    @Override
    public boolean run(long lblk, long pblk, long count, boolean unwritten) throws IOException {
      if (lblk + count > BlockAccount.mostDirectoryBlocks(geometry)) {
        return false;
      }
      holesBefore(lblk);
      for (long i = 0; i < count && !ended; i++) {
        ended = isShared(pblk + i) && !budget.take();
        ByteBuffer block = docket.image().read(pblk + i);
        if (block == null) {
          findings.addAt(Problem.DIR_BLOCK_UNREADABLE, ino, pblk + i, "lblk=" + (lblk + i));
        } else {
          blocks.judge(block, lblk + i, pblk + i);
        }
      }
      nextLblk = lblk + count;
      return true;
    }

    void holesBefore(long lblk) {
      if (nextLblk < lblk) {
        findings.add(Problem.DIR_HOLE, ino, "lblk=" + nextLblk + " … " + (lblk - 1));
      }
      nextLblk = Math.max(nextLblk, lblk);
    }

    @Override
    public void wrong(Problem problem, long pblk, String detail) {
      // told by the walk over the inodes
    }
  }
}
