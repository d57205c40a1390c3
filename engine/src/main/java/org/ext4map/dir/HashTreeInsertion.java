package org.ext4map.dir;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.ext4map.buffer.MetaBlock;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.FileName;
import org.ext4map.model.NoSpaceException;
import org.ext4map.ondisk.DirBlock;
import org.ext4map.ondisk.DirEntry;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.HashTreeNode;
import org.ext4map.ondisk.HashVersion;
import org.ext4map.ondisk.InodeRecord;
import org.ext4map.ondisk.NameHash;

/**
 * One insertion into a hashed directory: ext4_dx_add_entry, make_indexed_dir.
 *
 * <pre>
 *   leaf full        two leaves, split by hash; the index above gets an entry
 *   index full       two nodes, and so on upwards
 *   root full        its entries go down into a node of their own: one level more
 * </pre>
 *
 * All blocks that change are announced and all new ones are there before the first byte changes.
 */
final class HashTreeInsertion {
  private final EditableBlocks blocks;
  private final BlockDirectory reader;
  private final Geometry geometry;

  /** New blocks that are not used yet, the next one first. */
  private final Deque<Fresh> fresh = new ArrayDeque<>();

  /** Index blocks whose bytes have changed. */
  private final Map<Long, BlockDirectory.Index> changed = new LinkedHashMap<>();

  private record Fresh(long lblk, MetaBlock block) {}

  HashTreeInsertion(EditableBlocks blocks, BlockDirectory reader) {
    this.blocks = blocks;
    this.reader = reader;
    this.geometry = blocks.geometry();
  }

  /**
   * Adds a name that is not there.
   *
   * @throws NoSpaceException if the index is full, or there is no block to grow
   */
  void insert(DirEntry entry) throws IOException {
    HashedLookup lookup = new HashedLookup(reader);
    lookup.descend(entry.name());
    List<HashedLookup.Step> path = lookup.path();
    requireDistinct(path, lookup.leaf());
    BlockDirectory.Leaf leaf = reader.readLeaf(lookup.leaf());
    DirBlock entries = leaf.entries();
    entries.verifyEntries(reader.place(leaf.lblk()));
    int at = entries.roomFor(entry.name().length());
    if (at >= 0) {
      blocks.willChange(leaf.block());
      entries.insert(at, entry.ino(), entry.type(), entry.name());
      seal(leaf.block(), entries);
      return;
    }
    blocks.willChange(leaf.block());
    int toSplit = announceIndexes(path);
    takeBlocks(1 + toSplit);
    LeafSplit split = new LeafSplit(geometry, leaf.block().bytes(), 0, lookup.hasher());
    Fresh upper = fresh.remove();
    fill(split, leaf.block(), upper.block, entry, lookup.hasher());
    addToIndex(path, path.size() - 1, split.key(), upper.lblk);
    for (BlockDirectory.Index index : changed.values()) {
      seal(index);
    }
  }

  /** A damaged index could lead to a block twice; changing that would spread the damage. */
  private void requireDistinct(List<HashedLookup.Step> path, long leaf) throws CorruptionException {
    Set<Long> seen = new HashSet<>(Set.of(leaf));
    for (HashedLookup.Step step : path) {
      if (!seen.add(step.index.lblk())) {
        throw CorruptionException.of(
            "htree node",
            "block",
            step.index.lblk(),
            "a block that is not on the path already",
            "ino=" + blocks.ino());
      }
    }
  }

  /**
   * Announces the index blocks that one more leaf changes.
   *
   * @return how many blocks the index needs for that
   */
  private int announceIndexes(List<HashedLookup.Step> path) throws IOException {
    int needed = 0;
    int level = path.size() - 1;
    while (level > 0 && path.get(level).node().isFull()) {
      needed++;
      level--;
    }
    HashTreeNode root = path.get(0).node();
    if (level == 0 && root.isFull()) {
      int most = HashTreeNode.maxIndirectLevels(geometry);
      if (root.indirectLevels() >= most) {
        throw new NoSpaceException(
            "directory ino=" + blocks.ino() + ": htree is full, indirect_levels=" + most);
      }
      needed++;
    }
    for (; level < path.size(); level++) {
      blocks.willChange(path.get(level).index.block());
    }
    return needed;
  }

  private void takeBlocks(int number) throws IOException {
    long lblk = blocks.count();
    for (MetaBlock block : blocks.grow(number)) {
      fresh.add(new Fresh(lblk++, block));
    }
  }

