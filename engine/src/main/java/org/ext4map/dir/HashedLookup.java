package org.ext4map.dir;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.FileName;
import org.ext4map.model.UnsupportedFeatureException;
import org.ext4map.ondisk.DirEntry;
import org.ext4map.ondisk.HashTreeNode;
import org.ext4map.ondisk.HashVersion;
import org.ext4map.ondisk.NameHash;
import org.jspecify.annotations.Nullable;

/**
 * One search by hash, root to leaf: ext4_dx_find_entry. Names of one hash may fill several leaves;
 * the search goes on while the next leaf says that it continues the one before.
 */
final class HashedLookup {
  private final BlockDirectory directory;
  private final DirectoryBlocks blocks;
  private final List<Step> path = new ArrayList<>();
  private @Nullable NameHash hasher;

  /** One index block on the path and the entry taken; {@code entry} moves on at collisions. */
  static final class Step {
    final BlockDirectory.Index index;
    int entry;

    Step(BlockDirectory.Index index, int entry) {
      this.index = index;
      this.entry = entry;
    }

    HashTreeNode node() {
      return index.node();
    }
  }

  HashedLookup(BlockDirectory directory) {
    this.directory = directory;
    this.blocks = directory.blocks();
  }

  /** The entry with this very name. */
  Optional<DirEntry> find(FileName name) throws IOException {
    OptionalLong leaf = leafOf(name);
    return leaf.isPresent() ? directory.findInLeaf(leaf.getAsLong(), name) : Optional.empty();
  }

  /** The leaf that a new name belongs into. */
  long firstLeafFor(FileName name) throws IOException {
    descend(name);
    return leaf();
  }

  /** The leaf that holds this very name. */
  OptionalLong leafOf(FileName name) throws IOException {
    long hash = descend(name);
    long leavesLeft = blocks.count();
    do {
      if (leavesLeft-- == 0) {
        throw CorruptionException.of(
            "htree",
            "leaves of one hash",
            blocks.count() + 1,
            "<= " + blocks.count(),
            "ino=" + blocks.ino());
      }
      if (directory.findInLeaf(leaf(), name).isPresent()) {
        return OptionalLong.of(leaf());
      }
    } while (stepToContinuation(hash));
    return OptionalLong.empty();
  }

  /** The leaf that the path leads to. */
  long leaf() {
    Step last = path.get(path.size() - 1);
    return last.node().block(last.entry);
  }

  private NameHash hashOf(HashTreeNode root) throws UnsupportedFeatureException {
    HashVersion version = HashVersion.of(root.hashVersion(), blocks.superblock().flags());
    if (version == HashVersion.SIPHASH) {
      throw new UnsupportedFeatureException(
          "casefold", "lookup by a keyed hash", "ino=" + blocks.ino());
    }
    return new NameHash(version, blocks.superblock());
  }

  /**
   * Goes down from the root, at each node by the entry that holds the hash.
   *
   * @return the hash
   */
  long descend(FileName name) throws IOException {
    path.clear();
    BlockDirectory.Index root = directory.readIndex(0);
    hasher = hashOf(root.node());
    long hash = hasher.of(name);
    Step step = new Step(root, root.node().search(hash));
    path.add(step);
    for (int level = 0; level < root.node().indirectLevels(); level++) {
      BlockDirectory.Index child = child(step);
      step = new Step(child, child.node().search(hash));
      path.add(step);
    }
    return hash;
  }

  /** From the root to the index block above the leaf; changes as the search moves on. */
  List<Step> path() {
    return path;
  }

  /** The hash that the root asks for; after {@link #descend}. */
  NameHash hasher() {
    if (hasher == null) {
      throw new IllegalStateException("no descent yet");
    }
    return hasher;
  }

  private BlockDirectory.Index child(Step step) throws IOException {
    long block = step.node().block(step.entry);
    if (block == 0) {
      throw CorruptionException.of("htree node", "block", 0, ">= 1", "ino=" + blocks.ino());
    }
    return directory.readIndex(block);
  }

  /** Moves the path to the next leaf, if that continues this hash: ext4_htree_next_block. */
  private boolean stepToContinuation(long hash) throws IOException {
    int at = path.size() - 1;
    while (at >= 0 && path.get(at).entry + 1 >= path.get(at).node().count()) {
      at--;
    }
    if (at < 0) {
      return false;
    }
    Step step = path.get(at);
    int next = step.entry + 1;
    if (!step.node().continuesPrevious(next) || step.node().hash(next) != hash) {
      return false;
    }
    step.entry = next;
    int levels = path.size() - 1 - at;
    path.subList(at + 1, path.size()).clear();
    for (int level = 0; level < levels; level++) {
      BlockDirectory.Index child = child(path.get(path.size() - 1));
      path.add(new Step(child, 0));
    }
    return true;
  }
}
