package org.ext4map.tree.extent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.ext4map.model.Extent;
import org.ext4map.model.ExtentState;
import org.ext4map.model.Mapping;
import org.ext4map.model.TreeNode;
import org.ext4map.ondisk.ExtentNode;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.IndirectBlock;
import org.ext4map.testkit.Allocation;
import org.ext4map.testkit.Shapes;
import org.ext4map.tree.LeafSink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Looking things up in sound trees. Notation: first-last:STATE@pblk. */
class ExtentTreeLookupTest {
  private static final Geometry SMALL = Shapes.of(1024, 1 << 17, Feature.METADATA_CSUM);
  private static final String TEN =
      "2-3:W@100 5-5:U@200 6-6:W@300 10-19:U@400 20-29:W@500"
          + " 40-40:W@600 41-41:U@700 60-69:W@800 80-80:W@900 90-99:U@1000";

  private ExtentTree tree = new TreeImage(SMALL).build(4, "").open();

  private void given(int capacity, String extents) {
    tree = new TreeImage(SMALL).build(capacity, extents).open();
  }

  private void thenAt(long lblk, String answer) throws IOException {
    Mapping out = new Mapping();
    tree.find(lblk, out, LeafSink.NONE);
    assertThat(out).as("at " + lblk).hasToString(answer);
  }

