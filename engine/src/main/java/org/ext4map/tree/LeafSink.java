package org.ext4map.tree;

import org.ext4map.ondisk.ExtentNode;
import org.ext4map.ondisk.IndirectBlock;

/**
 * Is offered each leaf that a lookup meets, already checked; the status cache fills itself from it.
 * Called with dataSem held; must not keep the node.
 */
public interface LeafSink {
  /** Wants nothing. */
  LeafSink NONE =
      new LeafSink() {
        @Override
        public void leaf(ExtentNode node, long knownFrom, long knownTo) {}

        @Override
        public void pointers(IndirectBlock block, long knownFrom, long knownTo) {}
      };

  /**
   * A leaf of an extent tree, possibly empty. It answers for {@code [knownFrom, knownTo)}: what its
   * entries do not cover there is a hole.
   */
  void leaf(ExtentNode node, long knownFrom, long knownTo);

  /**
   * The lowest level of an indirect map. It answers for {@code [knownFrom, knownTo)}, where pointer
   * {@code i} stands for block {@code knownFrom + i}: 0 is a hole, all else is written.
   */
  void pointers(IndirectBlock block, long knownFrom, long knownTo);
}
