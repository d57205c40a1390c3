package org.ext4map.status;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import org.ext4map.model.ExtentState;
import org.ext4map.model.Mapping;
import org.junit.jupiter.api.Test;

/**
 * Readers beside one writer and one evictor. Each insertion has a stamp, which stands in the
 * physical block; so a reader knows whether its answer was true at some moment of the lookup.
 */
class ExtentStatusCacheRaceTest {
  private static final int BLOCKS = 1 << 10;
  private static final int BLOCK_BITS = 20;
  private static final int CHANGES = 150_000;
  private static final long SEED = Long.getLong("status.race.seed", 20160203);

  private final StatusBudget budget = new StatusBudget(1 << 20);

  /** Leaves that grow have one of few sizes, so that their rooms are used again all the time. */
  private final ExtentStatusCache cache =
      new ExtentStatusCache(budget, new LeafSizes(16, 12, 15, 20));

  /** Who was seen to have a room, and how often it was another one next time. */
  private final IdentityHashMap<Room, Leaf> owners = new IdentityHashMap<>();

  private int newOwners;

  /** For each block the stamp of the last change that has begun, and that has ended. */
  private final AtomicLongArray begun = new AtomicLongArray(BLOCKS);

  private final AtomicLongArray ended = new AtomicLongArray(BLOCKS);
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private volatile boolean done;

  @Test
  void readersNeverSeeWhatWasNeverTrue() throws InterruptedException {
    List<Thread> others = new ArrayList<>();
    long[] hits = new long[2];
    for (int reader = 0; reader < hits.length; reader++) {
      int me = reader;
      others.add(new Thread(guarded(() -> hits[me] = read(SEED + 1 + me)), "reader-" + reader));
    }
    others.add(new Thread(guarded(this::evict), "evictor"));
    others.forEach(Thread::start);
    Runnable writer = guarded(this::write);
    writer.run();
    done = true;
    for (Thread other : others) {
      other.join();
    }
    assertThat(failure.get()).as("-Dstatus.race.seed=%d", SEED).isNull();
    assertThat(hits[0]).isGreaterThan(1000);
    assertThat(hits[1]).isGreaterThan(1000);
    assertThat(newOwners).as("rooms used again").isGreaterThan(100);
    StatusInvariants.check(cache, budget);
  }

  private Runnable guarded(Runnable body) {
    return () -> {
      try {
        body.run();
      } catch (Throwable t) {
        failure.compareAndSet(null, t);
        done = true;
      }
    };
  }

  private void write() {
    SplittableRandom random = new SplittableRandom(SEED);
    for (long stamp = 1; stamp <= CHANGES && !done; stamp++) {
      int first = random.nextInt(BLOCKS);
      int length = 1 + random.nextInt(Math.min(BLOCKS - first, random.nextInt(8) == 0 ? 300 : 6));
      for (int i = first; i < first + length; i++) {
        begun.set(i, stamp);
      }
      if (random.nextInt(4) == 0) {
        cache.remove(first, length);
      } else {
        cache.insert(first, length, stamp << BLOCK_BITS | first, stateOf(stamp));
      }
      for (int i = first; i < first + length; i++) {
        ended.set(i, stamp);
      }
      if (stamp % 16 == 0) {
        lookWhoseRoom(cache.directory().leafOf(first));
      }
    }
  }

  private void lookWhoseRoom(Leaf leaf) {
    Leaf before = owners.put(leaf.room(), leaf);
    newOwners += before == null || before == leaf ? 0 : 1;
  }

  private static ExtentState stateOf(long stamp) {
    return stamp % 2 == 0 ? ExtentState.WRITTEN : ExtentState.UNWRITTEN;
  }

  private long read(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Mapping answer = new Mapping();
    long hits = 0;
    while (!done) {
      int block = random.nextInt(BLOCKS);
      long oldest = ended.get(block);
      if (cache.lookup(block, answer)) {
        long newest = begun.get(block);
        long stamp = answer.pblk() >>> BLOCK_BITS;
        assertThat(answer.pblk() & ((1 << BLOCK_BITS) - 1)).as("%s", answer).isEqualTo(block);
        assertThat(stamp).as("%s", answer).isBetween(oldest, newest);
        assertThat(answer.state()).as("%s", answer).isEqualTo(stateOf(stamp));
        assertThat(answer.length()).isBetween(1, BLOCKS - block);
        hits++;
      }
    }
    return hits;
  }

  private void evict() {
    SplittableRandom random = new SplittableRandom(SEED + 100);
    while (!done) {
      cache.evict(random.nextInt(500), random.nextBoolean());
      for (int pause = 0; pause < 2000; pause++) {
        Thread.onSpinWait();
      }
    }
  }
}
