package org.ext4map.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlockOrderTest {
  private static List<Long> pass(BlockOrder order, long blocks) {
    List<Long> visited = new ArrayList<>();
    for (long i = 0; i < blocks; i++) {
      visited.add(order.next());
    }
    return visited;
  }

  private static List<Long> all(long blocks) {
    return LongStream.range(0, blocks).boxed().toList();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 17, 64, 1000, 65_537})
  void aRandomPassVisitsEachBlockOnce(long blocks) {
    BlockOrder order = new BlockOrder(blocks, true, 7);

    for (int pass = 0; pass < 3; pass++) {
      assertThat(pass(order, blocks)).containsExactlyInAnyOrderElementsOf(all(blocks));
    }
  }

  @Test
  void passesDifferAndSeedsDifferAndTheSameSeedDoesNot() {
    BlockOrder order = new BlockOrder(1000, true, 7);
    List<Long> first = pass(order, 1000);

    assertThat(first).isNotEqualTo(all(1000)).isNotEqualTo(pass(order, 1000));
    assertThat(pass(new BlockOrder(1000, true, 7), 1000)).isEqualTo(first);
    assertThat(pass(new BlockOrder(1000, true, 8), 1000)).isNotEqualTo(first);
  }

  @Test
  void inOrderIsInOrderAgainAndAgain() {
    BlockOrder order = new BlockOrder(5, false, 7);

    assertThat(pass(order, 10)).containsExactly(0L, 1L, 2L, 3L, 4L, 0L, 1L, 2L, 3L, 4L);
  }

  @Test
  void noBlocksHaveNoOrder() {
    assertThatThrownBy(() -> new BlockOrder(0, true, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("blocks=0");
  }
}
