package org.ext4map.format;

import java.util.ArrayList;
import java.util.List;
import org.ext4map.model.BlockRange;
import org.ext4map.model.NoSpaceException;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.Geometry;

/**
 * Where bitmaps and inode tables lie. The tables of a flex group are packed into its first blocks
 * that hold no base metadata: all block bitmaps, all inode bitmaps, all inode tables. Without
 * flex_bg a flex group is one group.
 *
 * <p>One flex group is computed at a time, and the last one is kept. Not thread-safe.
 */
final class TableLayout {
  private final Geometry geometry;
  private final long groupsPerFlex;
  private final int tableBlocks;
  private FlexGroup last;

  TableLayout(Geometry geometry, int groupsPerFlex) throws NoSpaceException {
    this.geometry = geometry;
    this.groupsPerFlex = geometry.has(Feature.FLEX_BG) ? groupsPerFlex : 1;
    tableBlocks = (int) geometry.inodeTableBlocks();
    last = place(0);
    for (long first = 0; first < geometry.groupCount(); first += this.groupsPerFlex) {
      flexOf(first); // every one must fit, and we want to know before the first write
    }
  }

  /** The flex group that {@code group} belongs to. */
  FlexGroup flexOf(long group) throws NoSpaceException {
    long first = group - group % groupsPerFlex;
    if (last.first != first) {
      last = place(first);
    }
    return last;
  }

  private FlexGroup place(long first) throws NoSpaceException {
    int count = (int) Math.min(groupsPerFlex, geometry.groupCount() - first);
    Cursor cursor = new Cursor(first, count);
    long[][] places = new long[3][count];
    for (int kind = 0; kind < places.length; kind++) {
      for (int i = 0; i < count; i++) {
        places[kind][i] = cursor.take(kind == 2 ? tableBlocks : 1);
      }
    }
    return new FlexGroup(first, places[0], places[1], places[2], tableBlocks);
  }

  /** Walks the blocks of a flex group and skips base metadata. */
  private final class Cursor {
    private final long endGroup;
    private long next;

    Cursor(long first, int count) {
      endGroup = first + count;
      next = geometry.firstBlockOf(first) + geometry.baseMetaBlocks(first);
    }

    /**
     * The first run of {@code count} blocks from here on; it may span groups without base metadata.
     */
    long take(int count) throws NoSpaceException {
      long start = next;
      long group = geometry.groupOf(start);
      while (group < endGroup && geometry.firstBlockOf(group) < start + count) {
        long base = geometry.baseMetaBlocks(group);
        if (base > 0) {
          start = Math.max(start, geometry.firstBlockOf(group) + base);
        }
        group++;
      }
      next = start + count;
      long end = geometry.firstBlockOf(endGroup - 1) + geometry.blocksIn(endGroup - 1);
      if (next > end) {
        throw new NoSpaceException(
            "bitmaps and inode tables do not fit into the groups before "
                + endGroup
                + ": they end at block "
                + next
                + ", allowed <= "
                + end
                + "; fewer inodes would");
      }
      return start;
    }
  }

  /** The tables of one flex group. */
  static final class FlexGroup {
    private final long first;
    private final long[] blockBitmaps;
    private final long[] inodeBitmaps;
    private final long[] inodeTables;
    private final int tableBlocks;

    /** Index i of each array stands for group {@code first + i}. */
    FlexGroup(
        long first, long[] blockBitmaps, long[] inodeBitmaps, long[] inodeTables, int tableBlocks) {
      this.first = first;
      this.blockBitmaps = blockBitmaps;
      this.inodeBitmaps = inodeBitmaps;
      this.inodeTables = inodeTables;
      this.tableBlocks = tableBlocks;
    }

    int tableBlocks() {
      return tableBlocks;
    }

    long blockBitmap(long group) {
      return blockBitmaps[(int) (group - first)];
    }

    long inodeBitmap(long group) {
      return inodeBitmaps[(int) (group - first)];
    }

    long inodeTable(long group) {
      return inodeTables[(int) (group - first)];
    }

    /** Everything, in the order of blocks, neighbours joined. */
    List<BlockRange> ranges() {
      List<BlockRange> ranges = new ArrayList<>();
      for (long block : blockBitmaps) {
        append(ranges, block, 1);
      }
      for (long block : inodeBitmaps) {
        append(ranges, block, 1);
      }
      for (long block : inodeTables) {
        append(ranges, block, tableBlocks);
      }
      return ranges;
    }

    private static void append(List<BlockRange> ranges, long start, long length) {
      int end = ranges.size() - 1;
      if (end >= 0 && ranges.get(end).end() == start) {
        BlockRange before = ranges.get(end);
        ranges.set(end, new BlockRange(before.start(), before.length() + length));
      } else {
        ranges.add(new BlockRange(start, length));
      }
    }
  }
}
