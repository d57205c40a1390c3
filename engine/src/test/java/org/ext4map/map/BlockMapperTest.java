package org.ext4map.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.ext4map.alloc.SystemZones;
import org.ext4map.model.CorruptionException;
import org.ext4map.model.Extent;
import org.ext4map.model.ExtentState;
import org.ext4map.model.MapIntent;
import org.ext4map.model.Mapping;
import org.ext4map.status.ExtentStatusCache;
import org.ext4map.status.StatusBudget;
import org.ext4map.testkit.MemoryTree;
import org.ext4map.testkit.Shapes;
import org.ext4map.tree.LeafSink;
import org.junit.jupiter.api.Test;

class BlockMapperTest {
  private static final long INO = 12;
  private static final long SEED = Long.getLong("map.seed", 20160203);
  private static final SystemZones ZONES = SystemZones.none(Shapes.of(4096, 1L << 31));

  private final Mapping answer = new Mapping();
  private MemoryTree tree = new MemoryTree(List.of(), 4);
  private BlockMapper mapper = mapper(false);

  private BlockMapper mapper(boolean recheck) {
    ExtentStatusCache cache = new ExtentStatusCache(new StatusBudget(1 << 20));
    return new BlockMapper(INO, tree, ZONES, cache, recheck);
  }

  private void given(String extents) {
    tree = new MemoryTree(Stream.of(extents.split(" ")).map(Extent::parse).toList(), 4);
    mapper = mapper(false);
  }

  private String lookup(long lblk, int len) throws IOException {
    int mapped = mapper.mapBlocks(MapIntent.LOOKUP, lblk, len, answer);
    assertThat(mapped).isEqualTo(answer.state().isMapped() ? answer.length() : 0);
    return answer.toString();
  }

  @Test
  void aLookupAnswersOneRunFromTheBlockAskedFor() throws IOException {
    given("0-7:W@100 8-15:U@200 32-39:W@300");
    assertThat(lookup(3, 100)).isEqualTo("3-7:W@103");
    assertThat(lookup(8, 100)).isEqualTo("8-15:U@200");
    assertThat(lookup(20, 100)).isEqualTo("20-31:H");
  }

  @Test
  void theAnswerIsClippedToTheRequest() throws IOException {
    given("0-7:W@100 8-15:U@200 32-39:W@300");
    assertThat(lookup(3, 2)).isEqualTo("3-4:W@103");
    assertThat(lookup(20, 5)).isEqualTo("20-24:H");
    assertThat(lookup(1000, Integer.MAX_VALUE)).isEqualTo("1000-2147484646:H");
    assertThat(lookup(0xFFFF_FFFEL, 5)).isEqualTo("4294967294-4294967294:H");
  }

  @Test
  void oneMissMakesTheWholeLeafKnown() throws IOException {
    given("0-7:W@100 10-15:U@200 32-39:W@300 50-51:W@400 60-69:W@500 80-80:W@600");
    lookup(33, 1);
    assertThat(tree.finds()).isEqualTo(1);
    for (long lblk = 0; lblk < 60; lblk++) {
      lookup(lblk, 100);
    }
    assertThat(tree.finds()).as("first leaf, with its holes").isEqualTo(1);
    lookup(60, 100);
    assertThat(tree.finds()).isEqualTo(2);
    assertThat(lookup(75, 100)).isEqualTo("75-79:H");
    assertThat(lookup(4_000_000_000L, 1)).isEqualTo("4000000000-4000000000:H");
    assertThat(tree.finds()).isEqualTo(2);
  }

  @Test
  void anEmptyMapIsOneHole() throws IOException {
    assertThat(lookup(0, 77)).isEqualTo("0-76:H");
    assertThat(lookup(5, 77)).isEqualTo("5-81:H");
    assertThat(tree.finds()).isEqualTo(1);
  }

  @Test
  void aTreeThatOffersNoLeafIsRememberedRunByRun() throws IOException {
    MemoryTree silent = new MemoryTree(List.of(Extent.parse("8-15:U@200")), 4);
    int[] finds = new int[1];
    mapper =
        new BlockMapper(
            INO,
            new SilentTree(silent, () -> finds[0]++),
            ZONES,
            new ExtentStatusCache(new StatusBudget(1 << 20)),
            false);
    assertThat(lookup(10, 2)).isEqualTo("10-11:U@202");
    assertThat(lookup(12, 9)).isEqualTo("12-15:U@204");
    assertThat(lookup(0, 9)).isEqualTo("0-7:H");
    assertThat(lookup(3, 9)).isEqualTo("3-7:H");
    assertThat(finds[0]).isEqualTo(2);
  }

