package org.ext4map.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.ext4map.buffer.BufferCache;
import org.ext4map.buffer.MetaBlock;
import org.ext4map.device.BlockDevice;
import org.ext4map.ondisk.Geometry;
import org.jspecify.annotations.Nullable;

/**
 * Random changes through a journal, and a model that knows which states a crash may leave: those
 * after some operation, not before the last one that was acknowledged.
 *
 * <p>A block is metadata with a version, or free, or holds data that went past the journal.
 */
final class Workload {
  static final int BLOCK_SIZE = 1024;
  static final int HOMES = SyntheticLog.HOMES;

  private static final int MAGIC = 0xC03B3998;
  private static final int DATA = 0x40000000;
  private static final int UNSURE = -1;

  private final BlockDevice device;
  private final SplittableRandom random;
  private final Consumer<String> mark;
  private final AtomicLong millis = new AtomicLong(1_700_000_000_000L);
  private final BufferCache cache;
  final Journal journal;

  /** The model: states.get(i) is what the home blocks hold after i operations; 0 free. */
  private final List<int[]> states = new ArrayList<>();

  private final Set<Integer> free = new TreeSet<>();
  private final Set<Integer> busy = new HashSet<>();
  private final List<Runnable> alarms = new ArrayList<>();
  private long lastTid;

  Workload(
      BlockDevice device, boolean journalled, long seed, Executor executor, Consumer<String> mark)
      throws IOException {
    this.device = device;
    this.random = new SplittableRandom(seed);
    this.mark = mark;
    Geometry geometry = new Geometry(JournalOf.superblock(device));
    this.cache = new BufferCache(device, BLOCK_SIZE, geometry.blocksCount(), 1 << 16);
    InstantSource clock = () -> Instant.ofEpochMilli(millis.addAndGet(7));
    CommitTimer timer = (delay, action) -> alarms.add(action);
    JournalOptions options =
        new JournalOptions(executor, clock, 1 << 20, 1 << 15, Duration.ofSeconds(5), timer);
    this.journal =
        journalled
            ? Jbd2Journal.open(device, geometry, cache, SyntheticLog.journalMap(), options)
            : new NoJournal(device, cache);
    states.add(new int[HOMES]);
    for (int i = 0; i < HOMES; i++) {
      free.add(i);
    }
  }

  int operations() {
    return states.size() - 1;
  }

  void run(int operations) throws IOException {
    while (operations() < operations) {
      int kind = random.nextInt(12);
      if (kind < 7) {
        change();
      } else if (kind < 9) {
        giveUp();
      } else {
        data();
      }
      int after = random.nextInt(12);
      if (after < 2) {
        acknowledge();
      } else if (after == 2) {
        millis.addAndGet(6000);
        alarms.forEach(Runnable::run);
        alarms.clear();
      }
    }
    acknowledge();
  }

  private void acknowledge() throws IOException {
    int done = operations();
    journal.sync(lastTid);
    mark.accept(Integer.toString(done));
  }

  /** Changes some blocks together. */
  private void change() throws IOException {
    int[] state = states.get(states.size() - 1).clone();
    int version = states.size();
    int count = 1 + random.nextInt(5);
    try (JournalHandle handle = journal.start(count)) {
      try {
        change(handle, count, state, version);
      } catch (IOException halfDone) {
        journal.abort(halfDone);
        throw halfDone;
      }
      lastTid = handle.tid();
      states.add(state);
    }
  }

  private void change(JournalHandle handle, int count, int[] state, int version)
      throws IOException {
    for (int i = 0; i < count; i++) {
      int home = random.nextInt(HOMES);
      if (busy.contains(home)) {
        continue; // freed, but not for ever yet
      }
      MetaBlock block;
      if (state[home] <= 0 || (state[home] & DATA) != 0) {
        free.remove(home);
        block = handle.create(pblk(home));
      } else {
        block = cache.read(pblk(home));
        handle.getWriteAccess(block);
      }
      fill(block.bytes(), version);
      handle.markDirty(block);
      state[home] = version;
    }
  }

  /** Frees a metadata block. */
  private void giveUp() throws IOException {
    int[] state = states.get(states.size() - 1).clone();
    int home = random.nextInt(HOMES);
    if (state[home] <= 0 || (state[home] & DATA) != 0) {
      return;
    }
    try (JournalHandle handle = journal.start(1)) {
      handle.forget(cache.read(pblk(home)));
      state[home] = 0;
      busy.add(home);
      handle.onCommit(
          () -> {
            busy.remove(home);
            free.add(home);
          });
      lastTid = handle.tid();
      states.add(state);
    }
  }

  /** Writes data past the journal into a block that was freed for good. */
  private void data() throws IOException {
    if (free.isEmpty()) {
      return;
    }
    int home = new ArrayList<>(free).get(random.nextInt(free.size()));
    int[] state = states.get(states.size() - 1).clone();
    state[home] = DATA | states.size();
    ByteBuffer bytes = ByteBuffer.allocate(BLOCK_SIZE);
    fill(bytes, state[home]);
    states.add(state);
    device.write(pblk(home) * BLOCK_SIZE, bytes);
  }

  static long pblk(int home) {
    return SyntheticLog.FIRST_HOME + home;
  }

  private static void fill(ByteBuffer bytes, int version) {
    for (int i = 0; i < BLOCK_SIZE; i += 4) {
      bytes.putInt(i, version);
    }
    if (version % 4 == 0) {
      bytes.putInt(0, MAGIC);
    }
  }

  // ---- judging
  // -----------------------------------------------------------------------------------

  /**
   * Null if {@code image} shows a state from operation {@code acknowledged} on; else what it shows.
   */
  @Nullable String judge(BlockDevice image, int acknowledged) throws IOException {
    int[] found = new int[HOMES];
    for (int home = 0; home < HOMES; home++) {
      found[home] = version(image, home);
    }
    for (int after = states.size() - 1; after >= acknowledged; after--) {
      if (explains(after, found, acknowledged)) {
        return null;
      }
    }
    return "after "
        + acknowledged
        + " acknowledged of "
        + operations()
        + " found "
        + Arrays.toString(found)
        + ", acknowledged state "
        + Arrays.toString(states.get(acknowledged));
  }

  private boolean explains(int after, int[] found, int acknowledged) {
    for (int home = 0; home < HOMES; home++) {
      int expected = states.get(after)[home];
      boolean isData = (expected & DATA) != 0;
      boolean anything = expected == 0 || (isData && (expected & ~DATA) > acknowledged);
      boolean newerData = isData && (found[home] & DATA) != 0 && found[home] > expected;
      if (!anything && found[home] != expected && !newerData && !overwritten(home, expected)) {
        return false;
      }
    }
    return true;
  }

  /** True if data version {@code expected} was written over later, perhaps not wholly. */
  private boolean overwritten(int home, int expected) {
    return (expected & DATA) != 0
        && states.stream().anyMatch(s -> (s[home] & DATA) != 0 && s[home] > expected);
  }

  private static int version(BlockDevice image, int home) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(BLOCK_SIZE);
    image.read(pblk(home) * BLOCK_SIZE, bytes);
    int version = bytes.getInt(4);
    ByteBuffer expected = ByteBuffer.allocate(BLOCK_SIZE);
    fill(expected, version);
    if (version == 0) {
      expected.putInt(0, 0);
    }
    return bytes.flip().mismatch(expected) < 0 ? version : UNSURE;
  }
}
