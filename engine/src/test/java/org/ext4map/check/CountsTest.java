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
}
