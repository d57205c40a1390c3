package org.ext4map.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BitsTest {
  private static final int SIZE = 200_000;

  @Test
  void rangesMatchABitSet() {
    long seed = Long.getLong("ext4map.seed", 20261123L);
    System.out.println("BitsTest -Dext4map.seed=" + seed);
    SplittableRandom random = new SplittableRandom(seed);
    Bits bits = new Bits(SIZE);
    Bits twice = new Bits(SIZE);
    BitSet model = new BitSet();
    BitSet modelTwice = new BitSet();
    for (int round = 0; round < 500; round++) {
      int from = random.nextInt(SIZE);
      int to = Math.min(SIZE, from + 1 + random.nextInt(round % 7 == 0 ? 70_000 : 100));
      BitSet overlap = model.get(0, SIZE);
      overlap.clear(0, from);
      overlap.clear(to, SIZE);
      assertThat(bits.anyIn(from, to)).isEqualTo(!overlap.isEmpty());
      assertThat(bits.setAll(from, to, twice)).isEqualTo(!overlap.isEmpty());
      modelTwice.or(overlap);
      model.set(from, to);
      int cleared = random.nextInt(SIZE);
      bits.clear(cleared);
      model.clear(cleared);
    }
    assertThat(bits.count()).isEqualTo(model.cardinality());
    assertThat(twice.count()).isEqualTo(modelTwice.cardinality());
    int at = 0;
    for (long bit = bits.nextSet(0, SIZE); bit < SIZE; bit = bits.nextSet(bit + 1, SIZE)) {
      at = model.nextSetBit(at);
      assertThat(bit).isEqualTo(at);
      at++;
    }
    assertThat(model.nextSetBit(at)).isEqualTo(-1);
  }

  @Test
  void wordsAtAnyBitMatchABitSet() {
    SplittableRandom random = new SplittableRandom(Long.getLong("ext4map.seed", 20261123L));
    Bits bits = new Bits(SIZE);
    BitSet model = new BitSet();
    for (int round = 0; round < 300; round++) {
      int count = 1 + random.nextInt(300);
      int from = random.nextInt(SIZE - count);
      long[] words = new long[(count + 63) / 64];
      for (int i = random.nextInt(3); i < count; i += 1 + random.nextInt(9)) {
        words[i >> 6] |= 1L << i;
        model.set(from + i);
      }
      bits.setWords(from, words, count);

      int at = random.nextInt(SIZE - 64);
      long expected = 0;
      for (int i = 0; i < 64; i++) {
        expected |= model.get(at + i) ? 1L << i : 0;
      }
      assertThat(bits.wordFrom(at)).as("bit %d", at).isEqualTo(expected);
    }
    assertThat(bits.count()).isEqualTo(model.cardinality());
    assertThat(bits.isEmpty()).isFalse();
    assertThat(new Bits(SIZE).isEmpty()).isTrue();
  }

  @Test
  void whatWasNeverSetIsClear() {
    Bits bits = new Bits(1L << 36);
    assertThat(bits.get(1L << 35)).isFalse();
    assertThat(bits.set(1L << 35)).isFalse();
    assertThat(bits.set(1L << 35)).isTrue();
    assertThat(bits.get(1L << 36)).as("past the end").isFalse();
  }
}
