package org.ext4map.tree.indirect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.ext4map.alloc.SystemZones;
import org.ext4map.buffer.BufferCache;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.Mapping;
import org.ext4map.model.NoSpaceException;
import org.ext4map.ondisk.Geometry;
import org.ext4map.testkit.Sequences;
import org.ext4map.testkit.Shapes;
import org.ext4map.tree.LeafSink;
import org.ext4map.tree.MemoryEdit;
import org.ext4map.tree.TreeContext;
import org.junit.jupiter.api.Test;

/** Changes of indirect maps with 1 KiB blocks, judged by what stands on the device afterwards. */
class IndirectEditorTest {
  private static final Geometry SHAPE = Shapes.of(1024, 1 << 16);
  private static final long END = 0xFFFFFFFFL;
  private static final long TRIPLE = 12 + 256 + 65536;
  private static final long LAST = TRIPLE + 256L * 256 * 256 - 1;

  /** A map that is changed, and read again from the device with nothing in memory. */
  private static final class EditedMap {
    final MapImage image = new MapImage(SHAPE);
    final MemoryEdit below;
    final IndirectTree tree;

    EditedMap() {
      BufferCache cache = new BufferCache(image.device, 1024, 1 << 16, 1 << 20);
      below = new MemoryEdit(image.device, cache, 3000);
      tree =
          new IndirectTree(
              new TreeContext(SHAPE, cache, SystemZones.none(SHAPE)), image.treeRoot());
    }

    IndirectEditor edit() throws IOException {
      return tree.edit(below.edit());
    }

    int insert(long lblk, int length, long pblk) throws IOException {
      int mapped = edit().insert(lblk, length, pblk);
      below.ownData(pblk, mapped);
      return mapped;
    }

    String onDevice() throws IOException {
      below.commit();
      return below.judge(image.open());
    }
  }

  private final EditedMap map = new EditedMap();

  private void then(String runs) throws IOException {
    assertThat(map.onDevice()).isEqualTo(runs);
  }

  @Test
  void aRunIsMappedUpToTheEndOfItsMapBlock() throws IOException {
    assertThat(map.insert(10, 20, 100)).isEqualTo(2);
    assertThat(map.insert(12, 18, 102)).isEqualTo(18);
    assertThat(map.insert(260, 20, 200)).isEqualTo(8);
    assertThat(map.insert(268, 12, 208)).isEqualTo(12);
    then("10-11:W@100 12-29:W@102 260-267:W@200 268-279:W@208");
    assertThat(map.below.nodeCount()).isEqualTo(3);
  }

  @Test
  void theLastBlockTheMapReachesCanBeMappedAndTheNextCannot() throws IOException {
    assertThat(map.insert(LAST, 5, 100)).isEqualTo(1);
    then(LAST + "-" + LAST + ":W@100");
    assertThatThrownBy(() -> map.insert(LAST + 1, 1, 200))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("lblk=16843020, allowed below 16843020");
  }

  @Test
  void whatIsMappedCannotBeMappedAgain() throws IOException {
    map.insert(13, 4, 100);
    assertThatThrownBy(() -> map.edit().insert(12, 2, 200))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("2 blocks from 12 overlap what is mapped already");
    assertThatThrownBy(() -> map.edit().insert(0, 1, 1L << 32))
        .isInstanceOf(IllegalArgumentException.class);
    then("13-16:W@100");
  }

  @Test
  void withoutABlockForTheMapNothingChanges() throws IOException {
    for (int room = 0; room < 3; room++) {
      map.below.allowAllocations(room);
      assertThatThrownBy(() -> map.insert(TRIPLE, 1, 100)).isInstanceOf(NoSpaceException.class);
      then("");
    }
    map.below.allowAllocations(3);
    map.insert(TRIPLE, 1, 100);
    then(TRIPLE + "-" + TRIPLE + ":W@100");
  }

  @Test
  void truncatingGivesBackDataAndMapBlocks() throws IOException {
    map.insert(5, 3, 100);
    map.insert(20, 3, 110);
    map.insert(300, 3, 120);
    map.insert(TRIPLE + 7, 3, 130);
    assertThat(map.edit().remove(21, END)).isEqualTo(21);
    then("5-7:W@100 20-20:W@110");
    assertThat(map.below.nodeCount()).isEqualTo(1);
    map.edit().remove(0, END);
    then("");
  }

