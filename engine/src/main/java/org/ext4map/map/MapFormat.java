package org.ext4map.map;

import java.io.IOException;
import java.util.function.LongSupplier;
import org.ext4map.model.Extent;
import org.ext4map.model.UnsupportedFeatureException;
import org.ext4map.ondisk.ExtentNode;
import org.ext4map.ondisk.Geometry;
import org.ext4map.tree.BlockTree;
import org.ext4map.tree.TreeEdit;
import org.ext4map.tree.extent.ExtentConverter;
import org.ext4map.tree.extent.ExtentEditor;
import org.ext4map.tree.extent.ExtentTree;
import org.ext4map.tree.indirect.IndirectTree;

/**
 * The two kinds of tree, as far as a change has to know which one it is. Used again for each
 * change, under dataSem held exclusively.
 */
sealed interface MapFormat {
  /**
   * What stands behind {@code tree}.
   *
   * @param edit what all changes of it work with
   * @param sizeBlocks as {@link MapOwner#sizeBlocks}
   */
  static MapFormat of(BlockTree tree, Geometry geometry, TreeEdit edit, LongSupplier sizeBlocks) {
    if (tree instanceof ExtentTree extents) {
      int maxZeroOut = Extents.MAX_ZERO_OUT_BYTES / geometry.blockSize();
      return new Extents(extents.edit(edit), extents.convert(edit, sizeBlocks, maxZeroOut));
    }
    if (tree instanceof IndirectTree indirect) {
      return new Indirect(indirect, edit, geometry);
    }
    throw new IllegalArgumentException("tree " + tree.getClass() + " cannot be changed");
  }

  /** Blocks from this number on cannot be pointed to by {@code tree}. */
  static long blockLimit(BlockTree tree) {
    return tree instanceof IndirectTree ? Indirect.END_OF_POINTERS : Long.MAX_VALUE;
  }

  /** False if all that is mapped is readable. */
  boolean hasUnwritten();

  /** Blocks from {@code lblk} on that one insertion can map. */
  int longestRun(long lblk);

  /** Where the block should lie; {@code otherwise} if the map does not say. */
  long goal(long lblk, long otherwise) throws IOException;

  /** Maps a hole, at most {@link #longestRun} blocks of it. */
  void insert(Extent extent) throws IOException;

  /** Takes blocks away as far as the handle reaches; {@code from}, or where the rest ends. */
  long remove(long from, long to) throws IOException;

  /** What changes states. */
  ExtentConverter converter() throws IOException;

  /** The tree of extents; for what only that can do. */
  ExtentEditor extents() throws IOException;

  /** Extents. */
  record Extents(ExtentEditor extents, ExtentConverter converter) implements MapFormat {
    /** The kernel zeroes leftovers up to this size rather than split: extent_max_zeroout_kb. */
    private static final int MAX_ZERO_OUT_BYTES = 32 << 10;

    @Override
    public boolean hasUnwritten() {
      return true;
    }

    @Override
    public int longestRun(long lblk) {
      return ExtentNode.MAX_UNWRITTEN_LENGTH;
    }

    @Override
    public long goal(long lblk, long otherwise) throws IOException {
      return extents.goal(lblk, otherwise);
    }

    @Override
    public void insert(Extent extent) throws IOException {
      extents.insert(extent, false);
    }

    @Override
    public long remove(long from, long to) throws IOException {
      return extents.remove(from, to);
    }
  }

  /** Block pointers. */
  record Indirect(IndirectTree tree, TreeEdit edit, Geometry geometry) implements MapFormat {
    private static final int DIRECT = 12;
    private static final int POINTER_BYTES = 4;
    private static final long END_OF_POINTERS = 1L << 32;

    @Override
    public boolean hasUnwritten() {
      return false;
    }

    @Override
    public int longestRun(long lblk) {
      int perBlock = geometry.blockSize() / POINTER_BYTES;
      return (int) (lblk < DIRECT ? DIRECT - lblk : perBlock - (lblk - DIRECT) % perBlock);
    }

    @Override
    public long goal(long lblk, long otherwise) throws IOException {
      return tree.edit(edit).goal(lblk, otherwise);
    }

    @Override
    public void insert(Extent extent) throws IOException {
      int mapped = tree.edit(edit).insert(extent.lblk(), extent.length(), extent.pblk());
      assert mapped == extent.length() : mapped + " of " + extent;
    }

    @Override
    public long remove(long from, long to) throws IOException {
      return tree.edit(edit).remove(from, to);
    }

    @Override
    public ExtentConverter converter() throws IOException {
      throw refusal();
    }

    @Override
    public ExtentEditor extents() throws IOException {
      throw refusal();
    }

    private static UnsupportedFeatureException refusal() {
      return new UnsupportedFeatureException(
          "extent", "unwritten space and shifts in a file with block pointers", "inode i_flags");
    }
  }
}
