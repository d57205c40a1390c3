package org.ext4map.inspect;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.ext4map.Ext4File;
import org.ext4map.Ext4Image;
import org.ext4map.inspect.BlockRole.Purpose;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.Extent;
import org.ext4map.model.TreeNode;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.InodeRecord;
import org.ext4map.ondisk.Superblock;

/**
 * What blocks are for: {@code icheck} of debugfs, for many blocks in one search. Looks at fixed
 * places and through the maps of all inodes.
 */
public final class RoleFinder {
  /**
   * Roles kept for one block; a sound image has one, or a thousand inodes that share attributes.
   */
  private static final int MOST_ROLES = 64;

  private static final int BAD_BLOCKS_INO = 1;
  private static final int RESIZE_INO = 7;

  private final Ext4Image image;
  private final Geometry geometry;
  private final long[] blocks;
  private final List<List<BlockRole>> roles = new ArrayList<>();
  private long walked;

  private RoleFinder(Ext4Image image, long[] sortedBlocks) {
    this.image = image;
    this.geometry = image.geometry();
    this.blocks = sortedBlocks;
    for (int i = 0; i < blocks.length; i++) {
      roles.add(List.of());
    }
  }

  /**
   * What was found.
   *
   * @param roles for each block that was asked for, in the order asked; at most 64 a block
   * @param unread inodes and descriptors that might own one of the blocks and could not be read
   */
  public record Found(List<List<BlockRole>> roles, Unread unread) {
    /** Keeps its own list. */
    public Found {
      roles = List.copyOf(roles);
    }
  }

  /**
   * The roles of {@code blocks}. Memory: what is asked for; time: a walk over the whole image.
   *
   * @param blocks ascending, no block twice
   */
  public static Found find(Ext4Image image, long[] blocks, Progress progress) throws IOException {
    RoleFinder finder = new RoleFinder(image, blocks.clone());
    Unread unread = new FixedPlaces(image, finder::fixed).run(progress);
    unread.add(new InodeScan(image, progress).run(finder::inode));
    return new Found(finder.roles, unread);
  }

  private void fixed(BlockRole.Structure structure, long group, long first, long count) {
    for (int i = firstAtOrAfter(first); i < blocks.length && blocks[i] < first + count; i++) {
      add(i, FixedPlaces.role(geometry, structure, group, first, blocks[i]));
    }
  }

  private int firstAtOrAfter(long block) {
    int found = Arrays.binarySearch(blocks, block);
    return found < 0 ? -found - 1 : found;
  }

  private void add(int i, BlockRole role) {
    if (roles.get(i).isEmpty()) {
      roles.set(i, new ArrayList<>(1));
    }
    if (roles.get(i).size() < MOST_ROLES) {
      roles.get(i).add(role);
    }
  }

  private boolean inode(Ext4File file) throws IOException {
    InodeRecord record = file.record();
    if (record.fileAcl() != 0) {
      eachAsked(record.fileAcl(), 1, i -> add(i, new BlockRole.Attributes(file.ino())));
    }
    if (file.ino() == RESIZE_INO) {
      // its map is a list of descriptor blocks, which have a role already
      long top = record.blockWord(13);
      eachAsked(top, 1, i -> add(i, new BlockRole.MapNode(RESIZE_INO, 1, 0, false)));
      return true;
    }
    file.forEachNode(
        node -> {
          node(file, node);
          return walked <= geometry.blocksCount();
        });
    if (walked > geometry.blocksCount()) {
      throw CorruptionException.of(
          "maps", "nodes", walked, "<= " + geometry.blocksCount(), "ino=" + file.ino());
    }
    return true;
  }

  private void node(Ext4File file, TreeNode node) {
    walked += node.level() == 0 ? 0 : 1;
    for (TreeNode.Child child : node.children()) {
      BlockRole role =
          new BlockRole.MapNode(file.ino(), node.level() + 1, child.lblk(), file.hasExtents());
      eachAsked(child.pblk(), 1, i -> add(i, role));
    }
    for (Extent extent : node.extents()) {
      eachAsked(
          extent.pblk(),
          extent.length(),
          i -> {
            long lblk = extent.lblk() + blocks[i] - extent.pblk();
            add(
                i,
                new BlockRole.Contents(
                    file.ino(), purpose(image.superblock(), file), lblk, extent));
          });
    }
  }

  private interface Each {
    void accept(int index);
  }

  private void eachAsked(long first, long count, Each each) {
    for (int i = firstAtOrAfter(first); i < blocks.length && blocks[i] < first + count; i++) {
      each.accept(i);
    }
  }

  /** What the contents of {@code file} are. */
  static Purpose purpose(Superblock superblock, Ext4File file) {
    long ino = file.ino();
    if (ino == BAD_BLOCKS_INO) {
      return Purpose.BAD_BLOCKS;
    }
    if (ino == RESIZE_INO) {
      return Purpose.RESIZE;
    }
    if (ino == superblock.journalInum()) {
      return Purpose.JOURNAL;
    }
    if (ino == superblock.userQuotaInum()
        || ino == superblock.groupQuotaInum()
        || ino == superblock.projectQuotaInum()) {
      return Purpose.QUOTA;
    }
    if (ino == superblock.orphanFileInum()) {
      return Purpose.ORPHAN_FILE;
    }
    if (file.record().hasFlag(InodeRecord.EA_INODE_FL)) {
      return Purpose.ATTRIBUTE_VALUE;
    }
    return switch (file.type()) {
      case REGULAR -> Purpose.FILE;
      case DIRECTORY -> Purpose.DIRECTORY;
      case SYMLINK -> Purpose.SYMLINK;
      default -> Purpose.UNKNOWN;
    };
  }
}
