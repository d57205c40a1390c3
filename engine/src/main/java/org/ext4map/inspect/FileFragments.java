package org.ext4map.inspect;

import java.io.IOException;
import org.ext4map.Ext4File;
import org.ext4map.model.Extent;
import org.ext4map.model.ExtentState;
import org.ext4map.ondisk.ExtentNode;

/**
 * How scattered one file is.
 *
 * @param ino its inode
 * @param size i_size in bytes
 * @param blocks mapped blocks
 * @param extents entries of its map as they stand; runs of an indirect map
 * @param fragments entries that continue each other counted as one, as FIEMAP does
 * @param least entries that a map of the same holes and states needs at least
 */
public record FileFragments(
    long ino, long size, long blocks, long extents, long fragments, long least) {

  /** Looks at the map of {@code file}. Memory: one node of the map. */
  public static FileFragments of(Ext4File file) throws IOException {
    Count count = new Count(file.hasExtents());
    file.forEachExtent(
        extent -> {
          count.add(extent);
          return true;
        });
    return new FileFragments(
        file.ino(), file.size(), count.blocks, count.extents, count.fragments, count.least());
  }

  /** Entries that a better layout would save. */
  public long excess() {
    return Math.max(0, extents - least);
  }

  private static final class Count {
    private final boolean limited;
    private long blocks;
    private long extents;
    private long fragments;
    private long least;
    private Extent last = Extent.hole(0, 1);

    /** Blocks in one state side by side in the file so far. */
    private long piece;

    Count(boolean limited) {
      this.limited = limited;
    }

    void add(Extent extent) {
      boolean first = extents == 0;
      blocks += extent.length();
      extents++;
      fragments += !first && last.isContinuedBy(extent) ? 0 : 1;
      if (first || last.end() != extent.lblk() || last.state() != extent.state()) {
        endPiece();
      }
      piece += extent.length();
      last = extent;
    }

    private void endPiece() {
      long most =
          !limited
              ? Long.MAX_VALUE
              : last.state() == ExtentState.UNWRITTEN
                  ? ExtentNode.MAX_UNWRITTEN_LENGTH
                  : ExtentNode.MAX_WRITTEN_LENGTH;
      least += piece / most + (piece % most == 0 ? 0 : 1);
      piece = 0;
    }

    long least() {
      endPiece();
      return least;
    }
  }
}
