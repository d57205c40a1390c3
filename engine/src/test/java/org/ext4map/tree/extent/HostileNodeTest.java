package org.ext4map.tree.extent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.ext4map.model.ExtentState.WRITTEN;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.ext4map.alloc.SystemZones;
import org.ext4map.model.BlockRange;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.Mapping;
import org.ext4map.ondisk.ExtentNode;
import org.ext4map.ondisk.Feature;
import org.ext4map.ondisk.Geometry;
import org.ext4map.ondisk.LittleEndian;
import org.ext4map.testkit.Shapes;
import org.ext4map.tree.LeafSink;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every rule a node must keep, broken once. The tree: root (depth 2) → index 54 → leaves 50, 51;
 * index 55 → leaves 52, 53.
 */
class HostileNodeTest {
  private static final Geometry SMALL = Shapes.of(1024, 1 << 16, Feature.METADATA_CSUM);
  private static final String EIGHT =
      "0-0:W@110 2-2:W@112 4-4:W@114 6-6:W@116 8-8:W@118 10-10:W@120 12-12:W@122 14-14:W@124";

  private static TreeImage image() {
    return new TreeImage(SMALL).build(2, EIGHT);
  }

  private static Arguments row(String message, Consumer<TreeImage> damage) {
    return Arguments.of(message, damage);
  }

  private static Arguments leaf(String message, Consumer<ExtentNode> damage) {
    return row("extent node: " + message + " [ino=12 pblk=50]", image -> image.edit(50, damage));
  }

  private static Arguments index(String message, Consumer<ExtentNode> damage) {
    return row("extent node: " + message + " [ino=12 pblk=54]", image -> image.edit(54, damage));
  }

  private static Arguments root(String message, Consumer<ExtentNode> damage) {
    return row("extent node: " + message + " [ino=12 i_block]", image -> image.editRoot(damage));
  }

  static Stream<Arguments> rules() {
    return Stream.of(
        row(
            "extent node: eh_magic=0, allowed 62218 [ino=12 i_block]",
            image -> LittleEndian.put16(image.root, 0, 0)),
        root("eh_depth=6, allowed <= 5", n -> n.setDepth(6)),
        root("eh_max=5, allowed 1 … 4", n -> n.setCapacity(5)),
        root("eh_entries=3, allowed <= 2", n -> n.setEntries(3)),
        root("eh_entries=0, allowed >= 1 in an index node", n -> n.setEntries(0)),
        row(
            "extent node: eh_magic=4660, allowed 62218 [ino=12 pblk=54]",
            image -> image.editBytes(54, bytes -> LittleEndian.put16(bytes, 0, 0x1234))),
        index("eh_depth=5, allowed <= 4", n -> n.setDepth(5)),
        index("eh_depth=2, allowed 1", n -> n.setDepth(2)),
        leaf("eh_depth=1, allowed 0", HostileNodeTest::turnIntoIndex),
        index("eh_max=0, allowed 1 … 84", n -> n.setCapacity(0)),
        index("eh_max=85, allowed 1 … 84", n -> n.setCapacity(85)),
        leaf("eh_entries=3, allowed <= 2", n -> n.setEntries(3)),
        index("eh_entries=0, allowed >= 1 in an index node", n -> n.setEntries(0)),
        index("ei_block of entry 1=0, allowed 1 … 4294967294", n -> n.setKey(1, 0)),
        index(
            "ei_block of entry 1=4294967295, allowed 1 … 4294967294",
            n -> n.setKey(1, 0xFFFFFFFFL)),
        index(
            "ei_leaf of entry 0=0, allowed a block that the inode may own",
            n -> n.setIndex(0, 0, 0)),
        index(
            "ei_leaf of entry 1=65536, allowed a block that the inode may own",
            n -> n.setIndex(1, 4, 65536)),
        row(
            "extent node: ee_len of entry 0=0, allowed >= 1 [ino=12 pblk=50]",
            image -> image.editBytes(50, bytes -> LittleEndian.put16(bytes, 12 + 4, 0))),
        leaf("ee_block of entry 1=2, allowed >= 3", n -> n.setLength(0, 3, WRITTEN)),
        leaf(
            "ee_len of entry 1=2, allowed <= 1", n -> n.setExtent(1, 4294967294L, 2, 112, WRITTEN)),
        leaf(
            "ee_start of entry 0=65535, allowed a run of 2 blocks that the inode may own",
            n -> n.setExtent(0, 0, 2, 65535, WRITTEN)),
        leaf(
            "ee_start of entry 0=281474976710655, allowed a run of 1 blocks that the inode may own",
            n -> n.setPblk(0, (1L << 48) - 1)),
        leaf(
            "ee_start of entry 0=1, allowed a run of 1 blocks that the inode may own",
            n -> n.setPblk(0, 1)),
        leaf("ee_block of entry 0=1, allowed 0 (the parent's key)", n -> n.setKey(0, 1)),
        leaf(
            "end of entry 1=5, allowed <= 4 (the parent's next key)",
            n -> n.setLength(1, 3, WRITTEN)),
        index("ei_block of entry 0=1, allowed 0 (the parent's key)", n -> n.setKey(0, 1)),
        index("end of entry 1=9, allowed <= 8 (the parent's next key)", n -> n.setKey(1, 8)));
  }

