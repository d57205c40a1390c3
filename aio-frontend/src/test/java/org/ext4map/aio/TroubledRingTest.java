package org.ext4map.aio;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.ext4map.aio.ring.IoRing;
import org.junit.jupiter.api.Test;

/** The troubles are there, and none that was not asked for. */
class TroubledRingTest {
  private static final int LENGTH = 16 * 4096;
  private static final int REQUESTS = 1000;
  private static final long SEED = Long.getLong("ext4map.seed", 8);

  private long now;
  private final Obedient below = new Obedient();
  private final List<Integer> cookies = new ArrayList<>();
  private final List<Integer> results = new ArrayList<>();

  /** Does at once, in order and wholly what it is told. */
  private static final class Obedient implements IoRing {
    final List<Integer> done = new ArrayList<>();
    private final List<int[]> ended = new ArrayList<>();

    @Override
    public int capacity() {
      return REQUESTS;
    }

    @Override
    public void start() {}

    @Override
    public void prepareRead(long cookie, long arenaOffset, int length, long fileOffset) {
      done.add((int) cookie);
      ended.add(new int[] {(int) cookie, length});
    }

    @Override
    public void prepareWrite(long cookie, long arenaOffset, int length, long fileOffset) {
      prepareRead(cookie, arenaOffset, length, fileOffset);
    }

    @Override
    public void prepareDataSync(long cookie) {
      prepareRead(cookie, 0, 0, 0);
    }

    @Override
    public void submit(boolean wait) {}

    @Override
    public int reap(CompletionSink sink) {
      ended.forEach(end -> sink.completed(end[0], end[1]));
      int count = ended.size();
      ended.clear();
      return count;
    }

    @Override
    public void wake() {}

    @Override
    public String describe() {
      return "obedient";
    }

    @Override
    public void close() {}
  }

  private TroubledRing with(Trouble... troubles) throws IOException {
    Set<Trouble> all = EnumSet.noneOf(Trouble.class);
    all.addAll(List.of(troubles));
    TroubledRing ring =
        new TroubledRing(below, all.isEmpty() ? Set.of(Trouble.STALL) : all, SEED, () -> now);
    for (int i = 0; i < REQUESTS; i++) {
      ring.prepareWrite(i, 0, LENGTH, 0);
    }
    ring.submit(false);
    return ring;
  }

  private void reap(TroubledRing ring) {
    ring.reap(
        (cookie, result) -> {
          cookies.add((int) cookie);
          results.add(result);
        });
  }

  private static List<Integer> inOrder() {
    return IntStream.range(0, REQUESTS).boxed().toList();
  }

  private void assertEachOnce() {
    assertThat(cookies).containsExactlyInAnyOrderElementsOf(inOrder());
  }

  @Test
  void noneOfTheDevice() throws IOException {
    reap(with());
    assertThat(cookies).isEqualTo(inOrder());
    assertThat(below.done).isEqualTo(inOrder());
    assertThat(results).containsOnly(LENGTH);
  }

  @Test
  void delayKeepsTheOrderAndReportsOnceAndLater() throws IOException {
    TroubledRing ring = with(Trouble.DELAY);
    reap(ring);
    assertThat(cookies).hasSizeLessThan(REQUESTS / 10);
    for (int millis = 0; millis < 400; millis++) {
      now += TimeUnit.MILLISECONDS.toNanos(1);
      reap(ring);
    }
    assertThat(cookies).isEqualTo(inOrder());
    assertThat(results).containsOnly(LENGTH);
  }

  @Test
  void reorderReachesTheDeviceAndTheReports() throws IOException {
    TroubledRing ring = with(Trouble.REORDER);
    assertThat(below.done).isNotEqualTo(inOrder());
    reap(ring);
    now += TimeUnit.MILLISECONDS.toNanos(1);
    reap(ring);
    assertEachOnce();
    assertThat(cookies).isNotEqualTo(below.done);
    assertThat(results).containsOnly(LENGTH);
  }

  @Test
  void eioComesBeforeTheTransferOrAfterIt() throws IOException {
    reap(with(Trouble.EIO));
    assertEachOnce();
    assertThat(results).containsOnly(LENGTH, -Errno.EIO);
    List<Integer> failed = new ArrayList<>();
    for (int i = 0; i < REQUESTS; i++) {
      if (results.get(i) < 0) {
        failed.add(cookies.get(i));
      }
    }
    assertThat(failed).hasSizeBetween(REQUESTS / 200, REQUESTS / 20);
    assertThat(failed).anyMatch(below.done::contains);
    assertThat(failed).anyMatch(cookie -> !below.done.contains(cookie));
  }

  @Test
  void shortTransfersWholePagesOrNone() throws IOException {
    reap(with(Trouble.SHORT));
    assertEachOnce();
    assertThat(results).contains(LENGTH, -11);
    assertThat(results).allMatch(result -> result == -11 || (result > 0 && result % 4096 == 0));
    assertThat(results).anyMatch(result -> result > 0 && result < LENGTH);
  }
}
