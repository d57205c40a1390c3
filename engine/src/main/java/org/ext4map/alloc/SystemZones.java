package org.ext4map.alloc;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.ext4map.model.BlockRange;
import org.ext4map.model.CorruptionException;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.GroupDescriptor;

/**
 * The blocks that no file may own: superblocks, descriptors, bitmaps, inode tables, and those of
 * single system inodes (Linux fs/ext4/block_validity.c).
 *
 * <p>Threads: {@link #allows} takes no lock and allocates nothing; {@link #add} may run beside it.
 * Memory: 2 KiB, and 24 bytes for each run of such blocks.
 */
public final class SystemZones {
  /** Owns the blocks reserved for descriptors to come: EXT4_RESIZE_INO. */
  private static final long RESIZE_INO = 7;

  private static final long NOBODY = 0;

  /** Parts of the file system that are told apart at a glance; a power of two. */
  private static final int PARTS = 1 << 14;

  private final Geometry geometry;
  private volatile Zones zones;

  /** Disjoint and sorted; never changed once made. */
  private static final class Zones {
    final long[] starts;
    final long[] ends;
    final long[] inos;

    /** A bit for each {@code 2^partShift} blocks: there is a zone among them. */
    final long[] parts = new long[PARTS / Long.SIZE];

    final int partShift;

    Zones(long blocksCount, NavigableMap<Long, Zone> byStart) {
      starts = byStart.keySet().stream().mapToLong(Long::longValue).toArray();
      ends = byStart.values().stream().mapToLong(Zone::end).toArray();
      inos = byStart.values().stream().mapToLong(Zone::ino).toArray();
      int blockBits = Long.SIZE - Long.numberOfLeadingZeros(blocksCount);
      partShift = Math.max(0, blockBits - Integer.numberOfTrailingZeros(PARTS));
      for (int i = 0; i < starts.length; i++) {
        long last = Math.min(PARTS - 1, (ends[i] - 1) >>> partShift);
        for (long part = starts[i] >>> partShift; part <= last; part++) {
          parts[wordOf(part)] |= 1L << part;
        }
      }
    }

    private static int wordOf(long part) {
      return (int) (part / Long.SIZE);
    }

    /** False if it is clear at a glance that no block of {@code [from, to)} lies in a zone. */
    boolean mayHold(long from, long to) {
      long first = from >>> partShift;
      long last = (to - 1) >>> partShift;
      return last - first > 1
          || ((parts[wordOf(first)] >>> first | parts[wordOf(last)] >>> last) & 1) != 0;
    }

    /** The last zone that starts at or before {@code pblk}; -1 if none does. */
    int floor(long pblk) {
      int found = Arrays.binarySearch(starts, pblk);
      return found >= 0 ? found : -found - 2;
    }
  }

  private record Zone(long end, long ino) {}

  private SystemZones(Geometry geometry, NavigableMap<Long, Zone> byStart) {
    this.geometry = geometry;
    this.zones = new Zones(geometry.blocksCount(), byStart);
  }

  /**
   * The zones of all groups; reads every descriptor.
   *
   * @throws CorruptionException if a descriptor is damaged, or two structures claim one block
   */
  public static SystemZones load(Geometry geometry, GroupTable groups) throws IOException {
    NavigableMap<Long, Zone> byStart = new TreeMap<>();
    for (long group = 0; group < geometry.groupCount(); group++) {
      GroupDescriptor descriptor = groups.descriptor(group);
      addBaseMeta(geometry, byStart, group);
      add(byStart, descriptor.blockBitmap(), 1, NOBODY);
      add(byStart, descriptor.inodeBitmap(), 1, NOBODY);
      add(byStart, descriptor.inodeTable(), geometry.inodeTableBlocks(), NOBODY);
    }
    return new SystemZones(geometry, byStart);
  }

  /** No zone at all: only the bounds of the file system count. */
  public static SystemZones none(Geometry geometry) {
    return new SystemZones(geometry, new TreeMap<>());
  }

  private static void addBaseMeta(Geometry geometry, NavigableMap<Long, Zone> byStart, long group)
      throws CorruptionException {
    long start = geometry.firstBlockOf(group);
    long count = Math.min(geometry.baseMetaBlocks(group), geometry.blocksIn(group));
    boolean metaBg = geometry.isMetaBg(group / geometry.descsPerBlock());
    long reserved = metaBg ? 0 : Math.min(count, geometry.reservedGdtBlocks());
    if (count > reserved) {
      add(byStart, start, count - reserved, NOBODY);
    }
    if (reserved > 0) {
      add(byStart, start + count - reserved, reserved, RESIZE_INO);
    }
  }

  /** Adds a run, joining it with neighbours of the same owner. */
  private static void add(NavigableMap<Long, Zone> byStart, long start, long count, long ino)
      throws CorruptionException {
    long from = start;
    long to = start + count;
    Map.Entry<Long, Zone> before = byStart.lowerEntry(to);
    if (before != null && before.getValue().end() > start) {
      throw CorruptionException.ofText(
          "system zone",
          "blocks",
          new BlockRange(start, count).toString(),
          "blocks that no other structure claims",
          "claimed too: " + before.getKey() + "-" + (before.getValue().end() - 1));
    }
    if (before != null && before.getValue().equals(new Zone(start, ino))) {
      from = before.getKey();
    }
    Zone after = byStart.get(to);
    if (after != null && after.ino() == ino) {
      byStart.remove(to);
      to = after.end();
    }
    byStart.put(from, new Zone(to, ino));
  }

  /** Protects one range; otherwise as {@link #add(List, long)}. */
  public void add(BlockRange range, long ino) throws CorruptionException {
    add(List.of(range), ino);
  }

  /**
   * Protects {@code ranges} against all inodes but {@code ino}: the journal's blocks.
   *
   * @throws CorruptionException if another zone claims one of the blocks; nothing has been added
   */
  public synchronized void add(List<BlockRange> ranges, long ino) throws CorruptionException {
    NavigableMap<Long, Zone> byStart = new TreeMap<>();
    Zones now = zones;
    for (int i = 0; i < now.starts.length; i++) {
      byStart.put(now.starts[i], new Zone(now.ends[i], now.inos[i]));
    }
    for (BlockRange range : ranges) {
      add(byStart, range.start(), range.length(), ino);
    }
    zones = new Zones(geometry.blocksCount(), byStart);
  }

  /**
   * True if inode {@code ino} may own {@code [pblk, pblk + count)}: it lies behind the first data
   * block, inside the file system, and in no zone but the inode's own. ext4_sb_block_valid.
   */
  public boolean allows(long pblk, long count, long ino) {
    if (pblk <= geometry.firstDataBlock() || !geometry.contains(pblk, count)) {
      return false;
    }
    Zones now = zones;
    if (!now.mayHold(pblk, pblk + count)) {
      return true;
    }
    for (int i = now.floor(pblk + count - 1); i >= 0 && now.ends[i] > pblk; i--) {
      if (now.inos[i] == NOBODY || now.inos[i] != ino) {
        return false;
      }
    }
    return true;
  }
}
