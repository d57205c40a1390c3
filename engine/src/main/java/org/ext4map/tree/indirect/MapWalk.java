package org.ext4map.tree.indirect;

import java.io.IOException;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.IndirectBlock;

/**
 * One walk over the map blocks of an inode, top down and left to right. Ends with a corruption
 * error once it has met more map blocks than the file system has blocks.
 */
final class MapWalk {
  /** Sees map blocks, each before those below it; answers false to end the walk. */
  @FunctionalInterface
  interface Visitor {
    boolean visit(IndirectBlock node, Position at) throws IOException;
  }

  /**
   * Where a map block stands.
   *
   * @param level 1 for a block that i_block points to
   * @param pblk the block
   * @param base the first logical block it answers for
   * @param unit logical blocks that each of its pointers answers for
   */
  record Position(int level, long pblk, long base, long unit) {}

  private final MapBlocks blocks;
  private final long fromLblk;
  private final Visitor visitor;
  private final long[] path = new long[IndirectTree.LEVELS + 1];
  private long met;

  MapWalk(MapBlocks blocks, long fromLblk, Visitor visitor) {
    this.blocks = blocks;
    this.fromLblk = fromLblk;
    this.visitor = visitor;
  }

  /** Walks all that {@code root} leads to from fromLblk on; false if the visitor ended it. */
  boolean run(IndirectBlock root) throws IOException {
    long base = IndirectTree.DIRECT;
    long size = blocks.perBlock();
    for (int slot = IndirectTree.DIRECT; slot < root.count(); slot++) {
      long pblk = root.pointer(slot);
      if (pblk != 0
          && base + size > fromLblk
          && !visit(new Position(1, pblk, base, size / blocks.perBlock()))) {
        return false;
      }
      base += size;
      size *= blocks.perBlock();
    }
    return true;
  }

  private boolean visit(Position at) throws IOException {
    if (at.base() >= Geometry.maxLogicalBlocks()) {
      return true;
    }
    blocks.requireFits("map blocks", ++met);
    path[at.level()] = at.pblk();
    IndirectBlock node = blocks.read(at.pblk()).pointers();
    if (!visitor.visit(node, at)) {
      return false;
    }
    int first = (int) Math.max(0, (fromLblk - at.base()) / at.unit());
    for (int i = first; at.unit() > 1 && i < node.count(); i++) {
      long next = node.pointer(i);
      if (next != 0) {
        blocks.requireNotAbove(next, at.pblk(), path[at.level() - 1]);
        long base = at.base() + i * at.unit();
        long unit = at.unit() / blocks.perBlock();
        if (!visit(new Position(at.level() + 1, next, base, unit))) {
          return false;
        }
      }
    }
    return true;
  }
}