  @Test
  void anEmptyTreeIsOneHole() throws IOException {
    given(4, "");
    thenAt(0, "0-2147483646:H");
    thenAt(4294967294L, "4294967294-4294967294:H");
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 84})
  void everyBlockIsAnsweredWhateverTheDepth(int capacity) throws IOException {
    given(capacity, TEN);
    thenAt(0, "0-1:H");
    thenAt(2, "2-3:W@100");
    thenAt(3, "3-3:W@101");
    thenAt(4, "4-4:H");
    thenAt(5, "5-5:U@200");
    thenAt(6, "6-6:W@300");
    thenAt(7, "7-9:H");
    thenAt(14, "14-19:U@404");
    thenAt(30, "30-39:H");
    thenAt(42, "42-59:H");
    thenAt(89, "89-89:H");
    thenAt(99, "99-99:U@1009");
    thenAt(100, "100-2147483746:H");
  }

  @ParameterizedTest
  @CsvSource({"2, 3", "3, 2", "4, 1", "84, 1"})
  void smallNodesMakeDeepTrees(int capacity, int depth) throws IOException {
    given(capacity, TEN);
    assertThat(tree.depth()).isEqualTo(depth);
  }

  @Test
  void aLengthFieldOf0x8000IsAWrittenRunOf32768Blocks() throws IOException {
    given(4, "0-32767:W@100 32768-65534:U@40000");
    thenAt(0, "0-32767:W@100");
    thenAt(32768, "32768-65534:U@40000");
  }

  @Test
  void theLastLogicalBlockCanBeMapped() throws IOException {
    given(4, "0-0:W@100 4294967294-4294967294:W@200");
    thenAt(4294967294L, "4294967294-4294967294:W@200");
    thenAt(4294967293L, "4294967293-4294967293:H");
    assertThatThrownBy(() -> thenAt(4294967295L, ""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("lblk=4294967295, allowed 0 … 4294967294");
    assertThatThrownBy(() -> thenAt(-1, "")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void physicalBlocksHave48Bits() throws IOException {
    Geometry vast = Shapes.of(65536, 1L << 48, Feature.BIT64);
    tree = new TreeImage(vast).build(4, "0-9:W@281474976710646").open();
    thenAt(9, "9-9:W@281474976710655");
  }

  @Test
  void extentsOfABigallocFileMayShareACluster() throws IOException {
    Geometry clustered = Shapes.clustered(1024, 16, 1 << 16, Feature.BIGALLOC);
    tree = new TreeImage(clustered).build(2, "0-2:W@160 5-5:U@165 7-15:W@167").open();
    thenAt(1, "1-2:W@161");
    thenAt(3, "3-4:H");
    thenAt(5, "5-5:U@165");
    thenAt(15, "15-15:W@175");
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 84})
  void iterationShowsTheEntriesFromTheOneThatHoldsOrFollows(int capacity) throws IOException {
    given(capacity, TEN);
    assertThat(entriesFrom(0)).isEqualTo(TEN);
    assertThat(entriesFrom(3)).isEqualTo(TEN);
    assertThat(entriesFrom(15)).isEqualTo(TEN.substring(TEN.indexOf("10-19")));
    assertThat(entriesFrom(30)).isEqualTo(TEN.substring(TEN.indexOf("40-40")));
    assertThat(entriesFrom(100)).isEmpty();
  }

  private String entriesFrom(long lblk) throws IOException {
    List<String> seen = new ArrayList<>();
    tree.forEach(lblk, (l, n, p, s) -> seen.add(new Extent(l, n, p, s).toString()));
    return String.join(" ", seen);
  }

  @Test
  void iterationStopsWhenToldTo() throws IOException {
    given(2, TEN);
    List<Long> seen = new ArrayList<>();
    tree.forEach(
        0,
        (l, n, p, s) -> {
          seen.add(l);
          return seen.size() < 4;
        });
    assertThat(seen).containsExactly(2L, 5L, 6L, 10L);
  }

  @Test
  void theNodesAreShownTopDown() throws IOException {
    given(3, "0-0:W@10 2-2:U@12 4-4:W@14 6-6:W@16");
    List<TreeNode> nodes = new ArrayList<>();
    tree.forEachNode(nodes::add);
    assertThat(nodes).hasSize(3);
    assertThat(nodes.get(0).children())
        .containsExactly(new TreeNode.Child(0, 50), new TreeNode.Child(6, 51));
    assertThat(nodes.get(0).pblk()).isEmpty();
    assertThat(nodes.get(1).level()).isEqualTo(1);
    assertThat(nodes.get(1).range()).hasToString("0-5");
    assertThat(nodes.get(1).extents().toString()).isEqualTo("[0-0:W@10, 2-2:U@12, 4-4:W@14]");
    assertThat(nodes.get(2).range()).hasToString("6-4294967294");
    assertThat(nodes.get(2).pblk()).hasValue(51);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4, 84})
  void theLeafOfferedOnTheWayAnswersForItsWholeRange(int capacity) throws IOException {
    given(capacity, TEN);
    for (long lblk = 0; lblk < 120; lblk++) {
      long asked = lblk;
      tree.find(
          lblk,
          new Mapping(),
          new LeafSink() {
            @Override
            public void leaf(ExtentNode node, long from, long to) {
              assertThat(asked).isGreaterThanOrEqualTo(from).isLessThan(to);
              for (long each = from; each < Math.min(to, 120); each++) {
                assertThat(stateIn(node, each)).isEqualTo(stateOf(each));
              }
            }

            @Override
            public void pointers(IndirectBlock block, long from, long to) {
              throw new AssertionError("an extent tree has no pointers");
            }
          });
    }
  }

  private ExtentState stateOf(long lblk) {
    Mapping out = new Mapping();
    try {
      tree.find(lblk, out, LeafSink.NONE);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return out.state();
  }

  private static ExtentState stateIn(ExtentNode leaf, long lblk) {
    for (int i = 0; i < leaf.entries(); i++) {
      if (lblk >= leaf.key(i) && lblk < leaf.key(i) + leaf.length(i)) {
        return leaf.state(i);
      }
    }
    return ExtentState.HOLE;
  }

  @Test
  void anEmptyLeafIsAHoleUpToTheNextLeaf() throws IOException {
    TreeImage image = new TreeImage(SMALL).build(2, "0-0:W@10 2-2:W@12 4-4:W@14 6-6:W@16 8-8:W@18");
    tree = image.edit(51, leaf -> leaf.setEntries(0)).open();
    thenAt(3, "3-3:H");
    thenAt(4, "4-7:H");
    assertThat(entriesFrom(0)).isEqualTo("0-0:W@10 2-2:W@12 8-8:W@18");
  }

  @Test
  void aLookupInMemoryAllocatesNothing() throws Exception {
    given(2, TEN);
    Mapping out = new Mapping();
    SplittableRandom random = new SplittableRandom(1);
    assertThat(Allocation.bytesPerRun(() -> tree.find(random.nextInt(120), out, LeafSink.NONE)))
        .isZero();
  }
}
