package org.ext4map.dir;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.ext4map.inode.Volume;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.FileName;
import org.ext4map.model.UnsupportedFeatureException;
import org.ext4map.ondisk.DirEntry;
import org.ext4map.ondisk.HashTreeNode;
import org.ext4map.ondisk.HashVersion;
import org.ext4map.ondisk.NameHash;

/**
 * One search by hash, root to leaf: ext4_dx_find_entry. Names of one hash may fill several leaves;
 * the search goes on while the next leaf says that it continues the one before.
 */
final class HashedLookup {
  private final Volume volume;
  private final Directory directory;
  private final List<Step> path = new ArrayList<>();

  /** One index block on the path and the entry taken; {@code entry} moves on at collisions. */
  private static final class Step {
    private final HashTreeNode node;
    private int entry;

    Step(HashTreeNode node, int entry) {
      this.node = node;
      this.entry = entry;
    }
  }

  HashedLookup(Volume volume, Directory directory) {
    this.volume = volume;
    this.directory = directory;
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
    long leavesLeft = directory.blocks();
    do {
      if (leavesLeft-- == 0) {
        throw CorruptionException.of(
            "htree",
            "leaves of one hash",
            directory.blocks() + 1,
            "<= " + directory.blocks(),
            "ino=" + directory.inode().ino());
      }
      if (directory.findInLeaf(leaf(), name).isPresent()) {
        return OptionalLong.of(leaf());
      }
    } while (stepToContinuation(hash));
    return OptionalLong.empty();
  }

  private long leaf() {
    Step last = path.get(path.size() - 1);
    return last.node.block(last.entry);
  }

  private long hashOf(HashTreeNode root, FileName name) throws UnsupportedFeatureException {
    HashVersion version = HashVersion.of(root.hashVersion(), volume.superblock().flags());
    if (version == HashVersion.SIPHASH) {
      throw new UnsupportedFeatureException(
          "casefold", "lookup by a keyed hash", "ino=" + directory.inode().ino());
    }
    return new NameHash(version, volume.superblock()).of(name);
  }

  /** Goes down from the root, at each node by the entry that holds the hash. */
  private long descend(FileName name) throws IOException {
    HashTreeNode root = directory.readIndex(0);
    long hash = hashOf(root, name);
    Step step = new Step(root, root.search(hash));
    path.add(step);
    for (int level = 0; level < root.indirectLevels(); level++) {
      HashTreeNode child = child(step);
      step = new Step(child, child.search(hash));
      path.add(step);
    }
    return hash;
  }

  private HashTreeNode child(Step step) throws IOException {
    long block = step.node.block(step.entry);
    if (block == 0) {
      throw CorruptionException.of(
          "htree node", "block", 0, ">= 1", "ino=" + directory.inode().ino());
    }
    return directory.readIndex(block);
  }

  /** Moves the path to the next leaf, if that continues this hash: ext4_htree_next_block. */
  private boolean stepToContinuation(long hash) throws IOException {
    int at = path.size() - 1;
    while (at >= 0 && path.get(at).entry + 1 >= path.get(at).node.count()) {
      at--;
    }
    if (at < 0) {
      return false;
    }
    Step step = path.get(at);
    int next = step.entry + 1;
    if (!step.node.continuesPrevious(next) || step.node.hash(next) != hash) {
      return false;
    }
    step.entry = next;
    int levels = path.size() - 1 - at;
    path.subList(at + 1, path.size()).clear();
    for (int level = 0; level < levels; level++) {
      HashTreeNode child = child(path.get(path.size() - 1));
      path.add(new Step(child, 0));
    }
    return true;
  }
}
