package org.ext4map.tree.extent;

import org.ext4map.model.CorruptionException;
import org.ext4map.ondisk.ExtentNode;
import org.ext4map.ondisk.Geometry;
import org.ext4map.tree.TreeContext;

/**
 * Is this a sound node of that inode? __ext4_ext_check and ext4_valid_extent_entries (Linux
 * fs/ext4/extents.c), in that order, less what depends on the parent. Immutable.
 */
final class NodeCheck {
  private static final String NAME = "extent node";

  private final TreeContext context;
  private final long ino;
  private final int checksumSeed;

  NodeCheck(TreeContext context, long ino, int generation) {
    this.context = context;
    this.ino = ino;
    this.checksumSeed = context.geometry().inodeChecksumSeed(ino, generation);
  }

  /** The root: its depth is what it says, up to the limit, and it has no checksum of its own. */
  void checkRoot(ExtentNode root) throws CorruptionException {
    String place = "ino=" + ino + " i_block";
    checkHeader(root, ExtentNode.MAX_DEPTH, ExtentNode.capacityOf(ExtentNode.ROOT_BYTES), place);
    checkEntries(root, place);
  }

  /** A node that fills block {@code pblk}. */
  void checkBlock(ExtentNode node, long pblk) throws CorruptionException {
    String place = place(pblk);
    int capacity = ExtentNode.capacityOf(context.geometry().blockSize());
    checkHeader(node, ExtentNode.MAX_DEPTH - 1, capacity, place);
    checkEntries(node, place);
    if (context.geometry().hasMetadataChecksums()) {
      int computed = node.computeChecksum(checksumSeed);
      if (computed != node.checksum()) {
        throw CorruptionException.checksum(NAME, "et_checksum", node.checksum(), computed, place);
      }
    }
  }

  /** A sound node, but is it the child that its parent means? */
  void checkPlace(ExtentNode node, long pblk, int depth, long key, long end)
      throws CorruptionException {
    if (node.depth() != depth) {
      throw bad("eh_depth", node.depth(), "" + depth, place(pblk));
    }
    int last = node.entries() - 1;
    if (last < 0) {
      return;
    }
    if (node.key(0) != key) {
      String field = depth == 0 ? "ee_block of entry 0" : "ei_block of entry 0";
      throw bad(field, node.key(0), key + " (the parent's key)", place(pblk));
    }
    long reached = depth == 0 ? node.key(last) + node.length(last) : node.key(last) + 1;
    if (reached > end) {
      String field = "end of entry " + last;
      throw bad(field, reached, "<= " + end + " (the parent's next key)", place(pblk));
    }
  }

  private void checkHeader(ExtentNode node, int maxDepth, int maxCapacity, String place)
      throws CorruptionException {
    if (node.magic() != ExtentNode.MAGIC) {
      throw bad("eh_magic", node.magic(), "" + ExtentNode.MAGIC, place);
    }
    if (node.depth() > maxDepth) {
      throw bad("eh_depth", node.depth(), "<= " + maxDepth, place);
    }
    if (node.capacity() < 1 || node.capacity() > maxCapacity) {
      throw bad("eh_max", node.capacity(), "1 … " + maxCapacity, place);
    }
    if (node.entries() > node.capacity()) {
      throw bad("eh_entries", node.entries(), "<= " + node.capacity(), place);
    }
    if (node.entries() == 0 && node.depth() > 0) {
      throw bad("eh_entries", 0, ">= 1 in an index node", place);
    }
  }

  private void checkEntries(ExtentNode node, String place) throws CorruptionException {
    long free = 0;
    for (int i = 0; i < node.entries(); i++) {
      if (node.depth() > 0) {
        checkIndex(node, i, free, place);
        free = node.key(i) + 1;
      } else {
        checkExtent(node, i, free, place);
        free = node.key(i) + node.length(i);
      }
    }
  }

  private void checkIndex(ExtentNode node, int i, long free, String place)
      throws CorruptionException {
    if (node.key(i) < free || node.key(i) >= Geometry.maxLogicalBlocks()) {
      throw bad("ei_block of entry " + i, node.key(i), free + " … 4294967294", place);
    }
    if (!context.zones().allows(node.child(i), 1, ino)) {
      String allowed = "a block that the inode may own";
      throw bad("ei_leaf of entry " + i, node.child(i), allowed, place);
    }
  }

  private void checkExtent(ExtentNode node, int i, long free, String place)
      throws CorruptionException {
    int length = node.length(i);
    if (length == 0) {
      throw bad("ee_len of entry " + i, 0, ">= 1", place);
    }
    if (node.key(i) < free) {
      throw bad("ee_block of entry " + i, node.key(i), ">= " + free, place);
    }
    if (node.key(i) + length > Geometry.maxLogicalBlocks()) {
      String allowed = "<= " + (Geometry.maxLogicalBlocks() - node.key(i));
      throw bad("ee_len of entry " + i, length, allowed, place);
    }
    if (!context.zones().allows(node.pblk(i), length, ino)) {
      String allowed = "a run of " + length + " blocks that the inode may own";
      throw bad("ee_start of entry " + i, node.pblk(i), allowed, place);
    }
  }

  private String place(long pblk) {
    return "ino=" + ino + " pblk=" + pblk;
  }

  private static CorruptionException bad(String field, long found, String allowed, String place) {
    return CorruptionException.of(NAME, field, found, allowed, place);
  }
}
