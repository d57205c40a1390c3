package org.ext4map.map;

import java.io.IOException;
import org.ext4map.journal.JournalHandle;
import org.ext4map.model.Extent;
import org.ext4map.model.Mapping;

/**
 * Exchanges blocks between two maps, run by run: ext4_swap_extents (Linux fs/ext4/extents.c).
 * Called with both dataSems held exclusively.
 *
 * <pre>
 *   one   |----W----|--U--|            one   |-U-|--W--|--U--|
 *   two   |-U-|------W----|     ──▶    two   |----W----|--W--|
 *          run1 run2  run3             each run: isolated in both, exchanged, joined with its neighbours
 * </pre>
 */
final class MapSwap {
  private final BlockMapper one;
  private final BlockMapper two;

  /** From a block of the one to its partner in the other. */
  private final long distance;

  private final long end;
  private long lblk;

  MapSwap(BlockMapper one, long lblk, BlockMapper two, long otherLblk, long count) {
    this.one = one;
    this.two = two;
    this.lblk = lblk;
    this.distance = otherLblk - lblk;
    this.end = lblk + count;
  }

  /**
   * Exchanges as many runs as the handle has credits for, at least one.
   *
   * @return true if all is done; otherwise the caller goes on with fresh credits
   */
  boolean run(JournalHandle handle) throws IOException {
    one.editor().discardPreallocation();
    two.editor().discardPreallocation();
    one.editor().run(handle, true, () -> two.editor().run(handle, true, () -> runs(handle)));
    return lblk == end;
  }

  private long runs(JournalHandle handle) throws IOException {
    Mapping mine = new Mapping();
    Mapping theirs = new Mapping();
    int needed = one.creditsForExchange(two);
    for (boolean first = true; lblk < end; first = false) {
      int missing = needed - handle.credits();
      if (!first && missing > 0 && !handle.extend(missing)) {
        break;
      }
      one.find(lblk, mine);
      two.find(lblk + distance, theirs);
      mine.clip((int) Math.min(end - lblk, theirs.length()));
      theirs.clip(mine.length());
      if (mine.state().isMapped() != theirs.state().isMapped()) {
        throw new IllegalArgumentException(mine + " opposite to " + theirs);
      }
      if (mine.state().isMapped()) {
        exchange(mine, theirs);
      }
      lblk += mine.length();
    }
    return lblk;
  }

  private void exchange(Mapping mine, Mapping theirs) throws IOException {
    int length = mine.length();
    one.editor().extents().isolate(mine.lblk(), length);
    two.editor().extents().isolate(theirs.lblk(), length);
    put(one.editor(), new Extent(mine.lblk(), length, theirs.pblk(), theirs.state()));
    put(two.editor(), new Extent(theirs.lblk(), length, mine.pblk(), mine.state()));
    one.editor().extents().joinAround(mine.lblk());
    two.editor().extents().joinAround(theirs.lblk());
  }

  private static void put(MapEditor editor, Extent extent) throws IOException {
    Extent was = editor.extents().exchange(extent);
    assert was.length() == extent.length() : was + " for " + extent;
    editor.learn(extent);
  }
}
