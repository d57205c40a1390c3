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

  /** Words that are looked at together: most are zero. */
  private static final int STRIDE = 16;

  private static final int LOOK_AHEAD = 32;

  private final Geometry geometry;
  private final ImageBlocks image;
  private final MapVisitor visitor;
  private final int perBlock;
  private final BlockWindow leaves;

  IndirectWalk(Geometry geometry, ImageBlocks image, MapVisitor visitor) {
    this.geometry = geometry;
    this.image = image;
    this.visitor = visitor;
    this.perBlock = geometry.blockSize() / 4;
    this.leaves = new BlockWindow(image);
  }

  void walk(InodeRecord inode) throws IOException {
    for (int i = 0; i < DIRECT; i++) {
      data(i, inode.blockWord(i), false);
    }
    long lblk = DIRECT;
    long covered = 1;
    for (int level = 1; level <= TREES; level++) {
      covered *= perBlock;
      long top = inode.blockWord(DIRECT + level - 1);
      if (top != 0) {
        tree(top, lblk, level, 0, false);
      }
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

  /**
   * Walks a tree.
   *
   * @param following so many trees of the same level lie in the blocks behind
   * @param quiet what is wrong is not told: nothing in there is trusted
   */
  private void tree(long pblk, long firstLblk, int level, int following, boolean quiet)
      throws IOException {
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
    ByteBuffer bytes = level == 1 ? leaves.read(pblk, following) : image.read(pblk);
    if (bytes == null) {
      visitor.wrong(Problem.MAPPING_ITERATE_FAILED, pblk, "cannot be read");
      return;
    }
    long covered = 1;
    for (int i = 1; i < level; i++) {
      covered *= perBlock;
    }
    for (int i = 0; i < perBlock; i += STRIDE) {
      if (!isZero(bytes, i)) {
        children(bytes, i, firstLblk + i * covered, covered, level - 1, critical);
      }
    }
  }

  private static boolean isZero(ByteBuffer bytes, int first) {
    long any = 0;
    for (int i = 0; i < STRIDE; i += 2) {
      any |= LittleEndian.i64(bytes, 4 * (first + i));
    }
    return any == 0;
  }

  private void children(
      ByteBuffer bytes, int first, long firstLblk, long covered, int level, boolean quiet)
      throws IOException {
    for (int i = 0; i < STRIDE; i++) {
      long child = LittleEndian.u32(bytes, 4 * (first + i));
      long lblk = firstLblk + i * covered;
      if (level == 0) {
        data(lblk, child, quiet);
      } else if (child != 0) {
        tree(child, lblk, level, following(bytes, first + i), quiet);
      }
    }
  }

  /** How many of the next entries behind {@code at} name the blocks behind its own. */
  private int following(ByteBuffer bytes, int at) {
    long pblk = LittleEndian.u32(bytes, 4 * at);
    int next = at + 1;
    while (next < Math.min(perBlock, at + LOOK_AHEAD)
        && LittleEndian.u32(bytes, 4 * next) == pblk + (next - at)) {
      next++;
    }
    return next - at - 1;
  }
}
