package org.ext4map.dir;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.ext4map.ondisk.DirBlock;
import org.ext4map.ondisk.DirEntry;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.NameHash;

/**
 * The entries of a full leaf, ordered by hash and cut in two: do_split. The cut is where the bytes
 * of the two sides differ least, so that a name of any length fits on either side afterwards: in
 * the smallest block, 1012 bytes for entries of at most 264, no side gets more than 638.
 */
final class LeafSplit {
  private final DirBlock source;
  private final List<Entry> entries = new ArrayList<>();
  private final int cut;

  /** One used entry and where it stands. */
  private record Entry(long hash, int at, int bytes) {}

  /**
   * Cuts the entries of {@code leaf}, of which there are two at least; they are verified.
   *
   * @param bytes the leaf's block; may be overwritten afterwards
   * @param from the first entry that counts
   */
  LeafSplit(Geometry geometry, ByteBuffer bytes, int from, NameHash hasher) {
    ByteBuffer copy = ByteBuffer.allocate(geometry.blockSize());
    copy.put(0, bytes, 0, geometry.blockSize());
    this.source = DirBlock.ofBlock(geometry, copy, 0);
    for (int at = from; at < source.end(); at += source.recordLength(at)) {
      if (source.inode(at) != 0) {
        entries.add(new Entry(hasher.of(source.name(at)), at, source.usedBytes(at)));
      }
    }
    entries.sort(Comparator.comparingLong(Entry::hash));
    this.cut = bestCut();
  }

  private int bestCut() {
    assert entries.size() >= 2 : "a leaf with one entry has room";
    int total = 0;
    for (Entry entry : entries) {
      total += entry.bytes;
    }
    int best = 1;
    int leastDifference = Integer.MAX_VALUE;
    int below = 0;
    for (int i = 1; i < entries.size(); i++) {
      below += entries.get(i - 1).bytes;
      int difference = Math.abs(total - 2 * below);
      if (difference < leastDifference) {
        leastDifference = difference;
        best = i;
      }
    }
    return best;
  }

  /** The hash from which entries belong to the upper side. */
  long firstUpperHash() {
    return entries.get(cut).hash;
  }

  /** What the index says of the upper side: the low bit tells that its first hash begins below. */
  long key() {
    boolean continues = entries.get(cut - 1).hash == firstUpperHash();
    return firstUpperHash() | (continues ? 1 : 0);
  }

  /** Overwrites {@code target} with the entries below the cut. */
  void fillLower(DirBlock target) {
    fill(target, entries.subList(0, cut));
  }

  /** Overwrites {@code target} with the entries from the cut on. */
  void fillUpper(DirBlock target) {
    fill(target, entries.subList(cut, entries.size()));
  }

  private void fill(DirBlock target, List<Entry> part) {
    target.format();
    target.fill(source, part.stream().mapToInt(Entry::at).toArray());
  }

  /** Puts a new name on its side; there is room. */
  void insert(DirBlock lower, DirBlock upper, DirEntry entry, NameHash hasher) {
    DirBlock side = hasher.of(entry.name()) >= firstUpperHash() ? upper : lower;
    side.insert(side.roomFor(entry.name().length()), entry.ino(), entry.type(), entry.name());
  }
}