  private void fill(
      LeafSplit split, MetaBlock lower, MetaBlock upper, DirEntry entry, NameHash hasher)
      throws IOException {
    DirBlock lowerEntries = DirBlock.ofBlock(geometry, lower.bytes(), 0);
    DirBlock upperEntries = DirBlock.ofBlock(geometry, upper.bytes(), 0);
    split.fillLower(lowerEntries);
    split.fillUpper(upperEntries);
    split.insert(lowerEntries, upperEntries, entry, hasher);
    seal(lower, lowerEntries);
    seal(upper, upperEntries);
  }

  /**
   * Adds an entry behind the one that was taken at {@code level}, making room where there is none.
   */
  private void addToIndex(List<HashedLookup.Step> path, int level, long hash, long lblk) {
    HashedLookup.Step step = path.get(level);
    if (step.node().isFull()) {
      if (level == 0) {
        step = lowerRoot(path);
      } else {
        step = splitNode(path, level);
      }
    }
    step.node().insert(step.entry + 1, hash, lblk);
    changed.put(step.index.lblk(), step.index);
  }

  /** Moves the root's entries into a node below it; answers the step through that node. */
  private HashedLookup.Step lowerRoot(List<HashedLookup.Step> path) {
    HashedLookup.Step root = path.get(0);
    BlockDirectory.Index below = freshNode();
    root.node().moveTail(0, below.node());
    root.node().insert(0, 0, below.lblk());
    root.node().setIndirectLevels(root.node().indirectLevels() + 1);
    HashedLookup.Step step = new HashedLookup.Step(below, root.entry);
    root.entry = 0;
    path.add(1, step);
    changed.put(root.index.lblk(), root.index);
    return step;
  }

  /** Moves the upper half of a node into a new one; answers the step through the right half. */
  private HashedLookup.Step splitNode(List<HashedLookup.Step> path, int level) {
    HashedLookup.Step step = path.get(level);
    BlockDirectory.Index upper = freshNode();
    int half = step.node().count() / 2;
    long hash = step.node().storedHash(half);
    step.node().moveTail(half, upper.node());
    changed.put(step.index.lblk(), step.index);
    addToIndex(path, level - 1, hash, upper.lblk());
    return step.entry < half ? step : new HashedLookup.Step(upper, step.entry - half);
  }

  private BlockDirectory.Index freshNode() {
    Fresh taken = fresh.remove();
    HashTreeNode node = new HashTreeNode(geometry, taken.block.bytes(), false);
    node.format(0);
    BlockDirectory.Index index = new BlockDirectory.Index(taken.lblk, taken.block, node);
    changed.put(taken.lblk, index);
    return index;
  }

  /**
   * Turns a directory of one full block into a hashed one with two leaves, and adds a name.
   *
   * @param hashVersion how the root says names hash
   */
  void makeHashed(int hashVersion, DirEntry entry) throws IOException {
    BlockDirectory.Leaf first = reader.readLeaf(0);
    requireDotsFirst(first.entries());
    MetaBlock block = first.block();
    blocks.willChange(block);
    takeBlocks(2);
    blocks.setFlags(blocks.flags() | InodeRecord.INDEX_FL);

    NameHash hasher =
        new NameHash(HashVersion.of(hashVersion, blocks.superblock().flags()), blocks.superblock());
    int behindDots = BlockDirectory.DOT_DOT + first.entries().recordLength(BlockDirectory.DOT_DOT);
    LeafSplit split = new LeafSplit(geometry, block.bytes(), behindDots, hasher);
    Fresh lower = fresh.remove();
    Fresh upper = fresh.remove();
    fill(split, lower.block, upper.block, entry, hasher);
    HashTreeNode root = new HashTreeNode(geometry, block.bytes(), true);
    root.format(hashVersion);
    root.insert(0, 0, lower.lblk);
    root.insert(1, split.key(), upper.lblk);
    seal(new BlockDirectory.Index(0, block, root));
  }

  private void requireDotsFirst(DirBlock entries) throws CorruptionException {
    String place = reader.place(0).toString();
    if (entries.recordLength(0) != BlockDirectory.DOT_DOT
        || !entries.matches(0, FileName.of("."))) {
      throw CorruptionException.ofText(
          "directory block", "first entry", entries.name(0).toString(), ". of 12 bytes", place);
    }
    if (!entries.matches(BlockDirectory.DOT_DOT, FileName.of(".."))) {
      String found = entries.name(BlockDirectory.DOT_DOT).toString();
      throw CorruptionException.ofText("directory block", "second entry", found, "..", place);
    }
  }

  private void seal(BlockDirectory.Index index) throws IOException {
    index.node().updateChecksum(blocks.seed());
    blocks.changed(index.block());
  }

  private void seal(MetaBlock block, DirBlock entries) throws IOException {
    entries.updateChecksum(blocks.seed());
    blocks.changed(block);
  }
}
