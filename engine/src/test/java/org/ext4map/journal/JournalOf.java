package org.ext4map.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.ext4map.device.BlockDevice;
import org.ext4map.model.Extent;
import org.ext4map.model.ExtentState;
import org.ext4map.ondisk.ExtentNode;
import org.ext4map.ondisk.LittleEndian;
import org.ext4map.ondisk.Superblock;

/**
 * The map of an image's journal, found without the tree: the superblock keeps a copy of the
 * journal's i_block.
 */
final class JournalOf {
  private JournalOf() {}

  static Superblock superblock(BlockDevice image) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(Superblock.BYTES);
    image.read(Superblock.OFFSET_BYTES, bytes);
    return new Superblock(bytes.clear(), 0);
  }

  static List<Extent> map(BlockDevice image, int blockSize) throws IOException {
    Superblock superblock = superblock(image);
    ByteBuffer root = ByteBuffer.allocate(ExtentNode.ROOT_BYTES);
    for (int i = 0; i < ExtentNode.ROOT_BYTES / 4; i++) {
      LittleEndian.put32(root, i * 4, superblock.journalBackup(i));
    }
    List<Extent> extents = new ArrayList<>();
    if (new ExtentNode(root, 0).magic() == ExtentNode.MAGIC) {
      collect(new ExtentNode(root, 0), image, blockSize, extents);
    } else {
      collectIndirect(root, image, blockSize, extents);
    }
    return extents;
  }

  private static void collect(
      ExtentNode node, BlockDevice image, int blockSize, List<Extent> extents) throws IOException {
    for (int i = 0; i < node.entries(); i++) {
      if (node.depth() == 0) {
        extents.add(node.extent(i));
      } else {
        ByteBuffer child = ByteBuffer.allocate(blockSize);
        image.read(node.child(i) * blockSize, child);
        collect(new ExtentNode(child.clear(), 0), image, blockSize, extents);
      }
    }
  }

  /**
   * Journals of images without extents: twelve blocks, then one block of numbers, then two levels.
   */
  private static void collectIndirect(
      ByteBuffer root, BlockDevice image, int blockSize, List<Extent> extents) throws IOException {
    for (int i = 0; i < 15; i++) {
      collectPointer(LittleEndian.u32(root, i * 4), Math.max(0, i - 11), image, blockSize, extents);
    }
  }

  private static void collectPointer(
      long pblk, int levels, BlockDevice image, int blockSize, List<Extent> extents)
      throws IOException {
    if (pblk == 0) {
      return;
    }
    if (levels == 0) {
      long lblk = extents.isEmpty() ? 0 : extents.get(extents.size() - 1).end();
      extents.add(new Extent(lblk, 1, pblk, ExtentState.WRITTEN));
      return;
    }
    ByteBuffer block = ByteBuffer.allocate(blockSize);
    image.read(pblk * blockSize, block);
    for (int i = 0; i < blockSize; i += 4) {
      collectPointer(LittleEndian.u32(block, i), levels - 1, image, blockSize, extents);
    }
  }
}
