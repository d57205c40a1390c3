package org.ext4map.inspect;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.ext4map.Ext4Image;
import org.ext4map.model.Ext4Exception;
import org.ext4map.ondisk.Geometry;

/**
 * How full each part of an image is, in a bounded number of cells: a cell is a part of one group in
 * a small image, and several groups in a large one.
 */
public final class SpaceMap {
  private SpaceMap() {}

  /**
   * A run of blocks.
   *
   * @param first the first block
   * @param blocks how many
   * @param used of them
   * @param readable false if a bitmap could not be read; its blocks then count as unused
   */
  public record Cell(long first, long blocks, long used, boolean readable) {
    /** The block behind the last one. */
    public long end() {
      return first + blocks;
    }
  }

  /**
   * Reads all bitmaps. Memory: one of them, and the cells.
   *
   * @param most how many cells there may be, at least 1
   */
  public static List<Cell> of(Ext4Image image, int most, Progress progress) throws IOException {
    Geometry geometry = image.geometry();
    long groups = geometry.groupCount();
    List<Cell> cells = new ArrayList<>();
    long groupsPerCell = (groups + most - 1) / most;
    long parts = Math.max(1, Math.min(most / groups, geometry.clustersIn(0)));
    for (long group = 0; group < groups; group++) {
      progress.step("block groups", group, groups);
      List<Cell> ofGroup = cellsOf(image, group, parts);
      if (group % groupsPerCell == 0) {
        cells.addAll(ofGroup);
      } else {
        Cell last = cells.remove(cells.size() - 1);
        Cell more = ofGroup.get(0);
        cells.add(
            new Cell(
                last.first(),
                last.blocks() + more.blocks(),
                last.used() + more.used(),
                last.readable() && more.readable()));
      }
    }
    return cells;
  }

  private static List<Cell> cellsOf(Ext4Image image, long group, long parts) throws IOException {
    Geometry geometry = image.geometry();
    long perCell = (geometry.clustersIn(0) + parts - 1) / parts;
    long clusters = geometry.clustersIn(group);
    long ratio = geometry.clusterRatio();
    SpaceBits[] bits = new SpaceBits[1];
    try {
      bits[0] = SpaceBits.read(image, group);
    } catch (Ext4Exception broken) {
      assert bits[0] == null : broken;
    }
    List<Cell> cells = new ArrayList<>();
    for (long from = 0; from < clusters; from += perCell) {
      long to = Math.min(clusters, from + perCell);
      long used = 0;
      for (long i = from; bits[0] != null && i < to; i = bits[0].runEnd(i, to)) {
        used += bits[0].isUsed(i) ? bits[0].runEnd(i, to) - i : 0;
      }
      long first = geometry.firstBlockOf(group) + from * ratio;
      long blocks = Math.min((to - from) * ratio, geometry.blocksCount() - first);
      cells.add(new Cell(first, blocks, Math.min(blocks, used * ratio), bits[0] != null));
    }
    return cells;
  }
}
