package org.ext4map.check;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.InodeRecord;
import org.ext4map.ondisk.LittleEndian;

/** Walks the indirect map of one inode: twelve blocks, then trees of one, two and three levels. */
final class IndirectWalk {
  private static final int DIRECT = 12;
  private static final int TREES = 3;

  private final Geometry geometry;
  private final ImageBlocks image;
  private final MapVisitor visitor;
  private final long perBlock;

  IndirectWalk(Geometry geometry, ImageBlocks image, MapVisitor visitor) {
    this.geometry = geometry;
    this.image = image;
    this.visitor = visitor;
    this.perBlock = geometry.blockSize() / 4;
  }

  void walk(InodeRecord inode) throws IOException {
    for (int i = 0; i < DIRECT; i++) {
      data(i, inode.blockWord(i), false);
    }
    long lblk = DIRECT;
    long covered = 1;
    for (int level = 1; level <= TREES; level++) {
      covered *= perBlock;
      tree(inode.blockWord(DIRECT + level - 1), lblk, level, false);
      lblk += covered;
    }
  }

  private void data(long lblk, long pblk, boolean quiet) throws IOException {
    if (pblk == 0) {
      return;
    }
    if (!geometry.contains(pblk, 1)) {
      if (!quiet) {
        visitor.wrong(Problem.MAPPING_BLOCK_OUT_OF_RANGE, pblk, "lblk=" + lblk);
      }
      return;
    }
    visitor.run(lblk, pblk, 1, false);
  }

  /** Walks a tree; if {@code quiet}, what is wrong is not told: nothing in there is trusted. */
  private void tree(long pblk, long firstLblk, int level, boolean quiet) throws IOException {
    if (pblk == 0) {
      return;
    }
    if (!geometry.contains(pblk, 1)) {
      if (!quiet) {
        visitor.wrong(
            Problem.MAPPING_BLOCK_OUT_OF_RANGE, pblk, "indirect block of lblk=" + firstLblk);
      }
      return;
    }
    boolean critical = visitor.isCritical(pblk);
    if (!visitor.node(pblk)) {
      return;
    }
    ByteBuffer bytes = image.read(pblk);
    if (bytes == null) {
      visitor.wrong(Problem.MAPPING_ITERATE_FAILED, pblk, "cannot be read");
      return;
    }
    long covered = 1;
    for (int i = 1; i < level; i++) {
      covered *= perBlock;
    }
    for (int i = 0; i < perBlock; i++) {
      long child = LittleEndian.u32(bytes, 4 * i);
      long lblk = firstLblk + i * covered;
      if (level == 1) {
        data(lblk, child, critical);
      } else {
        tree(child, lblk, level - 1, critical);
      }
    }
  }
}
