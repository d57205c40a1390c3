package org.ext4map.ondisk;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The search in a node finds the last entry that begins at or before a block. */
class ExtentNodeSearchTest {
  private static final long LAST_LBLK = 0xFFFF_FFFEL;

  private final SplittableRandom random = new SplittableRandom(20161123);

  private static ExtentNode node(long[] keys) {
    ExtentNode node = new ExtentNode(ByteBuffer.allocate(65536), 0);
    node.format(ExtentNode.capacityOf(65536), 1);
    node.setEntries(keys.length);
    for (int i = 0; i < keys.length; i++) {
      node.setIndex(i, keys[i], 1);
    }
    return node;
  }

  private static void thenAllAreFound(long[] keys) {
    ExtentNode node = node(keys);
    for (int i = 0; i < keys.length; i++) {
      long next = i + 1 < keys.length ? keys[i + 1] : LAST_LBLK + 1;
      for (long lblk : new long[] {keys[i], (keys[i] + next) / 2, next - 1}) {
        assertThat(node.search(lblk)).as("block %d of %d entries", lblk, keys.length).isEqualTo(i);
      }
    }
    assertThat(node.search(0)).as("before all").isZero();
  }

  private long[] spread(int count, double power) {
    LongStream keys =
        random.longs().map(any -> (long) (Math.pow(random.nextDouble(), power) * LAST_LBLK));
    return keys.distinct().limit(count).sorted().toArray();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 15, 16, 17, 18, 33, 84, 340, 5460})
  void whateverTheNumberOfEntries(int count) {
    thenAllAreFound(LongStream.range(7, 7 + count).toArray());
    thenAllAreFound(spread(count, 1));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.05, 0.5, 2, 20})
  void whereverTheyCrowd(double power) {
    for (int round = 0; round < 50; round++) {
      thenAllAreFound(spread(1 + random.nextInt(340), power));
    }
  }

  @Test
  void whenOneLiesFarFromAllOthers() {
    long[] keys = LongStream.range(0, 340).toArray();
    keys[339] = LAST_LBLK;
    thenAllAreFound(keys);
    Arrays.setAll(keys, i -> i == 0 ? 0 : LAST_LBLK - 339 + i);
    thenAllAreFound(keys);
  }
}
