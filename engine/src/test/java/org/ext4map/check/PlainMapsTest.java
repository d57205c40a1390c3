package org.ext4map.check;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PlainMapsTest {
  private final PlainMaps maps = new PlainMaps();

  @Test
  void whatWasNotToldIsUnknownAndBordersNothing() {
    long[] pairs = {100, 1, 7_000_000_000_000L, 32768, 300, 3};

    maps.know(1, 17, false, pairs, 0, 4);
    maps.know(4, -1, true, pairs, 4, 6);

    assertThat(maps.isKnown(0)).isFalse();
    assertThat(maps.isKnown(1)).isTrue();
    assertThat(maps.isKnown(2)).isFalse();
    assertThat(maps.isKnown(5)).isFalse();
    assertThat(maps.generation(1)).isEqualTo(17);
    assertThat(maps.isIndexed(1)).isFalse();
    assertThat(maps.isIndexed(4)).isTrue();
    assertThat(runs(1)).isEqualTo("100+1 7000000000000+32768 ");
    assertThat(runs(4)).isEqualTo("300+3 ");
  }

  @Test
  void manyAreKept() {
    for (int i = 0; i < 1000; i++) {
      maps.know(i, i, i % 3 == 0, new long[] {i + 1, i % 5 + 1}, 0, 2);
    }
    for (int i = 0; i < 1000; i++) {
      assertThat(runs(i)).isEqualTo((i + 1) + "+" + (i % 5 + 1) + " ");
      assertThat(maps.isIndexed(i)).isEqualTo(i % 3 == 0);
    }
  }

  private String runs(int index) {
    StringBuilder text = new StringBuilder();
    for (int run = maps.firstRun(index); run < maps.endRun(index); run++) {
      text.append(maps.pblk(run)).append('+').append(maps.length(run)).append(' ');
    }
    return text.toString();
  }
}
