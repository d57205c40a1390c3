package org.ext4map.load;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RacedBlocksTest {
  private final RacedBlocks blocks = new RacedBlocks(4);

  private void write(int first, int count, long stamp) {
    blocks.end(first, count, count, blocks.begin(first, count, stamp));
  }

  @Test
  void inTheBeginningAllIsZero() {
    assertThat(blocks.allows(0, Stamp.ZEROS)).isTrue();
    assertThat(blocks.allows(0, 1)).isFalse();
  }

  @Test
  void anAcknowledgedWriteCannotReadAsZeros() {
    write(1, 2, 7);

    assertThat(blocks.allows(1, 7)).isTrue();
    assertThat(blocks.allows(2, Stamp.ZEROS)).isFalse();
    assertThat(blocks.allows(0, Stamp.ZEROS)).isTrue();
    assertThat(blocks.allows(3, 7)).isFalse();
  }

  @Test
  void theLaterOneWinsAndOfTwoAtOnceEither() {
    write(0, 1, 1);
    long two = blocks.begin(0, 1, 2);
    long three = blocks.begin(0, 1, 3);
    blocks.end(0, 1, 1, three);
    blocks.end(0, 1, 1, two);

    assertThat(blocks.allows(0, 1)).isFalse();
    assertThat(blocks.allows(0, 2)).isTrue();
    assertThat(blocks.allows(0, 3)).isTrue();

    write(0, 1, Stamp.ZEROS);
    assertThat(blocks.allows(0, 2)).isFalse();
    assertThat(blocks.allows(0, 3)).isFalse();
    assertThat(blocks.allows(0, Stamp.ZEROS)).isTrue();
  }

  @Test
  void whatFailedMayHaveHappenedAndSupersedesNothing() {
    write(0, 2, 1);
    blocks.end(0, 2, 1, blocks.begin(0, 2, 2));

    assertThat(blocks.allows(0, 1)).as("the part that was written").isFalse();
    assertThat(blocks.allows(0, 2)).isTrue();
    assertThat(blocks.allows(1, 1)).as("the part that was not").isTrue();
    assertThat(blocks.allows(1, 2)).isTrue();
    assertThat(blocks.shown(1)).contains("1", "2");
  }
}
