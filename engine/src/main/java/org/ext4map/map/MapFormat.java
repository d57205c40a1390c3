package org.ext4map.map;

import java.io.IOException;
import org.ext4map.model.Extent;
import org.ext4map.model.UnsupportedFeatureException;
import org.ext4map.ondisk.ExtentNode;
import org.ext4map.ondisk.Geometry;
import org.ext4map.tree.BlockTree;
import org.ext4map.tree.TreeEdit;
import org.ext4map.tree.extent.ExtentConverter;
import org.ext4map.tree.extent.ExtentTree;
import org.ext4map.tree.indirect.IndirectTree;

/** The two kinds of tree, as far as a change has to know which one it is. */
sealed interface MapFormat {
  /** What stands behind {@code tree}. */
  static MapFormat of(BlockTree tree, Geometry geometry) {
    if (tree instanceof ExtentTree extents) {
      return new Extents(extents, geometry);
    }
    if (tree instanceof IndirectTree indirect) {
      return new Indirect(indirect, geometry);
    }
    throw new IllegalArgumentException("tree " + tree.getClass() + " cannot be changed");
  }

  /** False if all that is mapped is readable. */
  boolean hasUnwritten();

  /** Blocks from {@code lblk} on that one insertion can map. */
  int longestRun(long lblk);

  /** Blocks from this number on cannot be pointed to. */
  long blockLimit();

  /** Where the block should lie; {@code otherwise} if the map does not say. */
  long goal(TreeEdit edit, long lblk, long otherwise) throws IOException;

  /** Maps a hole, at most {@link #longestRun} blocks of it. */
  void insert(TreeEdit edit, Extent extent) throws IOException;

  /** Takes blocks away as far as the handle reaches; {@code from}, or where the rest ends. */
  long remove(TreeEdit edit, long from, long to) throws IOException;

  /** What changes states; {@code sizeBlocks} as {@link MapOwner#sizeBlocks}. */
  ExtentConverter converter(TreeEdit edit, long sizeBlocks) throws IOException;

  /** The tree of extents; for what only that can do. */
  ExtentTree extents() throws IOException;

  /** Extents. */
  record Extents(ExtentTree tree, Geometry geometry) implements MapFormat {
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
    public long blockLimit() {
      return Long.MAX_VALUE;
    }

    @Override
    public long goal(TreeEdit edit, long lblk, long otherwise) throws IOException {
      return tree.edit(edit).goal(lblk, otherwise);
    }

    @Override
    public void insert(TreeEdit edit, Extent extent) throws IOException {
      tree.edit(edit).insert(extent, false);
    }

    @Override
    public long remove(TreeEdit edit, long from, long to) throws IOException {
      return tree.edit(edit).remove(from, to);
    }

    @Override
    public ExtentConverter converter(TreeEdit edit, long sizeBlocks) {
      return tree.convert(edit, sizeBlocks, MAX_ZERO_OUT_BYTES / geometry.blockSize());
    }

    @Override
    public ExtentTree extents() {
      return tree;
    }
  }

  /** Block pointers. */
  record Indirect(IndirectTree tree, Geometry geometry) implements MapFormat {
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
    public long blockLimit() {
      return END_OF_POINTERS;
    }

    @Override
    public long goal(TreeEdit edit, long lblk, long otherwise) throws IOException {
      return tree.edit(edit).goal(lblk, otherwise);
    }

    @Override
    public void insert(TreeEdit edit, Extent extent) throws IOException {
      int mapped = tree.edit(edit).insert(extent.lblk(), extent.length(), extent.pblk());
      assert mapped == extent.length() : mapped + " of " + extent;
    }

    @Override
    public long remove(TreeEdit edit, long from, long to) throws IOException {
      return tree.edit(edit).remove(from, to);
    }

    @Override
    public ExtentConverter converter(TreeEdit edit, long sizeBlocks) throws IOException {
      throw refusal();
    }

    @Override
    public ExtentTree extents() throws IOException {
      throw refusal();
    }

    private static UnsupportedFeatureException refusal() {
      return new UnsupportedFeatureException(
          "extent", "unwritten space and shifts in a file with block pointers", "inode i_flags");
    }
  }
}
