package org.ext4map.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CountsTest {
  private static final int SIZE = 1536;
  private static final long SEED = 20261123;

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

  @Test
  void pagesThatAreTheSameStayIndependent() {
    Counts counts = new Counts(SIZE);
    byte[] ones = new byte[SIZE];
    Arrays.fill(ones, (byte) 1);
    counts.setAll(0, ones, SIZE);

    counts.set(5, 7);
    counts.incrementAll(new int[] {700}, 0, 1);
    counts.increment(1000);

    for (int i = 0; i < SIZE; i++) {
      assertThat(counts.get(i)).as("%d", i).isEqualTo(i == 5 ? 7 : i == 700 || i == 1000 ? 2 : 1);
    }
  }

  /** Numbers that are now the same, now not, so that pages are shared and copied all the time. */
  @Test
  void theyCountAsAPlainArrayDoes() {
    Random random = new Random(SEED);
    Counts counts = new Counts(SIZE);
    Counts others = new Counts(SIZE);
    long[] model = new long[SIZE];
    for (int round = 0; round < 2000; round++) {
      int from = random.nextInt(SIZE);
      int length = 1 + random.nextInt(SIZE - from);
      int value = random.nextInt(3);
      switch (random.nextInt(4)) {
        case 0 -> {
          byte[] values = new byte[length];
          Arrays.fill(values, (byte) value);
          counts.setAll(from, values, length);
          Arrays.fill(model, from, from + length, value);
        }
        case 1 -> {
          int[] indexes = random.ints(from, from + length).distinct().limit(length).toArray();
          counts.incrementAll(indexes, 0, length);
          counts.share(indexes, 0, length);
          for (int index : indexes) {
            model[index]++;
          }
        }
        case 2 -> {
          counts.set(from, 253 + value);
          model[from] = 253L + value;
        }
        default -> {
          counts.increment(from);
          model[from]++;
          others.set(from, model[from]);
        }
      }
      for (int i = 0; i < SIZE; i++) {
        assertThat(counts.get(i)).as("%d in round %d", i, round).isEqualTo(model[i]);
      }
      long first = random.nextInt(SIZE / Long.SIZE) * (long) Long.SIZE;
      long same = counts.sameAsIn(others, first);
      for (int i = 0; i < Long.SIZE; i++) {
        long number = model[(int) first + i];
        boolean expected = number > 0 && number < 255 && others.get(first + i) == number;
        assertThat((same >>> i & 1) != 0).isEqualTo(expected);
      }
    }
  }
}
