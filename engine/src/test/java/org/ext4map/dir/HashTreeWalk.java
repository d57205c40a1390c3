package org.ext4map.dir;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.BitSet;
import org.ext4map.ondisk.DirBlock;
import org.ext4map.ondisk.HashTreeNode;
import org.ext4map.ondisk.HashVersion;
import org.ext4map.ondisk.NameHash;

/** Every block of a hashed directory is pointed to once, and holds the hashes it should. */
final class HashTreeWalk {
  private static final long END = 0x1_0000_0000L;

  private final BlockDirectory reader;
  private final NameHash hash;
  private final BitSet seen = new BitSet();

  private HashTreeWalk(MemoryDirectory directory, HashTreeNode root) {
    this.reader = new BlockDirectory(directory);
    long flags = directory.superblock().flags();
    this.hash = new NameHash(HashVersion.of(root.hashVersion(), flags), directory.superblock());
  }

  static void assertOrdered(MemoryDirectory directory) throws IOException {
    BlockDirectory.Index root = new BlockDirectory(directory).readIndex(0);
    HashTreeWalk walk = new HashTreeWalk(directory, root.node());
    walk.node(root, root.node().indirectLevels(), 0, END);
    assertThat(walk.seen.cardinality()).as("blocks in the tree").isEqualTo((int) directory.count());
  }

  private void node(BlockDirectory.Index index, int levelsBelow, long from, long to)
      throws IOException {
    markSeen(index.lblk());
    HashTreeNode node = index.node();
    long low = from;
    for (int i = 0; i < node.count(); i++) {
      low = i == 0 ? from : node.hash(i);
      long next = i + 1 < node.count() ? node.hash(i + 1) : to;
      assertThat(next).as("hashes in order").isGreaterThanOrEqualTo(low);
      boolean shared = i + 1 < node.count() && node.continuesPrevious(i + 1);
      if (levelsBelow > 0) {
        node(reader.readIndex(node.block(i)), levelsBelow - 1, low, shared ? next + 1 : next);
      } else {
        leaf(node.block(i), low, shared ? next + 1 : next);
      }
    }
  }

  private void leaf(long lblk, long from, long to) throws IOException {
    markSeen(lblk);
    DirBlock entries = reader.readLeaf(lblk).entries();
    for (int at = 0; at < entries.end(); at += entries.recordLength(at)) {
      if (entries.inode(at) != 0) {
        assertThat(hash.of(entries.name(at))).isBetween(from, to - 1);
      }
    }
  }

  private void markSeen(long lblk) {
    assertThat(seen.get((int) lblk)).as("block %d twice", lblk).isFalse();
    seen.set((int) lblk);
  }
}
