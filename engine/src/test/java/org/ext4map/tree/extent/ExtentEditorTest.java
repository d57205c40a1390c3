package org.ext4map.tree.extent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.ext4map.alloc.SystemZones;
import org.ext4map.buffer.BufferCache;
import org.ext4map.model.Extent;
import org.ext4map.model.ExtentState;
import org.ext4map.model.Mapping;
import org.ext4map.model.NoSpaceException;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.Geometry;
import org.ext4map.testkit.Shapes;
import org.ext4map.tree.TreeContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What each change does to a tree, judged by what stands on the device afterwards. */
class ExtentEditorTest {
  private static final Geometry SHAPE = Shapes.of(1024, 1 << 18, Feature.METADATA_CSUM);
  private static final long END = 0xFFFFFFFFL;
  private static final String SIX = "0-0:W@100 2-2:W@110 4-4:W@120 6-6:W@130 8-8:W@140 10-10:W@150";

  private EditedTree tree = newTree(4, "");

  private static EditedTree newTree(int capacity, String extents) {
    try {
      return new EditedTree(SHAPE, capacity, extents);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void given(int capacity, String extents) {
    tree = newTree(capacity, extents);
  }

  private void whenInserting(String extents) throws IOException {
    for (Extent extent : TreeImage.extents(extents)) {
      tree.below.ownData(extent.pblk(), extent.length());
      tree.edit().insert(extent, false);
    }
  }

  private void then(String extents) throws IOException {
    assertThat(tree.onDevice()).isEqualTo(extents);
  }

  private void thenDepth(int depth) throws IOException {
    assertThat(tree.depth()).isEqualTo(depth);
  }

  // --- insert

  @ParameterizedTest
  @CsvSource({
    "0-7:W@100, 8-9:W@108, 0-9:W@100",
    "8-9:W@108, 0-7:W@100, 0-9:W@100",
    "0-7:U@100, 8-9:U@108, 0-9:U@100",
    "0-7:W@100, 8-9:U@108, 0-7:W@100 8-9:U@108",
    "0-7:W@100, 8-9:W@109, 0-7:W@100 8-9:W@109",
    "0-7:W@100, 9-9:W@109, 0-7:W@100 9-9:W@109",
    "0-2:W@100 5-9:W@105, 3-4:W@103, 0-9:W@100",
    "0-32766:W@100, 32767-32767:W@32867, 0-32767:W@100",
    "0-32767:W@100, 32768-32768:W@32868, 0-32767:W@100 32768-32768:W@32868",
    "0-32765:U@100, 32766-32766:U@32866, 0-32766:U@100",
    "0-32766:U@100, 32767-32767:U@32867, 0-32766:U@100 32767-32767:U@32867",
  })
  void aNewRunJoinsWhatItContinuesUpToTheGreatestLength(
      String given, String inserted, String extents) throws IOException {
    given(4, given);
    whenInserting(inserted);
    then(extents);
  }

  @ParameterizedTest
  @CsvSource({"3-3:W@900", "0-0:W@900", "1-2:W@900", "9-12:U@900"})
  void whatIsMappedCannotBeMappedAgain(String inserted) throws IOException {
    given(2, SIX.replace("2-2", "2-3"));
    Extent extent = Extent.parse(inserted);
    assertThatThrownBy(() -> tree.edit().insert(extent, false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(inserted + " overlaps what is mapped already");
  }

  @Test
  void aRunThatDoesNotFitIntoAnEntryIsTheCallersMistake() {
    assertThatThrownBy(
            () -> tree.edit().insert(new Extent(0, 32769, 1, ExtentState.WRITTEN), false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("extent of 32769 blocks, WRITTEN, allowed 1 … 32768");
    assertThatThrownBy(
            () -> tree.edit().insert(new Extent(0, 32768, 1, ExtentState.UNWRITTEN), false))
        .hasMessage("extent of 32768 blocks, UNWRITTEN, allowed 1 … 32767");
    assertThatThrownBy(() -> tree.edit().insert(Extent.hole(0, 1), false))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aFullRootMovesIntoABlock() throws IOException {
    given(4, "0-0:W@100 2-2:W@110 4-4:W@120 6-6:W@130");
    whenInserting("8-8:W@140");
    thenDepth(1);
    then("0-0:W@100 2-2:W@110 4-4:W@120 6-6:W@130 8-8:W@140");
  }

  @ParameterizedTest
  @CsvSource({"1-1:W@900", "3-3:W@900", "5-5:W@900", "7-7:W@900", "9-9:W@900", "11-11:W@900"})
  void aFullLeafSplitsWhereverTheNewRunBelongs(String inserted) throws IOException {
    given(3, SIX);
    whenInserting(inserted);
    List<Extent> expected = new ArrayList<>(TreeImage.extents(SIX + " " + inserted));
    expected.sort((a, b) -> Long.compare(a.lblk(), b.lblk()));
    then(String.join(" ", expected.stream().map(Extent::toString).toList()));
  }

  @Test
  void aRunBeforeAllOthersBecomesTheFirstKeyOfEveryLevel() throws IOException {
    given(2, "10-10:W@100 12-12:W@110 14-14:W@120 16-16:W@130 18-18:W@140");
    whenInserting("3-3:W@900");
    assertThat(tree.root().key(0)).isEqualTo(3);
    then("3-3:W@900 10-10:W@100 12-12:W@110 14-14:W@120 16-16:W@130 18-18:W@140");
  }

  @Test
  void nodesThatHoldLessThanTheyCouldSplitAsWell() throws IOException {
    for (long lblk : new long[] {3, 11, 13}) {
      TreeImage narrow = new TreeImage(SHAPE).build(1, "10-10:W@100");
      narrow.editRoot(root -> root.setCapacity(2));
      EditedTree tree = new EditedTree(narrow, 3);
      tree.below.ownData(900, 1);
      tree.edit().insert(new Extent(20, 1, 910, ExtentState.WRITTEN), false);
      tree.below.ownData(910, 1);
      tree.edit().insert(new Extent(lblk, 1, 900, ExtentState.WRITTEN), false);
      assertThat(tree.onDevice()).contains(lblk + "-" + lblk + ":W@900").contains("10-10:W@100");
    }
  }

  @Test
  void descendingInsertsFillTheLeaves() throws IOException {
    given(4, "");
    for (long lblk = 126; lblk >= 0; lblk -= 2) {
      whenInserting("%d-%d:W@%d".formatted(lblk, lblk, 1000 + 2 * lblk));
    }
    assertThat(tree.below.nodeCount()).isLessThanOrEqualTo(64 / 4 + 8);
    tree.onDevice();
  }

  @Test
  void ascendingInsertsFillTheLeaves() throws IOException {
    given(4, "");
    for (long lblk = 0; lblk <= 126; lblk += 2) {
      whenInserting("%d-%d:W@%d".formatted(lblk, lblk, 1000 + 2 * lblk));
    }
    assertThat(tree.below.nodeCount()).isLessThanOrEqualTo(64 / 4 + 8);
    tree.onDevice();
  }

  @Test
  void aTreeThatFitsIntoTheRootGoesBackThere() throws IOException {
    given(2, "0-0:W@100 2-2:W@102 4-4:U@110");
    thenDepth(1);
    tree.edit().remove(4, 5);
    thenDepth(0);
    then("0-0:W@100 2-2:W@102");
  }

  @Test
  void withoutABlockForANodeNothingChanges() throws IOException {
    for (int room = 0; room < 3; room++) {
      given(2, "0-0:W@100 2-2:W@110 4-4:W@120 6-6:W@130");
      tree.below.allowAllocations(room);
      assertThatThrownBy(() -> tree.edit().insert(Extent.parse("1-1:W@900"), false))
          .isInstanceOf(NoSpaceException.class);
      then("0-0:W@100 2-2:W@110 4-4:W@120 6-6:W@130");
    }
  }

  @Test
  void aPathFromBeforeAChangeCannotBeUsed() throws IOException {
    given(2, SIX);
    BufferCache cache = new BufferCache(tree.image.device, 1024, 1 << 18, 0);
    TreeContext context = new TreeContext(SHAPE, cache, SystemZones.none(SHAPE));
    Nodes nodes = new Nodes(context, tree.image.treeRoot(), 2);
    NodeEditor editor = new NodeEditor(nodes, tree.below.edit());
    TreePath path = editor.find(2);
    assertThat(path.covers(2)).isTrue();
    editor.delete(path, path.leafSlot());
    assertThatThrownBy(path::leaf)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("a search path from before the last change of the tree");
  }

  // --- remove

  @ParameterizedTest
  @CsvSource({
    "0, 4294967295, ''",
    "5, 4294967295, 0-4:U@100",
    "0, 5, 5-9:U@105 12-13:W@200 20-29:W@300",
    "3, 6, 0-2:U@100 6-9:U@106 12-13:W@200 20-29:W@300",
    "3, 13, 0-2:U@100 13-13:W@201 20-29:W@300",
    "10, 12, 0-9:U@100 12-13:W@200 20-29:W@300",
    "12, 14, 0-9:U@100 20-29:W@300",
    "11, 25, 0-9:U@100 25-29:W@305",
    "30, 40, 0-9:U@100 12-13:W@200 20-29:W@300",
  })
  void removingTakesExactlyTheRange(long from, long to, String extents) throws IOException {
    for (int capacity : new int[] {2, 4}) {
      given(capacity, "0-9:U@100 12-13:W@200 20-29:W@300");
      assertThat(tree.edit().remove(from, to)).isEqualTo(from);
      then(extents);
    }
  }

  @Test
  void removingTheLastRunOfALeafTakesTheLeafAndItsIndexToo() throws IOException {
    given(2, SIX);
    assertThat(tree.below.nodeCount()).isEqualTo(5);
    tree.edit().remove(4, 8);
    assertThat(tree.below.nodeCount()).isEqualTo(4);
    then("0-0:W@100 2-2:W@110 8-8:W@140 10-10:W@150");
    tree.edit().remove(8, 11);
    thenDepth(0);
    assertThat(tree.below.nodeCount()).isZero();
    then("0-0:W@100 2-2:W@110");
  }

  @Test
  void removingTheFirstLeafCorrectsTheKeysAbove() throws IOException {
    given(2, SIX);
    tree.edit().remove(0, 5);
    assertThat(tree.root().key(0)).isEqualTo(6);
    then("6-6:W@130 8-8:W@140 10-10:W@150");
  }

  @Test
  void removingAllShrinksTheTreeBackIntoTheInode() throws IOException {
    given(2, SIX);
    tree.edit().remove(0, END);
    thenDepth(0);
    assertThat(tree.below.nodeCount()).isZero();
    then("");
  }

  @Test
  void onlyAHoleInTheMiddleOfARunNeedsABlock() throws IOException {
    given(2, "0-9:W@100 20-29:U@200");
    tree.below.allowAllocations(0);
    assertThatThrownBy(() -> tree.edit().remove(3, 5)).isInstanceOf(NoSpaceException.class);
    then("0-9:W@100 20-29:U@200");
    tree.edit().remove(5, 22);
    then("0-4:W@100 22-29:U@202");
  }

  @Test
  void whenTheHandleIsUsedUpTheRestIsLeftForTheNext() throws IOException {
    given(2, SIX);
    tree.below.allowExtensions(2);
    long rest = tree.edit().remove(1, END);
    assertThat(rest).isEqualTo(8);
    then("0-0:W@100 2-2:W@110 4-4:W@120 6-6:W@130");
    tree.below.allowExtensions(100);
    assertThat(tree.edit().remove(1, rest)).isEqualTo(1);
    then("0-0:W@100");
  }

  // --- shift

  @ParameterizedTest
  @CsvSource({"2", "3", "4"})
  void shiftingLeftClosesAHoleAndJoins(int capacity) throws IOException {
    given(capacity, "0-1:W@100 6-7:W@102 9-9:U@200 12-12:W@300 14-14:W@310 16-16:W@320");
    assertThat(tree.edit().shiftLeft(6, 4)).isEqualTo(END);
    then("0-3:W@100 5-5:U@200 8-8:W@300 10-10:W@310 12-12:W@320");
  }

  @Test
  void shiftingLeftNeedsAHole() throws IOException {
    given(2, SIX);
    assertThatThrownBy(() -> tree.edit().shiftLeft(4, 2))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> tree.edit().shiftLeft(1, 2))
        .isInstanceOf(IllegalArgumentException.class);
    then(SIX);
  }

  @ParameterizedTest
  @CsvSource({"2", "3", "4"})
  void shiftingRightSplitsWhatStraddles(int capacity) throws IOException {
    given(capacity, "0-3:W@100 6-7:W@200 9-9:U@300 12-12:W@310 14-14:W@320");
    assertThat(tree.edit().shiftRight(2, END, 10)).isEqualTo(2);
    then("0-1:W@100 12-13:W@102 16-17:W@200 19-19:U@300 22-22:W@310 24-24:W@320");
  }

  @Test
  void nothingIsShiftedOutOfTheFile() throws IOException {
    given(2, "0-3:W@100 4294967290-4294967291:W@200");
    assertThatThrownBy(() -> tree.edit().shiftRight(2, END, 4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("shift by 4 of a file that ends at 4294967292");
    tree.edit().shiftRight(2, END, 3);
    then("0-1:W@100 5-6:W@102 4294967293-4294967294:W@200");
  }

  @Test
  void aShiftGoesOnUnderAnotherHandle() throws IOException {
    given(2, SIX);
    long rest = END;
    int handles = 0;
    do {
      tree.below.allowExtensions(1);
      rest = tree.edit().shiftRight(2, rest, 5);
      handles++;
      tree.onDevice();
    } while (rest > 2);
    assertThat(handles).isGreaterThan(2);
    then("0-0:W@100 7-7:W@110 9-9:W@120 11-11:W@130 13-13:W@140 15-15:W@150");
    for (rest = 7; rest < END; ) {
      tree.below.allowExtensions(1);
      rest = tree.edit().shiftLeft(rest, 5);
      tree.onDevice();
    }
    then(SIX);
  }

  // --- swap, goal

  @Test
  void exchangingPutsOtherBlocksInThePlaceOfAnEntry() throws IOException {
    given(2, "0-9:W@100 20-29:U@200");
    tree.edit().splitAt(4);
    tree.edit().splitAt(6);
    tree.below.ownData(500, 2);
    Extent old = tree.edit().exchange(Extent.parse("4-5:U@500"));
    assertThat(old).hasToString("4-5:W@104");
    tree.below.freeData(old.pblk(), old.length());
    then("0-3:W@100 4-5:U@500 6-9:W@106 20-29:U@200");
  }

  @ParameterizedTest
  @CsvSource({
    "4-5:U@500, 4-5:U@500 is to take the place of 0-9:W@100",
    "0-4:U@500, 0-4:U@500 is to take the place of 0-9:W@100",
    "12-13:W@500, 12-13:W@500 is to take the place of null",
  })
  void onlyAWholeEntryIsExchanged(String replacement, String message) {
    given(2, "0-9:W@100 20-29:U@200");
    assertThatThrownBy(() -> tree.edit().exchange(Extent.parse(replacement)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void aNewBlockIsWantedWhereItsNeighbourSuggests() throws IOException {
    assertThat(tree.edit().goal(5, 777)).isEqualTo(777);
    given(2, "10-19:W@100 30-39:W@200");
    assertThat(tree.edit().goal(25, 777)).isEqualTo(115);
    assertThat(tree.edit().goal(7, 777)).isEqualTo(97);
    assertThat(tree.edit().goal(45, 777)).isEqualTo(215);
  }

  // --- convert

  @Test
  void convertingWhatIsConvertedChangesNothing() throws IOException {
    given(4, "0-7:W@100");
    Mapping out = new Mapping();
    tree.convert(8, 0).afterIo(2, 3, out);
    assertThat(out).hasToString("2-4:W@102");
    assertThat(tree.below.commit()).as("root changed").isFalse();
    tree.convert(8, 0).toUnwritten(0, 8, out);
    tree.convert(8, 0).toUnwritten(1, 2, out);
    assertThat(out).hasToString("1-2:U@101");
    then("0-7:U@100");
  }

  @Test
  void aHoleCannotBeConverted() {
    given(4, "0-7:U@100");
    assertThatThrownBy(() -> tree.convert(9, 0).afterIo(8, 1, new Mapping()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("block 8 is a hole, allowed mapped blocks");
  }

  @Test
  void oneCallAnswersOneEntry() throws IOException {
    given(4, "0-3:U@100 4-7:U@200");
    Mapping out = new Mapping();
    tree.convert(8, 0).afterIo(2, 100, out);
    assertThat(out).hasToString("2-3:W@102");
    then("0-1:U@100 2-3:W@102 4-7:U@200");
  }

  @Test
  void neighbouringConversionsGiveOneRunInAnyOrder() throws IOException {
    for (int[] order : new int[][] {{0, 1, 2, 3}, {3, 1, 2, 0}, {2, 0, 3, 1}, {1, 3, 0, 2}}) {
      given(4, "0-7:U@100");
      for (int block : order) {
        tree.convert(8, 0).afterIo(2L * block, 2, new Mapping());
      }
      then("0-7:W@100");
    }
  }

  @Test
  void theGreatestWrittenRunTurnsUnwrittenInParts() throws IOException {
    given(4, "0-32767:W@100");
    Mapping out = new Mapping();
    tree.convert(1 << 16, 0).toUnwritten(0, 32768, out);
    assertThat(out).hasToString("0-16382:U@100");
    then("0-16382:U@100 16383-32767:W@16483");
    tree.convert(1 << 16, 0).toUnwritten(16383, 16385, out);
    then("0-16382:U@100 16383-32767:U@16483");
  }

  @Test
  void aWrittenNeighbourTakesOverWithoutASlotOrABlock() throws IOException {
    given(3, "0-3:W@100 4-7:U@104 8-9:W@108");
    tree.below.allowAllocations(0);
    tree.convert(10, 0).afterIo(4, 1, new Mapping());
    then("0-4:W@100 5-7:U@105 8-9:W@108");
    tree.convert(10, 0).forWrite(7, 1, new Mapping());
    then("0-4:W@100 5-6:U@105 7-9:W@107");
    tree.convert(10, 0).afterIo(5, 2, new Mapping());
    then("0-9:W@100");
    assertThat(tree.below.zeroed()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    // the whole entry is at most 8 blocks: head and tail are zeroed, but for a head that fills 8
    "0-6:U@100, 2, 1, 7, 8, 0-6:W@100, 6",
    "0-7:U@100, 2, 1, 8, 8, 0-1:U@100 2-7:W@102, 5",
    "0-7:U@100, 0, 1, 8, 8, 0-7:W@100, 7",
    // a short head before a long tail
    "0-99:U@100, 3, 2, 100, 8, 0-4:W@100 5-99:U@105, 3",
    "0-99:U@100, 6, 2, 100, 8, 0-5:U@100 6-7:W@106 8-99:U@108, 0",
    // a short tail behind a long head
    "0-99:U@100, 93, 2, 100, 8, 0-92:U@100 93-99:W@193, 5",
    // up to the entry's end: nothing is zeroed
    "0-6:U@100, 5, 2, 7, 8, 0-4:U@100 5-6:W@105, 0",
    // switched off, or partly behind the end of the file
    "0-6:U@100, 2, 1, 7, 0, 0-1:U@100 2-2:W@102 3-6:U@103, 0",
    "0-6:U@100, 2, 1, 6, 8, 0-1:U@100 2-2:W@102 3-6:U@103, 0",
  })
  void aPlainWriteZeroesShortLeftovers(
      String given, long lblk, int len, long eof, int most, String extents, long zeroed)
      throws IOException {
    given(4, given);
    Mapping out = new Mapping();
    tree.convert(eof, most).forWrite(lblk, len, out);
    assertThat(out).hasToString("%d-%d:W@%d".formatted(lblk, lblk + len - 1, 100 + lblk));
    then(extents);
    assertThat(tree.below.zeroed()).isEqualTo(zeroed);
  }

  @Test
  void isolatingMakesAnEntryOfItsOwnAndDoesNotJoin() throws IOException {
    given(4, "0-7:U@100");
    Mapping out = new Mapping();
    tree.convert(8, 0).isolate(2, 3, out);
    assertThat(out).hasToString("2-4:U@102");
    then("0-1:U@100 2-4:U@102 5-7:U@105");
    tree.convert(8, 0).afterIo(2, 3, out);
    then("0-1:U@100 2-4:W@102 5-7:U@105");
  }

  @Test
  void withoutRoomIsolatingZeroesTheWholeEntry() throws IOException {
    given(1, "0-7:U@100");
    tree.fill(100, 8, EditedTree.STALE);
    tree.below.allowAllocations(0);
    Mapping out = new Mapping();
    tree.convert(8, 0).isolate(2, 3, out);
    assertThat(out).hasToString("2-4:W@102");
    then("0-7:W@100");
    assertThat(tree.byteAt(103)).isZero();
  }
}