  private static void turnIntoIndex(ExtentNode node) {
    node.setDepth(1);
    node.setIndex(0, 0, 52);
    node.setIndex(1, 2, 53);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rules")
  void aBrokenRuleIsNamedWithItsPlace(String message, Consumer<TreeImage> damage) {
    TreeImage image = image();
    damage.accept(image);
    ExtentTree tree = image.open();
    assertThatThrownBy(() -> tree.find(0, new Mapping(), LeafSink.NONE))
        .isInstanceOf(CorruptionException.class)
        .hasMessage(message);
    assertThatThrownBy(() -> tree.forEach(0, (l, n, p, s) -> true))
        .isInstanceOf(CorruptionException.class)
        .hasMessage(message);
    assertThatThrownBy(() -> tree.forEachNode(node -> true))
        .isInstanceOf(CorruptionException.class)
        .hasMessage(message);
  }

  @Test
  void aWrongChecksumIsFoundInEveryByteItCovers() {
    for (int at = 0; at < 1024; at += 101) {
      TreeImage image = image();
      ByteBuffer bytes = image.bytes(50);
      // the checksum covers the header and eh_max entries, and stands right behind them
      boolean covered = at < 12 + 2 * 12 + 4;
      bytes.put(at, (byte) (bytes.get(at) ^ 0x10));
      image.store(50, bytes);
      ExtentTree tree = image.open();
      if (covered) {
        assertThatThrownBy(() -> tree.find(0, new Mapping(), LeafSink.NONE))
            .as("byte " + at)
            .isInstanceOf(CorruptionException.class);
      } else {
        Assertions.assertDoesNotThrow(() -> tree.find(0, new Mapping(), LeafSink.NONE));
      }
    }
  }

  @Test
  void aChecksumOfAnotherInodeIsNamed() {
    TreeImage image = image();
    ByteBuffer bytes = image.bytes(50);
    new ExtentNode(bytes, 0).updateChecksum(SMALL.inodeChecksumSeed(13, 0));
    image.store(50, bytes);
    assertThatThrownBy(() -> image.open().find(0, new Mapping(), LeafSink.NONE))
        .isInstanceOf(CorruptionException.class)
        .hasMessageStartingWith("extent node: et_checksum=0x")
        .hasMessageEndingWith("[ino=12 pblk=50]");
  }

  @Test
  void withoutMetadataCsumNobodyLooksAtTheTail() throws IOException {
    TreeImage image = new TreeImage(Shapes.of(1024, 1 << 16)).build(2, EIGHT);
    ByteBuffer bytes = image.bytes(50);
    LittleEndian.put32(bytes, 12 + 2 * 12, 0xDEADBEEFL);
    image.store(50, bytes);
    Mapping out = new Mapping();
    image.open().find(2, out, LeafSink.NONE);
    assertThat(out).hasToString("2-2:W@112");
  }

  @Test
  void blocksOfTheSystemAreRefusedToAllButTheirOwner() throws IOException {
    SystemZones zones = SystemZones.none(SMALL);
    zones.add(new BlockRange(112, 1), 8);
    assertThatThrownBy(() -> image().open(zones).find(0, new Mapping(), LeafSink.NONE))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("ee_start of entry 1=112");
    SystemZones own = SystemZones.none(SMALL);
    own.add(new BlockRange(112, 1), TreeImage.INO);
    Mapping out = new Mapping();
    image().open(own).find(2, out, LeafSink.NONE);
    assertThat(out).hasToString("2-2:W@112");
  }

  @Test
  void aNodeThatPointsToItselfEndsTheWalk() {
    TreeImage image = image().edit(54, n -> n.setIndex(0, 0, 54));
    assertThatThrownBy(() -> image.open().find(0, new Mapping(), LeafSink.NONE))
        .isInstanceOf(CorruptionException.class)
        .hasMessage("extent node: eh_depth=1, allowed 0 [ino=12 pblk=54]");
  }

  @Test
  void twoEntriesThatShareANodeEndTheWalk() {
    TreeImage image = image().edit(54, n -> n.setIndex(1, 4, 50));
    assertThatThrownBy(() -> image.open().forEach(0, (l, n, p, s) -> true))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("ee_block of entry 0=0, allowed 4 (the parent's key)");
  }

  @Test
  void anyBytesGiveAnAnswerOrACorruptionError() {
    long seed = Long.getLong("ext4map.seed", 42L);
    Assertions.assertTimeout(
        Duration.ofSeconds(20),
        () -> {
          for (int round = 0; round < 3000; round++) {
            SplittableRandom random = new SplittableRandom(seed + round);
            TreeImage image = image();
            damage(image, random);
            walk(image.open(), "seed " + (seed + round));
          }
        });
  }

  private static void damage(TreeImage image, SplittableRandom random) {
    int hits = 1 + random.nextInt(4);
    for (int i = 0; i < hits; i++) {
      byte value = (byte) random.nextInt(256);
      if (random.nextInt(3) == 0) {
        image.root.put(random.nextInt(36), value);
      } else {
        long pblk = random.nextLong(50, 56);
        ByteBuffer bytes = image.bytes(pblk);
        bytes.put(random.nextInt(36), value);
        ExtentNode node = new ExtentNode(bytes, 0);
        if (node.capacity() <= 84) {
          node.updateChecksum(SMALL.inodeChecksumSeed(TreeImage.INO, TreeImage.GENERATION));
        }
        image.store(pblk, bytes);
      }
    }
  }

  private static void walk(ExtentTree tree, String as) {
    try {
      tree.forEachNode(node -> true);
      tree.forEach(0, (l, n, p, s) -> true);
      tree.find(5, new Mapping(), LeafSink.NONE);
    } catch (CorruptionException expected) {
      assertThat(expected.getMessage()).as(as).contains("[ino=12 ");
    } catch (IOException e) {
      throw new AssertionError(as, e);
    }
  }
}
