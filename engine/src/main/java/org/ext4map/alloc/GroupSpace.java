package org.ext4map.alloc;

import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.ext4map.buffer.BufferCache;
import org.ext4map.buffer.MetaBlock;
import org.ext4map.journal.JournalHandle;
import org.ext4map.model.BlockRange;
import org.ext4map.model.CorruptionException;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.GroupDescriptor;
import org.jspecify.annotations.Nullable;

/**
 * The groups as the allocators see them: bitmaps, descriptors, numbers, and the hidden blocks,
 * which are free on disk and yet not to be given: preallocated, or freed by a transaction that has
 * not committed, or chosen a moment ago. Groups that turn out damaged are left out from then on.
 *
 * <p>Locks: everything here that changes a group does so under the group's lock, and holds one
 * group at a time. Memory: {@link GroupCounts}, and one bit for each block of groups with hidden
 * blocks.
 */
final class GroupSpace {
  final Geometry geometry;
  final GroupTable table;
  final GroupBitmaps bitmaps;
  final GroupCounts counts;
  final SpaceBudget budget;
  final GroupLocks locks;
  private final SystemZones zones;
  private final AllocatorErrors errors;

  /** The hidden blocks of each group; null if there are none. Under the group's lock. */
  private final @Nullable HiddenBits[] hidden;

  private final AtomicReference<@Nullable HiddenBits> spare = new AtomicReference<>();
  private final Map<Long, Boolean> damaged = new ConcurrentHashMap<>();

  /** False as long as none is damaged. */
  private volatile boolean anyDamaged;

  GroupSpace(
      Geometry geometry,
      BufferCache cache,
      GroupTable table,
      SystemZones zones,
      SpaceBudget budget,
      AllocatorErrors errors) {
    this.geometry = geometry;
    this.table = table;
    this.zones = zones;
    this.errors = errors;
    this.budget = budget;
    locks = new GroupLocks();
    bitmaps = new GroupBitmaps(geometry, cache, table, locks);
    hidden = new HiddenBits[Math.toIntExact(geometry.groupCount())];
    counts = new GroupCounts(Math.toIntExact(geometry.groupCount()));
  }

  /** Counts what the descriptors say; groups whose descriptor is damaged are left out. */
  void load() throws IOException {
    for (long group = 0; group < geometry.groupCount(); group++) {
      try {
        GroupDescriptor descriptor = table.descriptor(group);
        counts.addFreeBlocks(group, descriptor.freeClusters());
        counts.setLongestRun(group, descriptor.freeClusters());
        counts.addInodes(group, descriptor.freeInodes(), descriptor.usedDirs());
        budget.add(descriptor.freeClusters());
      } catch (CorruptionException e) {
        leaveOut(group, e);
      }
    }
  }

  boolean isDamaged(long group) {
    return anyDamaged && damaged.containsKey(group);
  }

  /** Takes a damaged group out of service and says so. With no lock held. */
  void leaveOut(long group, CorruptionException why) {
    locks.lock(group);
    try {
      if (damaged.putIfAbsent(group, true) != null) {
        return;
      }
      anyDamaged = true;
      counts.setLongestRun(group, 0);
      budget.add(hiddenBlocks(group) - counts.freeBlocks(group));
    } finally {
      locks.unlock(group);
    }
    errors.groupSkipped(group, why);
  }

  private long hiddenBlocks(long group) {
    HiddenBits bits = hidden[(int) group];
    return bits == null ? 0 : bits.count();
  }

  /** One bit for each hidden block of a group; null if there is none. Under the group's lock. */
  private long @Nullable [] hiddenWords(long group) {
    HiddenBits bits = hidden[(int) group];
    return bits == null ? null : bits.words();
  }

  /** Says that a group could not be read; another time it may be. */
  void skip(long group, IOException why) {
    if (why instanceof CorruptionException corruption) {
      leaveOut(group, corruption);
    } else {
      errors.groupSkipped(group, why);
    }
  }

  /** A group's free blocks, checked; under its lock, and valid as long as that is held. */
  FreeBits freeBits(long group, MetaBlock bitmap) throws IOException {
    assert locks.isHeld(group);
    bitmaps.checkBlockBitmap(group, bitmap);
    return new FreeBits(bitmap.bytes(), hiddenWords(group), (int) geometry.blocksIn(group));
  }

  /**
   * Chooses a run in {@code group} and hides it: the blocks at {@code from} if all of {@code want}
   * are free there, else a good fit; none if no run has {@code least} blocks.
   *
   * @param from the block in the group that is best
   * @param endBit blocks from this one on are of no use
   */
  @Nullable BlockRange choose(long group, int from, int want, int least, int endBit, long ino)
      throws IOException {
    MetaBlock bitmap = bitmaps.readBlockBitmap(group);
    locks.lock(group);
    try {
      if (isDamaged(group)) {
        return null;
      }
      FreeBits all = freeBits(group, bitmap);
      FreeBits useful =
          endBit >= geometry.blocksIn(group)
              ? all
              : new FreeBits(bitmap.bytes(), hiddenWords(group), endBit);
      boolean fits = from < endBit && useful.runAt(from) >= want;
      FreeBits.Run run = fits ? new FreeBits.Run(from, want) : useful.bestFit(from, want, least);
      if (run.length() < least && useful == all) {
        counts.setLongestRun(group, run.length());
      }
      if (run.length() < least) {
        return null;
      }
      BlockRange chosen =
          new BlockRange(geometry.firstBlockOf(group) + run.start(), Math.min(run.length(), want));
      requireAllowed(chosen, ino);
      hide(group, run.start(), (int) chosen.length());
      return chosen;
    } finally {
      locks.unlock(group);
    }
  }

