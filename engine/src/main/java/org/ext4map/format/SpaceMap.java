package org.ext4map.format;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.ext4map.model.BlockRange;
import org.ext4map.model.NoSpaceException;
import org.ext4map.ondisk.Geometry;

/**
 * Which blocks are in use: base metadata and tables by computation, files' blocks from memory.
 * Files take whole runs, so memory holds a handful of ranges. Not thread-safe.
 */
final class SpaceMap {
  private final Geometry geometry;
  private final TableLayout tables;

  /** What files took: start → length, disjoint, neighbours joined. */
  private final TreeMap<Long, Long> taken = new TreeMap<>();

  SpaceMap(Geometry geometry, TableLayout tables) {
    this.geometry = geometry;
    this.tables = tables;
  }

  /** The used blocks of {@code group}, in order, clipped to it. */
  List<BlockRange> usedIn(long group) throws NoSpaceException {
    TreeMap<Long, Long> used = new TreeMap<>();
    BlockRange whole = new BlockRange(geometry.firstBlockOf(group), geometry.blocksIn(group));
    long base = geometry.baseMetaBlocks(group);
    if (base > 0) {
      put(used, whole, new BlockRange(whole.start(), base));
    }
    for (BlockRange table : tables.flexOf(group).ranges()) {
      put(used, whole, table);
    }
    Map.Entry<Long, Long> before = taken.floorEntry(whole.start());
    if (before != null) {
      put(used, whole, new BlockRange(before.getKey(), before.getValue()));
    }
    taken
        .subMap(whole.start(), false, whole.end(), false)
        .forEach((start, length) -> put(used, whole, new BlockRange(start, length)));
    List<BlockRange> ranges = new ArrayList<>(used.size());
    used.forEach((start, length) -> ranges.add(new BlockRange(start, length)));
    return ranges;
  }

  private static void put(Map<Long, Long> used, BlockRange whole, BlockRange part) {
    if (part.overlaps(whole)) {
      long start = Math.max(part.start(), whole.start());
      used.put(start, Math.min(part.end(), whole.end()) - start);
    }
  }

  /** Blocks of {@code group} that its own base metadata, bitmaps and inode table take. */
  long ownMetadataIn(long group) throws NoSpaceException {
    TableLayout.FlexGroup flex = tables.flexOf(group);
    long start = geometry.firstBlockOf(group);
    long end = start + geometry.blocksIn(group);
    return geometry.baseMetaBlocks(group)
        + overlap(start, end, flex.blockBitmap(group), 1)
        + overlap(start, end, flex.inodeBitmap(group), 1)
        + overlap(start, end, flex.inodeTable(group), flex.tableBlocks());
  }

  private static long overlap(long start, long end, long from, long length) {
    return Math.max(0, Math.min(end, from + length) - Math.max(start, from));
  }

  /**
   * Makes sure that {@code count} blocks are free.
   *
   * @throws NoSpaceException if not
   */
  void requireFree(long count) throws NoSpaceException {
    long free = 0;
    for (long group = 0; group < geometry.groupCount() && free < count; group++) {
      free += geometry.blocksIn(group);
      for (BlockRange used : usedIn(group)) {
        free -= used.length();
      }
    }
    if (free < count) {
      throw new NoSpaceException(
          "the first files, a journal among them if there is one, take up to "
              + count
              + " blocks, free are "
              + free);
    }
  }

  /**
   * Takes {@code count} blocks, the first free ones from {@code goal} on, from the beginning again
   * if need be.
   *
   * @return the runs in the order in which they were taken
   * @throws NoSpaceException if fewer are free, which {@link #requireFree} rules out
   */
  List<BlockRange> take(long goal, long count) throws NoSpaceException {
    List<BlockRange> runs = new ArrayList<>();
    long missing = count;
    long start = geometry.groupOf(goal);
    for (long i = 0; i <= geometry.groupCount() && missing > 0; i++) {
      long group = (start + i) % geometry.groupCount();
      missing = takeIn(group, i == 0 ? goal : geometry.firstBlockOf(group), missing, runs);
    }
    if (missing > 0) {
      throw new NoSpaceException(
          "no room for the first files: " + count + " blocks wanted, " + missing + " not found");
    }
    return runs;
  }

  private long takeIn(long group, long from, long count, List<BlockRange> runs)
      throws NoSpaceException {
    long missing = count;
    long next = from;
    long end = geometry.firstBlockOf(group) + geometry.blocksIn(group);
    List<BlockRange> used = new ArrayList<>(usedIn(group));
    used.add(new BlockRange(end, 1));
    for (BlockRange range : used) {
      if (range.start() > next && missing > 0) {
        long length = Math.min(missing, range.start() - next);
        remember(next, length);
        append(runs, new BlockRange(next, length));
        missing -= length;
      }
      next = Math.max(next, range.end());
    }
    return missing;
  }

  private static void append(List<BlockRange> runs, BlockRange run) {
    int end = runs.size() - 1;
    if (end >= 0 && runs.get(end).end() == run.start()) {
      BlockRange before = runs.get(end);
      runs.set(end, new BlockRange(before.start(), before.length() + run.length()));
    } else {
      runs.add(run);
    }
  }

  private void remember(long start, long length) {
    Map.Entry<Long, Long> before = taken.floorEntry(start);
    if (before != null && before.getKey() + before.getValue() == start) {
      taken.put(before.getKey(), before.getValue() + length);
    } else {
      taken.put(start, length);
    }
  }
}
