package org.ext4map.buffer;

import java.io.IOException;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.ext4map.device.BlockDevice;
import org.ext4map.locks.ThreadClass;
import org.ext4map.model.CorruptionException;
import org.jspecify.annotations.Nullable;

/**
 * The metadata blocks of one image, read on demand and kept within a bound.
 *
 * <p>Identity: {@link #read} answers the same object for the same pblk as long as anybody holds it
 * and nobody called {@link #invalidate}. Memory: at most {@code capacityBytes} are held by the
 * cache itself (never fewer than {@value #MIN_BLOCKS} blocks); what others hold is theirs. Threads:
 * all methods, any thread.
 */
public final class BufferCache {
  /** A tree walk must not evict its own path. */
  private static final int MIN_BLOCKS = 16;

  private static final int MAX_BLOCKS = 1 << 24;

  private final BlockDevice device;
  private final int blockSize;
  private final long blocksCount;
  private final long deviceBlocks;

  private final Object lock = new Object();
  private final AtomicReferenceArray<@Nullable Slot> buckets;
  private final ReferenceQueue<MetaBlock> collected = new ReferenceQueue<>();
  private final @Nullable MetaBlock[] ring;
  private int hand;

  /** Finds a block by number without keeping it in memory. {@code next} changes under the lock. */
  private static final class Slot extends WeakReference<MetaBlock> {
    final long pblk;
    volatile @Nullable Slot next;

    Slot(MetaBlock block, @Nullable Slot next, ReferenceQueue<MetaBlock> collected) {
      super(block, collected);
      this.pblk = block.pblk();
      this.next = next;
    }
  }

  /**
   * An empty cache.
   *
   * @param device what to read from
   * @param blockSize bytes in a block
   * @param blocksCount blocks in the file system; others are out of range
   * @param capacityBytes how much the cache may hold on its own
   */
  public BufferCache(BlockDevice device, int blockSize, long blocksCount, long capacityBytes) {
    this.device = device;
    this.blockSize = blockSize;
    this.blocksCount = blocksCount;
    this.deviceBlocks = device.sizeBytes() / blockSize;
    int blocks = (int) Math.max(MIN_BLOCKS, Math.min(MAX_BLOCKS, capacityBytes / blockSize));
    this.ring = new MetaBlock[blocks];
    this.buckets = new AtomicReferenceArray<>(Integer.highestOneBit(blocks) * 2);
  }

  /** Bytes in a block. */
  public int blockSize() {
    return blockSize;
  }

  /**
   * The block {@code pblk}, from memory or else from the device. May sleep.
   *
   * @throws CorruptionException if there is no such block; a number from the image pointed there
   * @throws IOException if the device fails; the next call tries again
   */
  public MetaBlock read(long pblk) throws IOException {
    ThreadClass.assertMaySleep("reading metadata");
    MetaBlock block = find(pblk);
    if (block == null || !block.isLoaded() || !block.isResident()) {
      return readMissing(pblk);
    }
    block.setReferenced(true);
    return block;
  }

  /**
   * As {@link #read(long)}, for who comes from a node: looks first where that entry led before.
   *
   * @param links the node's
   * @param entry of the node, which points to {@code pblk}
   */
  public MetaBlock read(long pblk, Links links, int entry) throws IOException {
    MetaBlock block = links.at(entry);
    if (block == null || block.pblk() != pblk || !block.isLoaded() || !block.isResident()) {
      return readAndLink(pblk, links, entry);
    }
    block.setReferenced(true);
    return block;
  }

  private MetaBlock readAndLink(long pblk, Links links, int entry) throws IOException {
    MetaBlock block = read(pblk);
    synchronized (lock) {
      if (block.isResident() && find(pblk) == block) {
        block.link(links, entry);
      }
    }
    return block;
  }

  private MetaBlock readMissing(long pblk) throws IOException {
    requireInRange(pblk);
    MetaBlock block = findOrAdd(pblk);
    block.load(device);
    return block;
  }

  /**
   * The block {@code pblk}, which has a new owner: all zeros, not verified, and not read from the
   * device.
   *
   * @throws CorruptionException if there is no such block
   */
  public MetaBlock blank(long pblk) throws CorruptionException {
    requireInRange(pblk);
    MetaBlock block = findOrAdd(pblk);
    block.blank();
    return block;
  }

