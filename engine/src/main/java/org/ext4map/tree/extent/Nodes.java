package org.ext4map.tree.extent;

import java.io.IOException;
import org.ext4map.buffer.Links;
import org.ext4map.buffer.MetaBlock;
import org.ext4map.model.CorruptionException;
import org.ext4map.ondisk.ExtentNode;
import org.ext4map.ondisk.Geometry;
import org.ext4map.tree.TreeContext;
import org.ext4map.tree.TreeRoot;
import org.jspecify.annotations.Nullable;

/**
 * The nodes of one tree, each checked before it is used. Reading: any number of threads with
 * dataSem shared; the version changes with dataSem exclusive.
 */
final class Nodes {
  private final TreeContext context;
  private final ExtentNode root;
  private final Links rootLinks = new Links(ExtentNode.capacityOf(ExtentNode.ROOT_BYTES));
  private final NodeCheck check;
  private final long tag;
  private final int nodeCapacity;
  private final MetaBlock.@Nullable Seal seal;
  private final TreePath path;

  /** Set after the root passed its check; a lost update costs one more check. */
  private boolean rootChecked;

  /** Counts changes, so that a search path from before one is known to be stale. */
  private int version;

  /** Counts changes that reach beyond one leaf, so that the way to another may be another one. */
  private int shape;

  Nodes(TreeContext context, TreeRoot treeRoot, int nodeCapacity) {
    this.context = context;
    this.root = new ExtentNode(treeRoot.iBlock(), 0);
    this.path = new TreePath(this, root);
    this.check = new NodeCheck(context, treeRoot.ino(), treeRoot.generation());
    this.tag = MetaBlock.tag('E', treeRoot.ino(), treeRoot.generation());
    this.nodeCapacity = nodeCapacity;
    this.seal = seal(context.geometry(), treeRoot);
  }

  private static MetaBlock.@Nullable Seal seal(Geometry geometry, TreeRoot treeRoot) {
    int seed = geometry.inodeChecksumSeed(treeRoot.ino(), treeRoot.generation());
    return geometry.hasMetadataChecksums()
        ? bytes -> new ExtentNode(bytes, 0).updateChecksum(seed)
        : null;
  }

  /**
   * The way down to the leaf for {@code lblk}. One object, so the way before this one is lost; for
   * whoever holds dataSem exclusively.
   */
  TreePath pathTo(long lblk) throws IOException {
    path.lead(lblk);
    return path;
  }

  ExtentNode root() throws CorruptionException {
    if (!rootChecked) {
      check.checkRoot(root);
      rootChecked = true;
    }
    return root;
  }

  /**
   * The child of a node.
   *
   * @param above the node's block; null for the root
   * @param i the entry of the node
   * @param end where the entry's part of the file ends
   */
  MetaBlock child(@Nullable MetaBlock above, int i, long end) throws IOException {
    ExtentNode parent = above == null ? root : above.extentNode();
    Links links = above == null ? rootLinks : above.links(parent.capacity());
    long pblk = parent.child(i);
    MetaBlock block = context.cache().read(pblk, links, i);
    ExtentNode node = block.extentNode();
    if (block.verifiedAs() != tag) {
      check.checkBlock(node, pblk);
      block.markVerified(tag);
    }
    check.checkPlace(node, pblk, parent.depth() - 1, parent.key(i), end);
    return block;
  }

  /** Where the part of entry {@code i} ends: at the next key, or where its node's part ends. */
  static long endOf(ExtentNode node, int i, long end) {
    return i + 1 < node.entries() ? node.key(i + 1) : end;
  }

  /** Entries that a new node gets. */
  int nodeCapacity() {
    return nodeCapacity;
  }

  /** Makes {@code block} a node of this tree that needs no check, sealed when it is written. */
  void adopt(MetaBlock block) {
    block.markVerified(tag);
    if (seal != null) {
      block.sealWith(seal);
    }
  }

  int version() {
    return version;
  }

  int shape() {
    return shape;
  }

  /** All search paths are stale from now on. */
  void bumpVersion() {
    version = version + 1 & Integer.MAX_VALUE;
  }

  /** The same, and so are the ways to all leaves: nodes have come or gone, or begin elsewhere. */
  void bumpShape() {
    shape = shape + 1 & Integer.MAX_VALUE;
    bumpVersion();
    path.expire();
  }
}
