package org.ext4map.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.ext4map.buffer.BufferCache;
import org.ext4map.buffer.MetaBlock;
import org.ext4map.device.BlockDevice;
import org.ext4map.model.Extent;
import org.ext4map.model.NoSpaceException;

/**
 * What a tree needs from below, in memory and strict: blocks come from a bitmap, a block that
 * changes without being announced is not written, and allocations fail on demand.
 */
public final class MemoryEdit implements TreeSpace, TreeJournal, Zeroer {
  private final BlockDevice device;
  private final BufferCache cache;
  private final BitSet nodes = new BitSet();
  private final BitSet data = new BitSet();
  private final int firstNode;
  private final Map<Long, MetaBlock> announced = new LinkedHashMap<>();
  private final Set<Long> dirty = new HashSet<>();
  private long allocationsLeft = Long.MAX_VALUE;
  private int extensionsLeft = Integer.MAX_VALUE;
  private boolean rootDirty;
  private long zeroed;
  private long announcements;

  /** Takes nodes from {@code firstNode} on. */
  public MemoryEdit(BlockDevice device, BufferCache cache, int firstNode) {
    this.device = device;
    this.cache = cache;
    this.firstNode = firstNode;
  }

  /** All of it as one edit. */
  public TreeEdit edit() {
    return new TreeEdit(this, this, this, (from, to) -> requireSorted(from, to));
  }

  private static void requireSorted(long from, long to) {
    if (from < 0 || from >= to) {
      throw new AssertionError("changed " + from + " to " + to);
    }
  }

  /** Says that the tree owns node {@code pblk} already. */
  public void ownNode(long pblk) {
    nodes.set((int) pblk);
  }

  /** From now on only {@code count} allocations succeed. */
  public void allowAllocations(long count) {
    allocationsLeft = count;
  }

  /** From now on the handle can be extended {@code count} times. */
  public void allowExtensions(int count) {
    extensionsLeft = count;
  }

  /** A run of free data blocks from {@code goal} on or behind it. */
  public long allocateData(long goal, int count) {
    int from = (int) goal;
    while (true) {
      int used = data.nextSetBit(from);
      if (used < 0 || used >= from + count) {
        data.set(from, from + count);
        return from;
      }
      from = used + 1;
    }
  }

  /** Says that the file owns {@code [pblk, pblk + count)} already. */
  public void ownData(long pblk, int count) {
    data.set((int) pblk, (int) pblk + count);
  }

  @Override
  public long allocateNode(long goal, boolean useReserved) throws NoSpaceException {
    if (allocationsLeft == 0) {
      throw new NoSpaceException("no block for a node");
    }
    allocationsLeft--;
    int pblk = nodes.nextClearBit(firstNode);
    nodes.set(pblk);
    return pblk;
  }

  @Override
  public void freeNode(long pblk) {
    requireOwned(nodes, pblk, 1);
    nodes.clear((int) pblk);
    dirty.remove(pblk);
    announced.remove(pblk);
  }

  @Override
  public void freeData(long pblk, long count) {
    requireOwned(data, pblk, count);
    data.clear((int) pblk, (int) (pblk + count));
  }

  private static void requireOwned(BitSet set, long pblk, long count) {
    if (count < 1 || set.nextClearBit((int) pblk) < pblk + count) {
      throw new AssertionError("freed twice: " + count + " from " + pblk);
    }
  }

  @Override
  public void willChange(MetaBlock block) {
    announced.put(block.pblk(), block);
    announcements++;
  }

  @Override
  public MetaBlock create(long pblk) throws IOException {
    MetaBlock block = cache.blank(pblk);
    announced.put(pblk, block);
    announcements++;
    return block;
  }

  @Override
  public void changed(MetaBlock block) {
    if (announced.get(block.pblk()) != block) {
      throw new AssertionError(block + " changed without being announced");
    }
    dirty.add(block.pblk());
  }

  @Override
  public void forget(MetaBlock block) {
    announced.remove(block.pblk());
    dirty.remove(block.pblk());
  }

  @Override
  public void rootChanged() {
    rootDirty = true;
  }

  @Override
  public boolean extend(int blocks) {
    if (extensionsLeft == 0) {
      return false;
    }
    extensionsLeft--;
    return true;
  }

  @Override
  public void zero(long pblk, long count) throws IOException {
    zeroed += count;
    device.write(
        pblk * cache.blockSize(), ByteBuffer.allocate(Math.toIntExact(count * cache.blockSize())));
  }

  /** How often a block was announced, new or old. */
  public long announcements() {
    return announcements;
  }

  /** Blocks zeroed so far. */
  public long zeroed() {
    return zeroed;
  }

  /** Writes what was announced and changed, sealed; answers whether the root changed. */
  public boolean commit() throws IOException {
    for (MetaBlock block : announced.values()) {
      if (dirty.contains(block.pblk())) {
        ByteBuffer copy = ByteBuffer.allocate(cache.blockSize());
        copy.put(0, block.bytes(), 0, cache.blockSize());
        block.seal(copy);
        device.write(block.pblk() * cache.blockSize(), copy);
      }
    }
    dirty.clear();
    announced.clear();
    boolean changed = rootDirty;
    rootDirty = false;
    return changed;
  }

  /**
   * Holds {@code fresh}, a tree read again from the device, against what was allocated: exactly the
   * nodes and the data blocks that it uses, each once, no node empty. Answers its runs.
   */
  public String judge(BlockTree fresh) throws IOException {
    List<String> runs = new ArrayList<>();
    BitSet usedData = new BitSet();
    fresh.forEach(
        0,
        (lblk, length, pblk, state) -> {
          runs.add(new Extent(lblk, length, pblk, state).toString());
          assertThat(usedData.get((int) pblk, (int) pblk + length).isEmpty()).isTrue();
          usedData.set((int) pblk, (int) pblk + length);
          return true;
        });
    BitSet usedNodes = new BitSet();
    fresh.forEachNode(
        node -> {
          node.pblk().ifPresent(pblk -> usedNodes.set((int) pblk));
          boolean empty = node.children().isEmpty() && node.extents().isEmpty();
          assertThat(empty && node.level() > 0).as("empty node").isFalse();
          return true;
        });
    assertThat(usedNodes).as("nodes on the device, and those allocated").isEqualTo(nodes);
    assertThat(usedData).as("data blocks mapped, and those allocated").isEqualTo(data);
    return String.join(" ", runs);
  }

  /** How many blocks nodes own. */
  public int nodeCount() {
    return nodes.cardinality();
  }
}
