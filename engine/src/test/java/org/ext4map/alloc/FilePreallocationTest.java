package org.ext4map.alloc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.ext4map.model.BlockRange;
import org.junit.jupiter.api.Test;

class FilePreallocationTest {
  private static final long ANYWHERE = Long.MAX_VALUE;
  private static final int BLOCKS = 2000;
  private static final long SEED = Long.getLong("ext4map.seed", 4711L);

  private final FilePreallocation kept = new FilePreallocation();

  @Test
  void aBlockIsTakenOutOfTheMiddleOnce() {
    kept.add(100, 9000, 200);

    assertThat(kept.take(150, 1, ANYWHERE)).isEqualTo(new BlockRange(9050, 1));

    assertThat(kept.take(150, 1, ANYWHERE)).isNull();
    assertThat(kept.take(149, 5, ANYWHERE)).isEqualTo(new BlockRange(9049, 1));
    assertThat(kept.take(151, 5, ANYWHERE)).isEqualTo(new BlockRange(9051, 5));
    assertThat(kept.drain()).containsExactly(new BlockRange(9000, 49), new BlockRange(9056, 144));
    assertThat(kept.isEmpty()).isTrue();
  }

  @Test
  void whatIsKeptEndsWithItsWindow() {
    kept.add(100, 9000, 64);

    assertThat(kept.take(99, 1, ANYWHERE)).isNull();
    assertThat(kept.take(160, 100, ANYWHERE)).isEqualTo(new BlockRange(9060, 4));
    assertThat(kept.take(164, 1, ANYWHERE)).isNull();
  }

  @Test
  void blocksBehindTheLimitStay() {
    kept.add(0, 9000, 10);

    assertThat(kept.take(4, 2, 9005)).isNull();
    assertThat(kept.take(4, 1, 9005)).isEqualTo(new BlockRange(9004, 1));
  }

  @Test
  void thereIsRoomForAWindowBetweenOthersAndNoneInsideOne() {
    kept.add(100, 9000, 50);
    kept.add(300, 7000, 50);

    assertThat(kept.roomFrom(50)).isZero();
    assertThat(kept.roomTo(50)).isEqualTo(100);
    assertThat(kept.roomFrom(200)).isEqualTo(150);
    assertThat(kept.roomTo(200)).isEqualTo(300);
    assertThat(kept.roomTo(400)).isEqualTo(Long.MAX_VALUE);
    kept.take(310, 1, ANYWHERE);
    assertThat(kept.roomFrom(310)).isEqualTo(310);
    assertThat(kept.roomTo(310)).isEqualTo(311);
  }

  @Test
  void noTwoWindowsOverlapAndThereAreNotTooMany() {
    kept.add(100, 9000, 50);

    assertThat(kept.add(149, 1, 1)).isFalse();
    assertThat(kept.add(90, 1, 11)).isFalse();
    for (int i = 1; i < 512; i++) {
      assertThat(kept.add(1000L * i, 20_000 + i, 1)).isTrue();
    }
    assertThat(kept.add(10, 5, 1)).isFalse();
  }

  /** A map that knows of every block where it is kept. */
  @Test
  void behavesAsAMapOfBlocksWhateverIsDone() {
    System.out.println("FilePreallocationTest seed " + SEED + ", -Dext4map.seed= replays it");
    SplittableRandom random = new SplittableRandom(SEED);
    Map<Long, Long> model = new HashMap<>();
    for (int i = 0; i < 20_000; i++) {
      long lblk = random.nextInt(BLOCKS);
      int length = 1 + random.nextInt(100);
      if (random.nextInt(8) == 0) {
        long pblk = 10_000 + (long) i * 100;
        if (kept.add(lblk, pblk, length)) {
          for (int k = 0; k < length; k++) {
            assertThat(model.put(lblk + k, pblk + k)).isNull();
          }
        }
      } else {
        take(lblk, length, model);
      }
    }
    assertThat(kept.drain().stream().mapToLong(BlockRange::length).sum()).isEqualTo(model.size());
  }

  private void take(long lblk, int most, Map<Long, Long> model) {
    BlockRange taken = kept.take(lblk, most, ANYWHERE);
    if (taken == null) {
      assertThat(model).doesNotContainKey(lblk);
      return;
    }
    assertThat(taken.length()).isBetween(1L, (long) most);
    for (int k = 0; k < taken.length(); k++) {
      assertThat(model.remove(lblk + k)).isEqualTo(taken.start() + k);
    }
    assertThat(kept.roomFrom(lblk)).isLessThanOrEqualTo(lblk);
    assertThat(kept.roomTo(lblk)).isGreaterThan(lblk);
  }
}
