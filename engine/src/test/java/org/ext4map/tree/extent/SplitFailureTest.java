package org.ext4map.tree.extent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.ext4map.model.ExtentState;
import org.ext4map.model.Mapping;
import org.ext4map.model.NoSpaceException;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.Geometry;
import org.ext4map.testkit.Shapes;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Space for nodes runs out at every allocation, for every part of an extent in a full tree: either
 * the change happens, or a zeroed extent takes its place, or nothing has happened. Never does a
 * reader see the stale bytes of a block that nobody wrote.
 */
class SplitFailureTest {
  private static final Geometry SHAPE = Shapes.of(1024, 1 << 16, Feature.METADATA_CSUM);
  private static final int FIRST = 20;
  private static final int LENGTH = 5;
  private static final long PBLK = 500;

  /** What is tried, and what the extent is before. */
  private enum Change {
    AFTER_IO("U"),
    FOR_WRITE("U"),
    ISOLATE("U"),
    TO_UNWRITTEN("W"),
    REMOVE("W");

    final String before;

    Change(String before) {
      this.before = before;
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyPartOfAnExtentAtEveryAllocation(Change change) throws IOException {
    int failures = 0;
    for (int eof : new int[] {FIRST + 2, 100}) {
      for (int at = 0; at < LENGTH; at++) {
        for (int len = 1; len <= LENGTH - at; len++) {
          for (int room = 0; room < 5; room++) {
            failures += failed(change, FIRST + at, len, room, eof) ? 1 : 0;
          }
        }
      }
    }
    // the extent is whole in a full leaf, below full nodes: some changes must have failed
    boolean alwaysPossible = change == Change.TO_UNWRITTEN;
    assertThat(failures > 0).as("failures " + failures).isNotEqualTo(alwaysPossible);
  }

  private static boolean failed(Change change, int lblk, int len, int room, int eof)
      throws IOException {
    String others = "10-10:W@300 %s 40-40:W@310 50-50:W@320 60-60:W@330";
    String extent = "%d-%d:%s@%d".formatted(FIRST, FIRST + LENGTH - 1, change.before, PBLK);
    EditedTree tree = new EditedTree(SHAPE, 2, others.formatted(extent));
    tree.fill(PBLK, LENGTH, EditedTree.STALE);
    boolean writes = change == Change.AFTER_IO || change == Change.FOR_WRITE;
    if (writes) {
      tree.fill(PBLK + lblk - FIRST, len, (byte) 'n');
    }
    tree.below.allowAllocations(room);
    boolean failed = false;
    try {
      apply(change, tree, lblk, len, eof);
    } catch (NoSpaceException e) {
      failed = true;
    }
    String as =
        "%s of %d+%d, room %d, eof %d: %s".formatted(change, lblk, len, room, eof, tree.onDevice());
    for (int i = FIRST; i < FIRST + LENGTH; i++) {
      boolean asked = i >= lblk && i < lblk + len;
      byte before = change.before.equals("W") ? EditedTree.STALE : 0;
      byte after = writes ? (byte) 'n' : 0;
      assertThat(tree.read(i)).as(as + " block " + i).isEqualTo(asked && !failed ? after : before);
      boolean gone = asked && !failed && change == Change.REMOVE;
      assertThat(tree.find(i).state() == ExtentState.HOLE).as(as).isEqualTo(gone);
    }
    return failed;
  }

  private static void apply(Change change, EditedTree tree, int lblk, int len, int eof)
      throws IOException {
    Mapping out = new Mapping();
    ExtentConverter converter = tree.convert(eof, 8);
    switch (change) {
      case AFTER_IO -> converter.afterIo(lblk, len, out);
      case FOR_WRITE -> converter.forWrite(lblk, len, out);
      case ISOLATE -> converter.isolate(lblk, len, out);
      case TO_UNWRITTEN -> converter.toUnwritten(lblk, len, out);
      case REMOVE -> tree.edit().remove(lblk, lblk + len);
    }
  }
}