  @Test
  void punchingTakesExactlyTheRange() throws IOException {
    map.insert(0, 12, 100);
    map.insert(12, 256, 112);
    map.insert(268, 256, 400);
    map.edit().remove(6, 270);
    then("0-5:W@100 270-523:W@402");
    map.edit().remove(400, 401);
    then("0-5:W@100 270-399:W@402 401-523:W@533");
  }

  @Test
  void whenTheHandleIsUsedUpTheRestIsLeftForTheNext() throws IOException {
    map.insert(0, 1, 100);
    map.insert(12, 1, 101);
    map.insert(300, 1, 102);
    map.below.allowExtensions(1);
    long rest = map.edit().remove(0, END);
    assertThat(rest).isEqualTo(268);
    then("0-0:W@100 12-12:W@101");
    map.below.allowExtensions(9);
    assertThat(map.edit().remove(0, rest)).isZero();
    then("");
  }

  @Test
  void aNewBlockIsWantedBehindTheOneBeforeItOrNearItsMapBlock() throws IOException {
    assertThat(map.edit().goal(5, 777)).isEqualTo(777);
    assertThat(map.edit().goal(TRIPLE, 777)).isEqualTo(777);
    map.insert(3, 2, 100);
    map.insert(300, 1, 200);
    map.insert(524, 1, 210);
    assertThat(map.edit().goal(7, 777)).isEqualTo(102);
    assertThat(map.edit().goal(302, 777)).isEqualTo(201);
    assertThat(map.edit().goal(290, 777)).as("near its map block").isEqualTo(3001);
    assertThat(map.edit().goal(800, 777)).as("behind the map block before").isEqualTo(3003);
  }

  @Test
  void aMapThatLeadsBackToItselfIsNotFollowed() throws IOException {
    map.image.root(14, 50).map(50, 0, 51).map(51, 0, 50);
    assertThatThrownBy(() -> map.edit().remove(0, END)).isInstanceOf(CorruptionException.class);
    assertThatThrownBy(() -> map.edit().insert(TRIPLE, 1, 100))
        .isInstanceOf(CorruptionException.class);
  }

  /** Eight places of eight blocks, most of them across a border of the map. */
  private static final long[] PLACES = {0, 8, 264, 520, 65800, 66056, TRIPLE + 65536 - 4, LAST - 7};

  private static long lblk(int i) {
    return PLACES[i / 8] + i % 8;
  }

  private record Op(boolean insert, int first, int count, int room) {
    static Op random(SplittableRandom random) {
      int first = random.nextInt(64);
      int count = 1 + random.nextInt(Math.min(10, 64 - first));
      return new Op(random.nextInt(3) > 0, first, count, random.nextInt(3) > 0 ? 99 : 1);
    }

    List<Op> simpler() {
      return count > 1 ? List.of(new Op(insert, first, count - 1, room)) : List.of();
    }
  }

  @Test
  void randomChangesAgreeWithAMap() {
    Sequences.check(1, 150, 40, Op::random, Op::simpler, ops -> assertAgrees(new EditedMap(), ops));
  }

  private static void assertAgrees(EditedMap sut, List<Op> ops) {
    Map<Long, Long> model = new TreeMap<>();
    try {
      for (Op op : ops) {
        sut.below.allowAllocations(op.room());
        if (op.insert()) {
          insertHoles(sut, op, model);
        } else {
          remove(sut, op, model);
        }
        sut.onDevice();
        for (int i = 0; i < 64; i++) {
          Mapping out = new Mapping();
          sut.tree.find(lblk(i), out, LeafSink.NONE);
          assertThat(out.pblk()).as(op + " block " + i).isEqualTo(model.getOrDefault(lblk(i), 0L));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void insertHoles(EditedMap sut, Op op, Map<Long, Long> model) throws IOException {
    for (int i = op.first(); i < op.first() + op.count(); i++) {
      if (!model.containsKey(lblk(i))) {
        long pblk = sut.below.allocateData(10_000, 1);
        try {
          sut.edit().insert(lblk(i), 1, pblk);
          model.put(lblk(i), pblk);
        } catch (NoSpaceException e) {
          sut.below.freeData(pblk, 1);
        }
      }
    }
  }

  private static void remove(EditedMap sut, Op op, Map<Long, Long> model) throws IOException {
    long from = lblk(op.first());
    long to = lblk(op.first() + op.count() - 1) + 1;
    assertThat(sut.edit().remove(from, to)).isEqualTo(from);
    for (Iterator<Long> each = model.keySet().iterator(); each.hasNext(); ) {
      long lblk = each.next();
      if (lblk >= from && lblk < to) {
        each.remove();
      }
    }
  }
}
