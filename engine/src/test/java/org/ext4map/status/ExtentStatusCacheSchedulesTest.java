package org.ext4map.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.ext4map.model.ExtentState;
import org.ext4map.model.Mapping;
import org.jetbrains.lincheck.Lincheck;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * One lookup against one change, in the orders that the model checker tries: first in one leaf,
 * where every step is near, then through directory and eviction.
 */
@Tag("schedules")
class ExtentStatusCacheSchedulesTest {
  private static final int LEAF_SCHEDULES = 300;
  private static final int CACHE_SCHEDULES = 40;
  private static final int REUSE_SCHEDULES = 100;

  /** At most; it ends at the first one that shows the fault. */
  private static final int SCHEDULES_TO_CATCH = 5000;

  private static final String UNKNOWN = "unknown";

  private interface Reader<T> {
    boolean lookup(T from, long lblk, Mapping out);
  }

  private static boolean validated(Leaf leaf, long lblk, Mapping out) {
    return leaf.lookup(lblk, Integer.MAX_VALUE, out, 0) == Leaf.FOUND;
  }

  /** As one asks who has just been at the entry before. */
  private static boolean goingOn(Leaf leaf, long lblk, Mapping out) {
    out.setPlace(0, Entries.INTS);
    return leaf.lookupFrom(lblk, Integer.MAX_VALUE, out, 0) == Leaf.FOUND;
  }

  /** The same search over the same leaf, but nobody looks whether it changed meanwhile. */
  private static boolean unvalidated(Leaf leaf, long lblk, Mapping out) {
    int i = leaf.indexOf(lblk);
    long key = leaf.key(i);
    long word = leaf.word(i);
    long run = EntryWord.runLength(word, leaf.intervalEnd(i) - key);
    if (lblk - key >= run) {
      return false;
    }
    out.setMapped(
        lblk, (int) (key + run - lblk), EntryWord.pblk(word) + lblk - key, EntryWord.state(word));
    return true;
  }

  /** All of it in one leaf that has room for two entries more. */
  private static ExtentStatusCache someCache() {
    ExtentStatusCache cache =
        new ExtentStatusCache(new StatusBudget(1 << 20), LeafSizes.ofAtMost(4));
    cache.fill(Runs.of("0-7:W@100 16-23:U@300 32-39:W@500"), 0, 40);
    return cache;
  }

  /** Two leaves, the second of a size that is kept for others when it has left. */
  private static ExtentStatusCache reusingCache() {
    ExtentStatusCache cache = new ExtentStatusCache(new StatusBudget(1 << 20), new LeafSizes(4, 7));
    cache.fill(Runs.of("0-7:W@100 16-23:U@300 32-39:W@500"), 0, 40);
    cache.insert(2, 1, 900, ExtentState.WRITTEN);
    return cache;
  }

  /** Cuts the second leaf in two, and again: one of the leaves gets the room of the first one. */
  private static void cutTwice(ExtentStatusCache cache) {
    cache.insert(34, 1, 950, ExtentState.WRITTEN);
    cache.insert(30, 2, 960, ExtentState.WRITTEN);
  }

  /** As {@link #unvalidated}, in whatever leaf the directory leads to. */
  private static boolean unvalidatedInCache(ExtentStatusCache cache, long lblk, Mapping out) {
    return unvalidated(cache.directory().leafOf(lblk), lblk, out);
  }

  /** The change {@code [lblk, lblk + length)} of the only leaf, ready to be put in its place. */
  private static Consumer<Leaf> splice(
      Directory directory, long lblk, int length, ExtentState state, long pblk) {
    Edit edit = new Edit();
    edit.open(directory, lblk, lblk + length);
    edit.append(lblk + length, state, pblk);
    edit.close(directory);
    return leaf -> {
      if (!leaf.splice(edit.firstEntry(), edit.afterEntry(), edit)) {
        throw new AssertionError("no room for the change in the leaf");
      }
    };
  }

