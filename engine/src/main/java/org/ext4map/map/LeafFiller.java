package org.ext4map.map;

import org.ext4map.model.ExtentState;
import org.ext4map.ondisk.ExtentNode;
import org.ext4map.ondisk.IndirectBlock;
import org.ext4map.status.ExtentStatusCache;
import org.ext4map.status.KnownRuns;
import org.ext4map.tree.LeafSink;
import org.jspecify.annotations.Nullable;

/**
 * Takes a leaf from the tree to the status cache: ext4_cache_extents. For one lookup by one thread,
 * which holds dataSem all the time, so that the leaf stays as it is.
 */
final class LeafFiller implements LeafSink {
  private final ExtentStatusCache cache;
  private @Nullable KnownRuns runs;
  private long knownFrom;
  private long knownTo;

  LeafFiller(ExtentStatusCache cache) {
    this.cache = cache;
  }

  @Override
  public void leaf(ExtentNode node, long from, long to) {
    offer(new NodeRuns(node), from, to);
  }

  @Override
  public void pointers(IndirectBlock block, long from, long to) {
    offer(new PointerRuns(block, from, (int) (to - from)), from, to);
  }

  private void offer(KnownRuns offered, long from, long to) {
    runs = offered;
    knownFrom = from;
    knownTo = to;
  }

  /** True if the leaf that was offered answers for {@code lblk}. */
  boolean covers(long lblk) {
    return runs != null && lblk >= knownFrom && lblk < knownTo;
  }

  /** Gives the leaf to the cache, if there was one: an empty map may answer without. */
  void fill() {
    if (runs != null) {
      cache.fill(runs, knownFrom, knownTo);
    }
  }

  private record NodeRuns(ExtentNode node) implements KnownRuns {
    @Override
    public int count() {
      return node.entries();
    }

    @Override
    public long lblk(int i) {
      return node.key(i);
    }

    @Override
    public long length(int i) {
      return node.length(i);
    }

    @Override
    public long pblk(int i) {
      return node.pblk(i);
    }

    @Override
    public ExtentState state(int i) {
      return node.state(i);
    }
  }

  /** Pointers in a row that lead to blocks in a row are one run. */
  private static final class PointerRuns implements KnownRuns {
    private final IndirectBlock block;
    private final long firstLblk;
    private final int[] starts;
    private final int[] lengths;
    private int count;

    PointerRuns(IndirectBlock block, long firstLblk, int limit) {
      this.block = block;
      this.firstLblk = firstLblk;
      this.starts = new int[limit];
      this.lengths = new int[limit];
      for (int i = block.holeLength(0, limit); i < limit; i += block.holeLength(i, limit)) {
        starts[count] = i;
        lengths[count] = block.runLength(i, limit);
        i += lengths[count++];
      }
    }

    @Override
    public int count() {
      return count;
    }

    @Override
    public long lblk(int i) {
      return firstLblk + starts[i];
    }

    @Override
    public long length(int i) {
      return lengths[i];
    }

    @Override
    public long pblk(int i) {
      return block.pointer(starts[i]);
    }

    @Override
    public ExtentState state(int i) {
      return ExtentState.WRITTEN;
    }
  }
}