  @Test
  void blocksThatTheInodeMayNotOwnAreCorruptionAndNotRemembered() {
    long outside = 1L << 40;
    given("0-7:W@" + outside);
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> lookup(2, 3))
          .isInstanceOf(CorruptionException.class)
          .hasMessageContaining("2-7:W@" + (outside + 2))
          .hasMessageContaining("ino=12");
    }
  }

  @Test
  void callersMistakesAreRefused() {
    assertThatThrownBy(() -> lookup(-1, 1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> lookup(0xFFFF_FFFFL, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("lblk=4294967295");
    assertThatThrownBy(() -> lookup(0, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> mapper.mapBlocks(MapIntent.CREATE, 0, 1, answer))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("journal handle");
  }

  @Test
  void recheckFindsACacheThatDisagreesWithItsTree() throws IOException {
    given("0-7:U@100 20-21:W@200");
    mapper = mapper(true);
    assertThat(lookup(2, 3)).isEqualTo("2-4:U@102");
    assertThat(lookup(2, 3)).isEqualTo("2-4:U@102");
    tree.leaf(0).setExtent(0, 0, 8, 100, ExtentState.WRITTEN);
    assertThatThrownBy(() -> lookup(2, 3))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("es_recheck")
        .hasMessageContaining("2-7:U@102 UNWRITTEN")
        .hasMessageContaining("2-7:W@102 MAPPED");
    tree.leaf(0).setExtent(0, 0, 8, 101, ExtentState.UNWRITTEN);
    assertThatThrownBy(() -> lookup(7, 1)).hasMessageContaining("es_recheck");
    tree.leaf(0).setEntries(0);
    assertThatThrownBy(() -> lookup(0, 1)).hasMessageContaining("tree 0-2147483646:H 0");
  }

  @Test
  void recheckDoesNotCompareLengths() throws IOException {
    given("0-7:W@100 20-21:W@200");
    mapper = mapper(true);
    lookup(0, 1);
    tree.leaf(0).setExtent(0, 0, 5, 100, ExtentState.WRITTEN);
    assertThat(lookup(4, 100)).isEqualTo("4-7:W@104");
  }

  @Test
  void theTestsOfThisBuildRecheckEveryMapper() {
    assertThat(Boolean.getBoolean("ext4map.esRecheck")).isTrue();
  }

  @Test
  void theTreeIsShownAsItStands() throws IOException {
    given("0-7:W@100 8-15:U@200 32-39:W@300 50-51:W@400 60-69:W@500");
    List<Extent> seen = new ArrayList<>();
    mapper.forEachExtent(
        10, (lblk, length, pblk, state) -> seen.add(new Extent(lblk, length, pblk, state)));
    assertThat(seen).hasToString("[8-15:U@200, 32-39:W@300, 50-51:W@400, 60-69:W@500]");
    assertThat(mapper.depth()).isEqualTo(1);
  }

  @Test
  void underEvictionEveryAnswerIsStillTheTrees() throws IOException {
    List<Extent> extents = randomExtents(5_000);
    tree = new MemoryTree(extents, MemoryTree.BLOCK_ENTRIES);
    StatusBudget tight = new StatusBudget(20_000);
    mapper = new BlockMapper(INO, tree, ZONES, new ExtentStatusCache(tight), true);
    SplittableRandom random = new SplittableRandom(SEED);
    checkAnswers(random, 30_000, extents.get(extents.size() - 1).end() + 100);
    assertThat(tight.usedBytes()).isBetween(1L, tight.limitBytes());
  }

  @Test
  void manyThreadsGetTheTreesAnswers() throws InterruptedException {
    List<Extent> extents = randomExtents(20_000);
    tree = new MemoryTree(extents, MemoryTree.BLOCK_ENTRIES);
    StatusBudget tight = new StatusBudget(100_000);
    mapper = new BlockMapper(INO, tree, ZONES, new ExtentStatusCache(tight), true);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      SplittableRandom random = new SplittableRandom(SEED + i);
      threads.add(
          new Thread(
              () -> {
                try {
                  checkAnswers(random, 10_000, extents.get(extents.size() - 1).end() + 100);
                } catch (Throwable t) {
                  failure.compareAndSet(null, t);
                }
              },
              "lookup-" + i));
    }
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(failure.get()).as("-Dmap.seed=%d", SEED).isNull();
  }

  private void checkAnswers(SplittableRandom random, int lookups, long blocks) throws IOException {
    Mapping found = new Mapping();
    Mapping expected = new Mapping();
    for (int i = 0; i < lookups; i++) {
      long lblk = random.nextLong(blocks);
      int len = 1 + random.nextInt(8);
      mapper.mapBlocks(MapIntent.LOOKUP, lblk, len, found);
      tree.find(lblk, expected, LeafSink.NONE);
      expected.clip(found.length());
      boolean same = found.state() == expected.state() && found.pblk() == expected.pblk();
      if (!same || found.length() < 1 || found.length() > len || found.lblk() != lblk) {
        throw new AssertionError(
            "-Dmap.seed=" + SEED + ": " + found + ", tree " + expected + ", len " + len);
      }
    }
  }

  private static List<Extent> randomExtents(int count) {
    SplittableRandom random = new SplittableRandom(SEED);
    List<Extent> extents = new ArrayList<>();
    long lblk = 0;
    for (int i = 0; i < count; i++) {
      lblk += random.nextInt(3);
      int length = 1 + random.nextInt(4);
      ExtentState state = random.nextBoolean() ? ExtentState.WRITTEN : ExtentState.UNWRITTEN;
      extents.add(new Extent(lblk, length, 1 + random.nextLong(1L << 30), state));
      lblk += length;
    }
    return extents;
  }
}