  /**
   * Hides the free blocks from {@code pblk} on, up to {@code want}; none if that one is not free.
   */
  @Nullable BlockRange chooseAt(long pblk, int want, int least, long ino) throws IOException {
    long group = geometry.groupOf(pblk);
    MetaBlock bitmap = bitmaps.readBlockBitmap(group);
    locks.lock(group);
    try {
      if (isDamaged(group)) {
        return null;
      }
      int bit = (int) (pblk - geometry.firstBlockOf(group));
      int length = Math.min(want, freeBits(group, bitmap).runAt(bit));
      if (length < least) {
        return null;
      }
      BlockRange chosen = new BlockRange(pblk, length);
      requireAllowed(chosen, ino);
      hide(group, bit, length);
      return chosen;
    } finally {
      locks.unlock(group);
    }
  }

  /** A bitmap that has metadata as free lies. */
  private void requireAllowed(BlockRange range, long ino) throws CorruptionException {
    if (!zones.allows(range.start(), range.length(), ino)) {
      throw CorruptionException.ofText(
          "block bitmap",
          "free blocks",
          range.toString(),
          "none that hold metadata of the file system",
          "group=" + geometry.groupOf(range.start()));
    }
  }

  /** Checks that inode {@code ino} may own, and so free, the blocks. */
  boolean allows(long pblk, long count, long ino) {
    return zones.allows(pblk, count, ino);
  }

  private void hide(long group, int from, int length) {
    assert locks.isHeld(group);
    HiddenBits bits = hidden[(int) group];
    if (bits == null) {
      bits = spare();
      hidden[(int) group] = bits;
    }
    bits.add(from, length);
  }

  private void show(long group, int from, int length) {
    assert locks.isHeld(group);
    HiddenBits bits = Objects.requireNonNull(hidden[(int) group]);
    bits.remove(from, length);
    if (bits.count() == 0) {
      hidden[(int) group] = null;
      spare.set(bits);
    }
  }

  /** An empty set: the one that was emptied last, or a new one. */
  private HiddenBits spare() {
    HiddenBits last = spare.getAndSet(null);
    return last == null ? new HiddenBits(geometry.blockSize() * Byte.SIZE) : last;
  }

  /** Shows hidden blocks, all of one group, again, and counts them as available. */
  void unhide(long pblk, long count) {
    long group = geometry.groupOf(pblk);
    locks.lock(group);
    try {
      show(group, bitOf(group, pblk), (int) count);
      if (!isDamaged(group)) {
        counts.raiseLongestRun(group, (int) count);
        budget.add(count);
      }
    } finally {
      locks.unlock(group);
    }
  }

  private int bitOf(long group, long pblk) {
    return (int) (pblk - geometry.firstBlockOf(group));
  }

  /** Hidden blocks, all of one group, become used on disk. If that fails they are free again. */
  void use(JournalHandle handle, BlockRange range) throws IOException {
    assert locks.noneHeld();
    long group = geometry.groupOf(range.start());
    int length = (int) range.length();
    MetaBlock bitmap;
    MetaBlock descriptors;
    try {
      bitmap = bitmaps.readBlockBitmap(group);
      descriptors = table.block(group);
      handle.getWriteAccess(bitmap);
      handle.getWriteAccess(descriptors);
      lockChecked(group, bitmap);
    } catch (IOException e) {
      unhide(range.start(), length);
      if (e instanceof CorruptionException corruption) {
        leaveOut(group, corruption);
      }
      throw e;
    }
    try {
      int from = bitOf(group, range.start());
      GroupBitmaps.set(bitmap.bytes(), from, from + length);
      show(group, from, length);
      table.addFreeClusters(group, descriptors, -length);
      counts.addFreeBlocks(group, -length);
    } finally {
      locks.unlock(group);
    }
    handle.markDirty(bitmap);
    handle.markDirty(descriptors);
  }

  /** Locks the group and checks its bitmap again: it may have been dropped and read anew. */
  private void lockChecked(long group, MetaBlock bitmap) throws IOException {
    locks.lock(group);
    try {
      bitmaps.checkBlockBitmap(group, bitmap);
    } catch (IOException | RuntimeException | Error e) {
      locks.unlock(group);
      throw e;
    }
  }

  /** Used blocks, all of one group, become free on disk and hidden. */
  void release(JournalHandle handle, long pblk, int length) throws IOException {
    assert locks.noneHeld();
    long group = geometry.groupOf(pblk);
    MetaBlock bitmap = bitmaps.readBlockBitmap(group);
    MetaBlock descriptors = table.block(group);
    handle.getWriteAccess(bitmap);
    handle.getWriteAccess(descriptors);
    lockChecked(group, bitmap);
    try {
      int from = bitOf(group, pblk);
      if (!GroupBitmaps.allSet(bitmap.bytes(), from, from + length)) {
        throw CorruptionException.ofText(
            "block bitmap",
            "bits of blocks to be freed",
            new BlockRange(pblk, length) + " not all set",
            "all set",
            "group=" + group);
      }
      GroupBitmaps.clear(bitmap.bytes(), from, from + length);
      hide(group, from, length);
      table.addFreeClusters(group, descriptors, length);
      counts.addFreeBlocks(group, length);
    } finally {
      locks.unlock(group);
    }
    handle.markDirty(bitmap);
    handle.markDirty(descriptors);
  }
}
