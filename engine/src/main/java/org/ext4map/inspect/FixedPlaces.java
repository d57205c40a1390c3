package org.ext4map.inspect;

import java.io.IOException;
import org.ext4map.Ext4Image;
import org.ext4map.inspect.BlockRole.Structure;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.GroupDescriptor;

/** Where superblocks, descriptors, bitmaps and inode tables are. */
final class FixedPlaces {
  private final Ext4Image image;
  private final Geometry geometry;
  private final Visitor visitor;

  /** Is shown a run of blocks. */
  @FunctionalInterface
  interface Visitor {
    /**
     * Blocks of one structure.
     *
     * @param group see {@link BlockRole.Fixed}
     * @param first the first block
     * @param count blocks
     */
    void visit(Structure structure, long group, long first, long count) throws IOException;
  }

  FixedPlaces(Ext4Image image, Visitor visitor) {
    this.image = image;
    this.geometry = image.geometry();
    this.visitor = visitor;
  }

  /** Shows all there are, group by group; answers which descriptors could not be read. */
  Unread run(Progress progress) throws IOException {
    Unread unread = new Unread();
    if (geometry.superblockBlock() > 0) {
      visitor.visit(Structure.BOOT_BLOCK, 0, 0, geometry.superblockBlock());
    }
    if (geometry.has(Feature.MMP)) {
      long block = image.superblock().mmpBlock();
      visitor.visit(Structure.MULTIPLE_MOUNT_PROTECTION, 0, block, 1);
    }
    for (long each = 0; each < geometry.groupCount(); each++) {
      long group = each;
      progress.step("group descriptors", group, geometry.groupCount());
      visitBase(group);
      unread.during(() -> visitTables(image.group(group)));
    }
    return unread;
  }

  /** Superblock, descriptors and reserved blocks at the start of a group. */
  private void visitBase(long group) throws IOException {
    // a file system of 1 KiB blocks in clusters starts in block 0, its superblock is in block 1
    long block = group == 0 ? geometry.superblockBlock() : geometry.firstBlockOf(group);
    long end = block + geometry.baseMetaBlocks(group);
    if (geometry.hasSuper(group)) {
      visitor.visit(Structure.SUPERBLOCK, group, block, 1);
      block++;
    }
    long descriptors = geometry.isMetaBg(group / geometry.descsPerBlock()) ? 1 : listed();
    long count = Math.min(descriptors, end - block);
    if (count > 0) {
      visitor.visit(Structure.GROUP_DESCRIPTORS, group, block, count);
    }
    if (end - block - count > 0) {
      visitor.visit(Structure.RESERVED_DESCRIPTORS, group, block + count, end - block - count);
    }
  }

  /** Descriptor blocks that every group with a superblock holds. */
  private long listed() {
    return geometry.has(Feature.META_BG) ? geometry.firstMetaBg() : geometry.descBlockCount();
  }

  private void visitTables(GroupDescriptor group) throws IOException {
    visitor.visit(Structure.BLOCK_BITMAP, group.group(), group.blockBitmap(), 1);
    visitor.visit(Structure.INODE_BITMAP, group.group(), group.inodeBitmap(), 1);
    visitor.visit(
        Structure.INODE_TABLE, group.group(), group.inodeTable(), geometry.inodeTableBlocks());
  }

  /** The role of {@code block} in a run that starts at {@code start}. */
  static BlockRole.Fixed role(
      Geometry geometry, Structure structure, long group, long start, long block) {
    return switch (structure) {
      case INODE_TABLE -> {
        long perBlock = geometry.blockSize() / geometry.inodeSize();
        long index = (block - start) * perBlock;
        long base = group * geometry.inodesPerGroup() + 1;
        long last = Math.min(index + perBlock, geometry.inodesPerGroup()) - 1;
        yield new BlockRole.Fixed(structure, group, base + index, base + last);
      }
      case GROUP_DESCRIPTORS -> {
        int perBlock = geometry.descsPerBlock();
        long index = geometry.isMetaBg(group / perBlock) ? group / perBlock : block - start;
        long last = Math.min((index + 1) * perBlock, geometry.groupCount()) - 1;
        yield new BlockRole.Fixed(structure, group, index * perBlock, last);
      }
      default -> new BlockRole.Fixed(structure, group, group, group);
    };
  }
}
