package org.ext4map.tree.indirect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.Extent;
import org.ext4map.model.Mapping;
import org.ext4map.model.TreeNode;
import org.ext4map.ondisk.ExtentNode;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.IndirectBlock;
import org.ext4map.testkit.Allocation;
import org.ext4map.testkit.Shapes;
import org.ext4map.tree.LeafSink;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Indirect maps with 1 KiB blocks: 256 pointers each; 12, 268 and 65804 are where levels start. */
class IndirectTreeTest {
  private static final Geometry SMALL = Shapes.of(1024, 1 << 16);
  private static final long TRIPLE = 12 + 256 + 65536;

  private final MapImage image = new MapImage(SMALL);

  private void thenAt(long lblk, String answer) throws IOException {
    Mapping out = new Mapping();
    image.open().find(lblk, out, LeafSink.NONE);
    assertThat(out).as("at " + lblk).hasToString(answer);
  }

  @Test
  void anEmptyMapIsOneHole() throws IOException {
    thenAt(0, "0-11:H");
    thenAt(12, "12-2147483658:H");
    thenAt(4294967294L, "4294967294-4294967294:H");
    assertThat(image.open().depth()).isZero();
    assertThatThrownBy(() -> thenAt(4294967295L, "")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void directPointersThatContinueEachOtherAreOneRun() throws IOException {
    image.root(0, 100).root(1, 101).root(2, 102).root(3, 200).root(11, 300);
    thenAt(0, "0-2:W@100");
    thenAt(1, "1-2:W@101");
    thenAt(3, "3-3:W@200");
    thenAt(4, "4-10:H");
    thenAt(11, "11-11:W@300");
  }

  @Test
  void singleIndirect() throws IOException {
    image.root(12, 50).map(50, 0, 100, 101).map(50, 255, 110);
    thenAt(12, "12-13:W@100");
    thenAt(14, "14-266:H");
    thenAt(267, "267-267:W@110");
    thenAt(268, "268-2147483914:H");
    assertThat(image.open().depth()).isEqualTo(1);
  }

  @Test
  void doubleIndirectWithHolesAtBothLevels() throws IOException {
    image.root(13, 50).map(50, 2, 51).map(51, 7, 100, 101, 0, 103);
    thenAt(12, "12-267:H");
    thenAt(268, "268-779:H");
    thenAt(780, "780-786:H");
    thenAt(788, "788-788:W@101");
    thenAt(789, "789-789:H");
    thenAt(790, "790-790:W@103");
    thenAt(1036, "1036-65803:H");
    assertThat(image.open().depth()).isEqualTo(2);
  }

  @Test
  void tripleIndirectUpToTheLastBlockItReaches() throws IOException {
    image.root(14, 50).map(50, 0, 51).map(50, 255, 52).map(51, 0, 53).map(52, 255, 54);
    image.map(53, 0, 100).map(54, 255, 200);
    long last = TRIPLE + 256L * 256 * 256 - 1;
    thenAt(TRIPLE, TRIPLE + "-" + TRIPLE + ":W@100");
    thenAt(last, last + "-" + last + ":W@200");
    thenAt(last + 1, (last + 1) + "-" + (last + Integer.MAX_VALUE) + ":H");
    assertThat(entriesFrom(0))
        .containsExactly(TRIPLE + "-" + TRIPLE + ":W@100", last + "-" + last + ":W@200");
    assertThat(entriesFrom(TRIPLE + 1)).containsExactly(last + "-" + last + ":W@200");
    assertThat(image.open().depth()).isEqualTo(3);
  }

  @Test
  void withLargeBlocksTheMapReachesFurtherThanAFileCan() throws IOException {
    MapImage large = new MapImage(Shapes.of(65536, 1 << 16));
    large.root(14, 50).map(50, 15, 51).map(50, 16, 52).map(51, 16382, 53).map(53, 0, 100);
    Mapping out = new Mapping();
    large.open().find(4294967294L, out, LeafSink.NONE);
    assertThat(out).hasToString("4294967294-4294967294:H");
    large.open().forEachNode(node -> true);
  }

  private List<String> entriesFrom(long lblk) throws IOException {
    List<String> seen = new ArrayList<>();
    image.open().forEach(lblk, (l, n, p, s) -> seen.add(new Extent(l, n, p, s).toString()));
    return seen;
  }

  @Test
  void iterationAgreesWithLookups() throws IOException {
    image.root(0, 100).root(1, 101).root(12, 50).root(13, 51).map(50, 3, 110, 111);
    image.map(51, 0, 52, 0, 53).map(52, 255, 120).map(53, 0, 121);
    assertThat(entriesFrom(0))
        .containsExactly("0-1:W@100", "15-16:W@110", "523-523:W@120", "780-780:W@121");
    assertThat(entriesFrom(1)).startsWith("0-1:W@100");
    assertThat(entriesFrom(17)).containsExactly("523-523:W@120", "780-780:W@121");
    assertThat(entriesFrom(524)).containsExactly("780-780:W@121");
    assertThat(entriesFrom(781)).isEmpty();
  }

  @Test
  void theNodesAreShownTopDown() throws IOException {
    image.root(0, 100).root(13, 50).map(50, 1, 51).map(51, 4, 110);
    List<TreeNode> nodes = new ArrayList<>();
    image.open().forEachNode(nodes::add);
    assertThat(nodes).hasSize(3);
    assertThat(nodes.get(0).extents().toString()).isEqualTo("[0-0:W@100]");
    assertThat(nodes.get(0).children()).containsExactly(new TreeNode.Child(268, 50));
    assertThat(nodes.get(1).children()).containsExactly(new TreeNode.Child(524, 51));
    assertThat(nodes.get(2).level()).isEqualTo(2);
    assertThat(nodes.get(2).range()).hasToString("524-779");
    assertThat(nodes.get(2).extents().toString()).isEqualTo("[528-528:W@110]");
  }

  @Test
  void theLowestLevelIsOfferedWithTheRangeItAnswersFor() throws IOException {
    image.root(13, 50).map(50, 1, 51).map(51, 4, 110);
    List<String> offers = new ArrayList<>();
    LeafSink sink =
        new LeafSink() {
          @Override
          public void leaf(ExtentNode node, long from, long to) {
            throw new AssertionError("an indirect map has no extent nodes");
          }

          @Override
          public void pointers(IndirectBlock block, long from, long to) {
            offers.add(from + "-" + to + " of " + block.count());
          }
        };
    IndirectTree tree = image.open();
    tree.find(5, new Mapping(), sink);
    tree.find(600, new Mapping(), sink);
    assertThat(offers).containsExactly("0-12 of 12", "524-780 of 256");
  }

  @ParameterizedTest
  @CsvSource({"0, 65536", "12, 1", "14, 4294967295"})
  void aRootPointerOutOfRangeIsNamed(int slot, long pblk) {
    image.root(slot, pblk);
    assertThatThrownBy(() -> thenAt(0, ""))
        .isInstanceOf(CorruptionException.class)
        .hasMessage(
            "indirect map: pointer %d=%d, allowed 0 or a block that the inode may own"
                + " [ino=12 i_block]",
            slot, pblk);
  }

  @Test
  void aPointerOutOfRangeIsNamedAtEveryLevel() {
    image.root(13, 50).map(50, 0, 51).map(51, 9, 70000);
    assertThatThrownBy(() -> thenAt(268, ""))
        .hasMessage(
            "indirect map: pointer 9=70000, allowed 0 or a block that the inode may own"
                + " [ino=12 pblk=51]");
    image.map(50, 3, 80000);
    assertThatThrownBy(() -> thenAt(268, ""))
        .hasMessage(
            "indirect map: pointer 3=80000, allowed 0 or a block that the inode may own"
                + " [ino=12 pblk=50]");
  }

  @ParameterizedTest
  @CsvSource({"50, 50", "51, 51", "51, 50"})
  void aMapThatLeadsBackToItselfIsRefused(long holder, long back) {
    image.root(14, 50).map(50, 0, 51).map(51, 0, 52).map(52, 0, 100).map(holder, 0, back);
    for (Walk walk : walks()) {
      assertThatThrownBy(() -> walk.over(image.open()))
          .isInstanceOf(CorruptionException.class)
          .hasMessage(
              "indirect map: pointer=%d, allowed a block that is not above it [ino=12 pblk=%d]",
              back, holder);
    }
  }

  private interface Walk {
    void over(IndirectTree tree) throws IOException;
  }

  private static List<Walk> walks() {
    return List.of(
        tree -> tree.find(TRIPLE, new Mapping(), LeafSink.NONE),
        tree -> tree.forEach(0, (l, n, p, s) -> true),
        tree -> tree.forEachNode(node -> true));
  }

  @Test
  void aMapThatUsesOneBlockForEverythingEndsTheWalk() {
    long[] same = new long[256];
    java.util.Arrays.fill(same, 51);
    image.root(14, 50).map(50, 0, same);
    java.util.Arrays.fill(same, 52);
    image.map(51, 0, same);
    java.util.Arrays.fill(same, 53);
    image.map(52, 0, same);
    IndirectTree tree = image.open();
    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(10),
        () -> {
          assertThatThrownBy(() -> tree.forEach(0, (l, n, p, s) -> true))
              .isInstanceOf(CorruptionException.class)
              .hasMessageContaining("data blocks=65537, allowed <= 65536 (s_blocks_count)");
          assertThatThrownBy(() -> tree.forEachNode(node -> true))
              .isInstanceOf(CorruptionException.class)
              .hasMessageContaining("map blocks=65537, allowed <= 65536 (s_blocks_count)");
        });
  }

  @Test
  void aLookupInMemoryAllocatesNothing() throws Exception {
    image.root(14, 50).map(50, 0, 51).map(51, 0, 52).map(52, 0, 100);
    IndirectTree tree = image.open();
    Mapping out = new Mapping();
    assertThat(Allocation.bytesPerRun(() -> tree.find(TRIPLE, out, LeafSink.NONE))).isZero();
  }
}