  private static <T> void race(
      T subject, Reader<T> reader, long lblk, Consumer<T> change, Set<String> allowed) {
    Mapping answer = new Mapping();
    boolean[] found = new boolean[1];
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread looking =
        new Thread(
            () -> {
              try {
                found[0] = reader.lookup(subject, lblk, answer);
              } catch (Throwable t) {
                failure.set(t);
              }
            },
            "reader");
    Thread changing =
        new Thread(
            () -> {
              try {
                change.accept(subject);
              } catch (Throwable t) {
                failure.set(t);
              }
            },
            "writer");
    looking.start();
    changing.start();
    join(looking);
    join(changing);
    if (failure.get() != null) {
      throw new AssertionError("lookup or change failed", failure.get());
    }
    String seen = found[0] ? answer.toString() : UNKNOWN;
    if (!allowed.contains(seen)) {
      throw new AssertionError("saw " + seen + ", allowed " + allowed);
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void exploreLeaf(
      int schedules,
      Reader<Leaf> reader,
      long lblk,
      long changed,
      int length,
      ExtentState state,
      String... allowed) {
    Lincheck.runConcurrentTest(
        schedules,
        () -> {
          Directory directory = someCache().directory();
          race(
              directory.leaf(0),
              reader,
              lblk,
              splice(directory, changed, length, state, 900),
              Set.of(allowed));
        });
  }

  private static void exploreCache(
      long lblk, Consumer<ExtentStatusCache> change, String... allowed) {
    Lincheck.runConcurrentTest(
        CACHE_SCHEDULES,
        () -> race(someCache(), ExtentStatusCache::lookup, lblk, change, Set.of(allowed)));
  }

  private static void exploreReuse(int schedules, Reader<ExtentStatusCache> reader) {
    Lincheck.runConcurrentTest(
        schedules,
        () ->
            race(
                reusingCache(),
                reader,
                20,
                ExtentStatusCacheSchedulesTest::cutTwice,
                Set.of("20-23:U@304", UNKNOWN)));
  }

  @Test
  void lookupBesideAChangeOfItsBlockSeesBeforeOrAfter() {
    exploreLeaf(
        LEAF_SCHEDULES,
        ExtentStatusCacheSchedulesTest::validated,
        20,
        19,
        2,
        ExtentState.WRITTEN,
        "20-23:U@304",
        "20-20:W@901",
        UNKNOWN);
  }

  @Test
  void lookupBesideAnInsertionThatMovesItsEntrySeesItsOwn() {
    exploreLeaf(
        LEAF_SCHEDULES,
        ExtentStatusCacheSchedulesTest::validated,
        33,
        2,
        1,
        ExtentState.WRITTEN,
        "33-39:W@501",
        UNKNOWN);
  }

  @Test
  void goingOnBesideAnInsertionThatMovesTheEntrySeesItsOwn() {
    exploreLeaf(
        LEAF_SCHEDULES,
        ExtentStatusCacheSchedulesTest::goingOn,
        33,
        2,
        1,
        ExtentState.WRITTEN,
        "33-39:W@501",
        UNKNOWN);
  }

  @Test
  void lookupBesideASplitOfItsLeafSeesItsOwn() {
    exploreCache(33, cache -> cache.insert(2, 1, 900, ExtentState.WRITTEN), "33-39:W@501", UNKNOWN);
  }

  @Test
  void lookupBesideAnEvictionSeesTheOldAnswerOrNone() {
    exploreCache(35, cache -> cache.evict(Long.MAX_VALUE, false), "35-39:W@503", UNKNOWN);
  }

  @Test
  void theRoomOfALeafThatHasLeftIsAnothersAtOnce() {
    ExtentStatusCache cache = reusingCache();
    Room left = cache.directory().leafOf(20).room();
    cutTwice(cache);
    assertThat(cache.directory().leafOf(20).room()).isSameAs(left);
  }

  @Test
  void lookupInALeafWhoseRoomIsAnothersNowSeesItsOwn() {
    exploreReuse(REUSE_SCHEDULES, ExtentStatusCache::lookup);
  }

  /** Nothing else than the new owner of the room changes what an old leaf says. */
  @Test
  void aLookupThatTrustsALeafThatHasLeftIsCaught() {
    assertThatThrownBy(
            () ->
                exploreReuse(
                    SCHEDULES_TO_CATCH, ExtentStatusCacheSchedulesTest::unvalidatedInCache))
        .isInstanceOf(LincheckAssertionError.class);
  }

  /** The instrument must be able to fail. */
  @Test
  void aLookupThatDoesNotValidateIsCaught() {
    assertThatThrownBy(
            () ->
                exploreLeaf(
                    SCHEDULES_TO_CATCH,
                    ExtentStatusCacheSchedulesTest::unvalidated,
                    33,
                    2,
                    1,
                    ExtentState.WRITTEN,
                    "33-39:W@501",
                    UNKNOWN))
        .isInstanceOf(LincheckAssertionError.class);
  }
}
