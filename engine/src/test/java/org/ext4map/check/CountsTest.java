package org.ext4map.check;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CountsTest {
  @Test
  void smallAndLargeNumbersAreKept() {
    Counts counts = new Counts(10_000);
    for (long value : new long[] {1, 254, 255, 256, 65_000, 1L << 40}) {
      counts.set(9_999, value);
      assertThat(counts.get(9_999)).isEqualTo(value);
      counts.increment(9_999);
      assertThat(counts.get(9_999)).isEqualTo(value + 1);
    }
    assertThat(counts.get(0)).isZero();
  }

  @Test
  void manyAreSetAtOnceAcrossPages() {
    Counts counts = new Counts(10_000);
    byte[] values = new byte[3000];
    for (int i = 0; i < values.length; i++) {
      values[i] = (byte) (i % 255);
    }

    counts.setAll(777, values, values.length);

    assertThat(counts.get(776)).isZero();
    for (int i = 0; i < values.length; i++) {
      assertThat(counts.get(777 + i)).isEqualTo(i % 255);
    }
    assertThat(counts.get(777 + values.length)).isZero();
  }
}
