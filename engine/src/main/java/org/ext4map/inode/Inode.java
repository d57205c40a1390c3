package org.ext4map.inode;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.ext4map.map.BlockMapper;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.MapIntent;
import org.ext4map.model.Mapping;
import org.ext4map.ondisk.FileType;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.InodeRecord;
import org.ext4map.status.ExtentStatusCache;
import org.ext4map.status.StatusBudget;
import org.ext4map.tree.BlockTree;
import org.ext4map.tree.ExtentVisitor;
import org.ext4map.tree.NodeVisitor;
import org.ext4map.tree.TreeContext;
import org.ext4map.tree.TreeRoot;
import org.ext4map.tree.extent.ExtentTree;
import org.ext4map.tree.indirect.IndirectTree;
import org.jspecify.annotations.Nullable;

/** One inode in memory: struct ext4_inode_info. Threads: any. */
public final class Inode implements TreeRoot {
  private static final int POINTER_BYTES = 4;
  private static final int DIRECT_BLOCKS = 12;

  private final Geometry geometry;
  private final long ino;
  private final InodeRecord record;
  private final Layout layout;
  private final ByteBuffer iBlock;
  private final @Nullable BlockMapper mapper;

  Inode(TreeContext trees, StatusBudget budget, long ino, InodeRecord record) {
    this.geometry = trees.geometry();
    this.ino = ino;
    this.record = record;
    this.layout = Layout.of(geometry, record);
    this.iBlock = ByteBuffer.allocate(InodeRecord.I_BLOCK_BYTES);
    iBlock.put(0, record.bytes(), record.base() + InodeRecord.I_BLOCK, InodeRecord.I_BLOCK_BYTES);
    this.mapper =
        switch (layout) {
          case EXTENTS -> mapper(trees, budget, new ExtentTree(trees, this));
          case INDIRECT -> mapper(trees, budget, new IndirectTree(trees, this));
          case INLINE, NONE -> null;
        };
  }

  private BlockMapper mapper(TreeContext trees, StatusBudget budget, BlockTree tree) {
    return new BlockMapper(ino, tree, trees.zones(), new ExtentStatusCache(budget));
  }

  @Override
  public long ino() {
    return ino;
  }

  @Override
  public int generation() {
    return record.generation();
  }

  @Override
  public ByteBuffer iBlock() {
    return iBlock;
  }

  /** The slot; never changes. */
  public InodeRecord record() {
    return record;
  }

  /** What i_mode says it is. */
  public FileType type() {
    return record.type();
  }

  /** i_size in bytes. */
  public long size() {
    return record.size();
  }

  /** What i_block is. */
  public Layout layout() {
    return layout;
  }

  /** The seed of the checksums of everything that belongs to this inode. */
  public int checksumSeed() {
    return geometry.inodeChecksumSeed(ino, record.generation());
  }

  /** Logical blocks that the map can reach: 2^32−1, or fewer in an indirect map. */
  public long maxBlocks() {
    if (layout != Layout.INDIRECT) {
      return Geometry.maxLogicalBlocks();
    }
    long pointers = geometry.blockSize() / POINTER_BYTES;
    long reach = DIRECT_BLOCKS + pointers * (1 + pointers * (1 + pointers));
    return Math.min(Geometry.maxLogicalBlocks(), reach);
  }

  /**
   * Maps the run of blocks that starts at {@code lblk}; see {@link BlockMapper#mapBlocks}.
   *
   * @throws CorruptionException if the tree breaks a rule; also if the inode has no map
   * @throws IllegalArgumentException if {@code lblk} is not in 0 … 2^32−2, or {@code len} < 1
   */
  public void map(long lblk, int len, Mapping out) throws IOException {
    requireMapper().mapBlocks(MapIntent.LOOKUP, lblk, len, out);
  }

  /** Shows the entries of the map as they stand; see {@link BlockMapper#forEachExtent}. */
  public void forEachExtent(long fromLblk, ExtentVisitor visitor) throws IOException {
    requireMapper().forEachExtent(fromLblk, visitor);
  }

  /** Shows the nodes of the map top down; see {@link BlockMapper#forEachNode}. */
  public void forEachNode(NodeVisitor visitor) throws IOException {
    requireMapper().forEachNode(visitor);
  }

  /** Levels of the map below its root; see {@link BlockMapper#depth}. */
  public int depth() throws IOException {
    return requireMapper().depth();
  }

  private BlockMapper requireMapper() throws CorruptionException {
    if (mapper == null) {
      throw CorruptionException.ofText(
          "inode", "i_block", layout.toString(), "EXTENTS or INDIRECT", "ino=" + ino);
    }
    return mapper;
  }
}