  /**
   * Forgets {@code [pblk, pblk + count)}: the next read goes to the device. Who holds such a block
   * keeps an orphan that nobody else will see.
   */
  public void invalidate(long pblk, long count) {
    long end = pblk + Math.min(count, blocksCount - pblk);
    synchronized (lock) {
      if (count < buckets.length()) {
        for (long each = pblk; each < end; each++) {
          unlink(bucketOf(each), each, each + 1);
        }
      } else {
        for (int bucket = 0; bucket < buckets.length(); bucket++) {
          unlink(bucket, pblk, end);
        }
      }
    }
  }

  /** Blocks that the cache itself keeps in memory now. */
  int residentBlocks() {
    synchronized (lock) {
      int blocks = 0;
      for (MetaBlock block : ring) {
        blocks += block == null ? 0 : 1;
      }
      return blocks;
    }
  }

  private void requireInRange(long pblk) throws CorruptionException {
    if (pblk < 0 || pblk >= blocksCount) {
      String allowed = "< " + blocksCount + " (s_blocks_count)";
      throw CorruptionException.of("block reference", "pblk", pblk, allowed, "pblk=" + pblk);
    }
    if (pblk >= deviceBlocks) {
      String allowed = "< " + deviceBlocks + " (blocks on the device)";
      throw CorruptionException.of("block reference", "pblk", pblk, allowed, "pblk=" + pblk);
    }
  }

  private int bucketOf(long pblk) {
    long mixed = pblk * 0x9E3779B97F4A7C15L;
    return (int) (mixed >>> 32) & (buckets.length() - 1);
  }

  private @Nullable MetaBlock find(long pblk) {
    for (Slot slot = buckets.get(bucketOf(pblk)); slot != null; slot = slot.next) {
      if (slot.pblk == pblk) {
        MetaBlock block = slot.get();
        if (block != null) {
          return block;
        }
      }
    }
    return null;
  }

  private MetaBlock findOrAdd(long pblk) {
    synchronized (lock) {
      dropCollected();
      MetaBlock block = find(pblk);
      if (block == null) {
        block = new MetaBlock(pblk, blockSize);
        int bucket = bucketOf(pblk);
        buckets.set(bucket, new Slot(block, buckets.get(bucket), collected));
      }
      if (!block.isResident()) {
        admit(block);
      }
      return block;
    }
  }

  /** Gives {@code block} the place of the first one that was not used since the hand passed it. */
  private void admit(MetaBlock block) {
    MetaBlock victim = ring[hand];
    while (victim != null && victim.isReferenced()) {
      victim.setReferenced(false);
      advance();
      victim = ring[hand];
    }
    if (victim != null) {
      victim.setResident(false);
      victim.unlink();
    }
    ring[hand] = block;
    block.setResident(true);
    advance();
  }

  private void advance() {
    hand = hand + 1 == ring.length ? 0 : hand + 1;
  }

  private void dropCollected() {
    for (Object dead = collected.poll(); dead != null; dead = collected.poll()) {
      Slot slot = (Slot) dead;
      int bucket = bucketOf(slot.pblk);
      Slot before = null;
      for (Slot each = buckets.get(bucket); each != null; each = each.next) {
        if (each == slot) {
          unlink(bucket, before, each);
        } else {
          before = each;
        }
      }
    }
  }

  private void unlink(int bucket, long fromPblk, long toPblk) {
    Slot before = null;
    for (Slot each = buckets.get(bucket); each != null; each = each.next) {
      if (each.pblk >= fromPblk && each.pblk < toPblk) {
        MetaBlock block = each.get();
        if (block != null) {
          block.unlink();
        }
        unlink(bucket, before, each);
      } else {
        before = each;
      }
    }
  }

  /** The slot keeps its own next, so a reader that stands on it finds its way on. */
  private void unlink(int bucket, @Nullable Slot before, Slot slot) {
    if (before == null) {
      buckets.set(bucket, slot.next);
    } else {
      before.next = slot.next;
    }
  }
}
